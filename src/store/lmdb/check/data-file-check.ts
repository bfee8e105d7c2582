/**
 * Checks a data file, and changes nothing: its meta pages, each page of each tree, each record by
 * its checksum, the expiry index against the entities, the free pages against those in use.
 */
import type { FileHandle } from 'node:fs/promises';
import { setImmediate as turn } from 'node:timers/promises';
import { EntriesDigest } from '../../backup/entries-digest.js';
import { readInfo, readRecord, readUint64 } from '../../record.js';
import { ceilingKey, formatKey, journalKey } from '../file/environment.js';
import { findDamage, readNewestMeta, readTreeRoot, type TreeRoot } from '../file/meta-pages.js';
import { type Damage, Damages } from './damage.js';
import { ExpiryAgreement } from './expiry-agreement.js';
import { walkFreePages } from './free-pages.js';
import { PageFile, type PageNode } from './page-file.js';
import { TreeWalk } from './tree-walk.js';

export interface DataFileReport {
  readonly entities: number;
  /** The bytes of keys and records, as a backup counts them. */
  readonly bytes: number;
  /** Entities that expire at some time. */
  readonly expiring: number;
  /** The newest of all records; 0: there is none. */
  readonly newestVersion: number;
  /** SHA-256 of all entities, as a backup has it. Undefined if some are damaged. */
  readonly digest: Buffer | undefined;
  /** The values in the meta database, by name. */
  readonly meta: ReadonlyMap<string, Buffer>;
  readonly damages: readonly Damage[];
  /** There may be more than are in the list. */
  readonly damageCount: number;
}

/** Told now and then how many entities, and bytes of them, were checked since the last time. */
export type OnChecked = (entities: number, bytes: number) => void;

/** The event loop has its turn after so long. */
const turnMs = 20;
/** How a tree is described. */
const treeBytes = 48;
/** The names of databases end with a zero byte. */
const treeName = (node: PageNode) => node.key.toString('latin1').replace(/\0$/, '');

/** @throws the system's error */
export async function checkDataFile(
  file: FileHandle,
  path: string,
  onChecked: OnChecked = () => {},
): Promise<DataFileReport> {
  const damages = new Damages(path);
  const problem = await findDamage(file);
  const newest = await readNewestMeta(file);
  const check = new DataFileCheck(damages, onChecked);
  if (problem !== undefined || newest === undefined)
    damages.add({ offset: 0, what: problem ?? 'its meta pages have changed' });
  else {
    const [free, main] = newest.trees as readonly [TreeRoot, TreeRoot];
    await check.run(new PageFile(file.fd, newest), free, main);
  }
  return check.report();
}

interface Tree {
  readonly walk: TreeWalk;
  readonly root: TreeRoot | undefined;
}

class DataFileCheck {
  readonly #damages: Damages;
  readonly #onChecked: OnChecked;
  readonly #digest = new EntriesDigest();
  readonly #expiry = new ExpiryAgreement();
  readonly #meta = new Map<string, Buffer>();
  #newestVersion = 0;
  #turnedMs = performance.now();

  constructor(damages: Damages, onChecked: OnChecked) {
    this.#damages = damages;
    this.#onChecked = onChecked;
  }

  async run(pages: PageFile, free: TreeRoot, main: TreeRoot): Promise<void> {
    const trees = this.#trees(pages, main);
    const tree = (name: string): Tree => {
      return { walk: new TreeWalk(pages, this.#damages, name), root: trees.get(name) };
    };
    await this.#entities(tree('entities'));
    await this.#expiryIndex(tree('expiry'));
    this.#metaValues(tree('meta'));
    const compare = walkFreePages(pages, free, this.#damages);
    // Entries below a damaged page are missing on one side.
    if (this.#damages.count > 0) return;
    compare();
    const { problem } = this.#expiry;
    if (problem !== undefined) this.#damages.add({ what: problem });
  }

  report(): DataFileReport {
    const { count, list } = this.#damages;
    const { entities, bytes } = this.#digest;
    return {
      entities,
      bytes,
      expiring: this.#expiry.entities,
      newestVersion: this.#newestVersion,
      digest: count === 0 ? this.#digest.value() : undefined,
      meta: this.#meta,
      damages: list,
      damageCount: count,
    };
  }

  #trees(pages: PageFile, main: TreeRoot): ReadonlyMap<string, TreeRoot> {
    const trees = new Map<string, TreeRoot>();
    const walk = new TreeWalk(pages, this.#damages, 'databases');
    for (const nodes of walk.leaves(main))
      for (const node of nodes)
        if (node.isTree && node.data.length === treeBytes)
          trees.set(treeName(node), readTreeRoot(node.data, 0));
        else this.#damages.add({ offset: node.offset, what: 'an entry is not a database' });
    for (const name of ['entities', 'expiry', 'meta'])
      if (!trees.has(name)) this.#damages.add({ what: `the database ${name} is missing` });
    return trees;
  }

  async #entities({ walk, root }: Tree): Promise<void> {
    if (!root) return;
    for (const nodes of walk.leaves(root)) {
      const before = this.#digest.bytes;
      for (const node of nodes) {
        const record = walk.data(node);
        if (record) this.#entity(node, record);
      }
      this.#onChecked(nodes.length, this.#digest.bytes - before);
      await this.#giveWay();
    }
  }

  #entity({ key, offset }: PageNode, record: Buffer): void {
    try {
      readRecord(key, record, () => 0);
      const { expiresMs, version } = readInfo(record);
      this.#newestVersion = Math.max(this.#newestVersion, version);
      if (expiresMs !== undefined) this.#expiry.addEntity(key, expiresMs);
    } catch {
      this.#damages.add({ offset, key, what: 'the record fails its checksum' });
    }
    this.#digest.add(key, record);
  }

  async #expiryIndex({ walk, root }: Tree): Promise<void> {
    if (!root) return;
    for (const nodes of walk.leaves(root)) {
      for (const { key } of nodes) this.#expiry.addIndexEntry(key);
      await this.#giveWay();
    }
  }

  #metaValues({ walk, root }: Tree): void {
    if (!root) return;
    for (const nodes of walk.leaves(root))
      for (const node of nodes) {
        const value = walk.data(node);
        if (value) this.#meta.set(node.key.toString('latin1'), value);
      }
  }

  async #giveWay(): Promise<void> {
    if (performance.now() - this.#turnedMs < turnMs) return;
    await turn();
    this.#turnedMs = performance.now();
  }
}

/** The format that the file says it has; undefined: it does not. */
export function formatOf({ meta }: DataFileReport): number | undefined {
  const stored = meta.get(formatKey.toString());
  return stored?.length === 8 ? readUint64(stored, 0) : undefined;
}

export function ceilingOf({ meta }: DataFileReport): number {
  const stored = meta.get(ceilingKey.toString());
  return stored?.length === 8 ? readUint64(stored, 0) : 0;
}

export function journalStateOf({ meta }: DataFileReport): Buffer | undefined {
  return meta.get(journalKey.toString());
}
