/**
 * The embedded store: a Store in one LMDB file. Reads are synchronous, in this thread, from LMDB's memory map;
 * writes go through group-commit.ts to the writer thread. One process may have a folder open, and one store in it.
 */
import type { RootDatabase } from 'lmdb';
import { type Limits, makeLimits, maxKeyBytes } from '../../limits.js';
import { readRecord, readUint64, writeUint64 } from '../record.js';
import { type Entity, type PutOptions, type RangeOptions, type Store, StoreError } from '../store.js';
import {
  ceilingKey,
  dataFile,
  type Environment,
  folderFormat,
  formatKey,
  openDatabases,
  openRoot,
} from './environment.js';
import { prepareFolder, syncNames, unusable } from './folder.js';
import { GroupCommit } from './group-commit.js';
import { Sweeper } from './sweeper.js';
import { Versions } from './versions.js';
import { Writer } from './writer.js';

export interface EmbeddedOptions {
  /** The folder that holds the data; made if it is not there. */
  readonly folder: string;
  readonly limits?: Limits;
  /** Milliseconds since 1970. Default: the system's clock. For tests of expiry and versions. */
  readonly now?: () => number;
  /** How often expired entities are removed, in ms. They are absent to readers at once, whatever this is. */
  readonly sweepIntervalMs?: number;
}

/** Folders open in this process: LMDB itself lets a process open one twice. */
const openFolders = new Set<string>();

/**
 * Opens the store in a folder, or begins one there.
 * @throws StoreError `in-use`, `unusable`, `damaged`
 */
export async function openEmbedded(options: EmbeddedOptions): Promise<Store> {
  const { limits = makeLimits(), now = Date.now, sweepIntervalMs = 1000 } = options;
  const folder = await prepareFolder(options.folder);
  if (openFolders.has(folder)) throw inUse(folder);
  openFolders.add(folder);
  let env: Environment | undefined;
  try {
    env = openDatabases(openAlone(folder, limits.maxStoreBytes));
    checkFormat(env, folder);
    await syncNames(folder);
    const ceiling = env.meta.get(ceilingKey);
    const writer = await Writer.start({ folder, maxStoreBytes: limits.maxStoreBytes });
    const versions = new Versions(now, ceiling === undefined ? 0 : readUint64(ceiling, 0));
    const { root } = env;
    const commits = new GroupCommit(writer, versions, limits, () => root.resetReadTxn());
    const sweeper = new Sweeper(writer, now, sweepIntervalMs);
    return new EmbeddedStore(env, folder, limits, now, writer, commits, sweeper);
  } catch (error) {
    await env?.root.close();
    openFolders.delete(folder);
    throw error instanceof StoreError ? error : unusable(dataFile(folder), error);
  }
}

class EmbeddedStore implements Store {
  readonly capabilities = { replicas: 1 };
  readonly #env: Environment;
  readonly #folder: string;
  readonly #limits: Limits;
  readonly #now: () => number;
  readonly #writer: Writer;
  readonly #commits: GroupCommit;
  readonly #sweeper: Sweeper;
  #closing: Promise<void> | undefined;

  constructor(
    env: Environment,
    folder: string,
    limits: Limits,
    now: () => number,
    writer: Writer,
    commits: GroupCommit,
    sweeper: Sweeper,
  ) {
    this.#env = env;
    this.#folder = folder;
    this.#limits = limits;
    this.#now = now;
    this.#writer = writer;
    this.#commits = commits;
    this.#sweeper = sweeper;
  }

  get failure(): StoreError | undefined {
    return this.#commits.failure;
  }

  get(key: Uint8Array): Entity | undefined {
    this.#mustBeOpen();
    checkKey(key);
    const record = this.#env.entities.get(asBuffer(key));
    return record && readRecord(key, record, this.#now());
  }

  async put(key: Uint8Array, value: readonly Uint8Array[], { ttlSeconds }: PutOptions = {}): Promise<void> {
    this.#mustBeOpen();
    checkKey(key);
    const expiresMs = ttlSeconds === undefined ? undefined : Math.ceil(this.#now()) + ttlSeconds * 1000;
    await this.#commits.write({ key, value, expiresMs });
  }

  async delete(key: Uint8Array): Promise<void> {
    this.#mustBeOpen();
    checkKey(key);
    await this.#commits.write({ key, value: undefined });
  }

  async *range({ start, end, limit = Number.POSITIVE_INFINITY }: RangeOptions): AsyncGenerator<Entity[]> {
    checkKey(start);
    let left = limit;
    let from = asBuffer(start);
    let exclusiveStart = false;
    while (left > 0) {
      this.#mustBeOpen();
      const { page, last } = this.#readPage(from, exclusiveStart, end, left);
      yield page;
      if (last === undefined) return;
      left -= page.length;
      from = last;
      exclusiveStart = true;
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /**
   * Reads one page in one go: the cursor lives no longer than this call, so a slow reader pins nothing.
   * @returns the page, and the key to go on after; undefined at the end.
   */
  #readPage(start: Buffer, exclusiveStart: boolean, end: Uint8Array | undefined, limit: number) {
    const { rangePageEntities, rangePageBytes } = this.#limits;
    const page: Entity[] = [];
    const nowMs = this.#now();
    const range =
      end === undefined ? { start, exclusiveStart } : { start, exclusiveStart, end: asBuffer(end) };
    let bytes = 0;
    let read = 0;
    for (const { key, value: record } of this.#env.entities.getRange(range)) {
      const entity = readRecord(key, record, nowMs);
      if (entity) page.push(entity);
      bytes += key.length + record.length;
      read++;
      if (bytes >= rangePageBytes || read >= rangePageEntities || page.length >= limit)
        return { page, last: key };
    }
    return { page, last: undefined };
  }

  async #close(): Promise<void> {
    await this.#commits.settled();
    await this.#sweeper.stop();
    await this.#writer.close();
    await this.#env.root.close();
    openFolders.delete(this.#folder);
  }

  #mustBeOpen(): void {
    if (this.#closing) throw new StoreError('closed', 'the store is closed');
  }
}

/** Opens the environment and makes sure that no other process has it open too. */
function openAlone(folder: string, maxStoreBytes: number): RootDatabase<Buffer, Buffer> {
  const root = openRoot(folder, maxStoreBytes);
  // A read takes a slot in LMDB's table of readers, under this process's id and for as long as it lives. Slots of dead
  // processes are cleared by the kernel's locks, so whoever else is in the table now is alive.
  root.get(formatKey);
  root.readerCheck();
  const readers = [...root.readerList().matchAll(/^\s*(\d+)\s+[0-9a-f]+\s/gm)].map(([, pid]) => Number(pid));
  if (readers.every((pid) => pid === process.pid)) return root;
  void root.close();
  throw inUse(folder);
}

function inUse(folder: string): StoreError {
  return new StoreError(
    'in-use',
    `the data folder ${folder} is open in another server; stop that one, or choose another folder with --data`,
  );
}

/** Reads the folder's format, or writes it into a new folder. */
function checkFormat({ meta }: Environment, folder: string): void {
  const stored = meta.get(formatKey);
  if (stored === undefined) {
    const value = Buffer.alloc(8);
    writeUint64(value, 0, folderFormat);
    meta.putSync(formatKey, value);
  } else if (readUint64(stored, 0) !== folderFormat)
    throw new StoreError(
      'unusable',
      `the data folder ${folder} has format ${readUint64(stored, 0)}, and this Evenkeel reads ${folderFormat}; use the release that wrote it`,
    );
}

function checkKey(key: Uint8Array): void {
  if (key.length < 1 || key.length > maxKeyBytes)
    throw new TypeError(`a key has 1 to ${maxKeyBytes} bytes, got ${key.length}`);
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
