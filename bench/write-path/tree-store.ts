/**
 * The store with a writer thread that runs tree-thread.ts with the options of a trial. It is given one batch at a time, as the store's own was when
 * decision 1 was made; today's takes all batches that wait.
 */
import { makeLimits } from '#dist/limits.js';
import { ColdReads } from '#dist/store/embedded/cold-reads.js';
import { EmbeddedStore } from '#dist/store/embedded/embedded-store.js';
import { EntityCache } from '#dist/store/embedded/entity-cache.js';
import { ceilingKey, dataFile, openDatabases } from '#dist/store/embedded/environment.js';
import { prepareFolder } from '#dist/store/embedded/folder.js';
import { GroupCommit } from '#dist/store/embedded/group-commit.js';
import { makeFirstRoom } from '#dist/store/embedded/room.js';
import { Sweeper } from '#dist/store/embedded/sweeper.js';
import { Versions } from '#dist/store/embedded/versions.js';
import { failed, type Writer } from '#dist/store/embedded/writer.js';
import { readUint64 } from '#dist/store/record.js';
import type { Store, StoreError } from '#dist/store/store.js';
import { ThreadLine } from './thread-line.js';
import type { Times } from './timed-transactions.js';
import { openTree, type TreeOptions } from './tree-options.js';
import type { TreeRequest, TreeThreadOptions } from './tree-thread.js';

export class TreeWriter implements Writer {
  readonly merges = false;
  readonly #thread: ThreadLine<TreeRequest, unknown>;
  #failure: StoreError | undefined;
  /** Once closed: what the parts took, if they were timed. */
  times: Times | undefined;

  constructor(folder: string, options: TreeOptions) {
    const wake = options.wakes ? new Int32Array(new SharedArrayBuffer(4)) : undefined;
    const data: TreeThreadOptions = { ...options, folder, wake };
    this.#thread = new ThreadLine(new URL('./tree-thread.js', import.meta.url), data, wake);
  }

  get failure(): StoreError | undefined {
    return this.#failure;
  }

  async commit(batch: ArrayBuffer, _writes: number, ceiling: number | undefined): Promise<undefined> {
    try {
      await this.#thread.ask({ kind: 'commit', batch, ceiling }, [batch]);
    } catch (error) {
      this.#failure = failed((error as Error).message);
      throw this.#failure;
    }
  }

  async sweep(nowMs: number, limit: number): Promise<number> {
    return (await this.#thread.ask({ kind: 'sweep', nowMs, limit })) as number;
  }

  async close(): Promise<void> {
    this.times = (await this.#thread.ask({ kind: 'close' })) as Times | undefined;
    await this.#thread.end();
  }
}

export async function openTreeStore(
  path: string,
  options: TreeOptions,
): Promise<{ store: Store; writer: TreeWriter }> {
  const folder = await prepareFolder(path);
  makeFirstRoom(dataFile(folder));
  const env = openDatabases(openTree(folder, options));
  const writer = new TreeWriter(folder, options);
  const ceiling = env.meta.get(ceilingKey);
  const versions = new Versions(Date.now, ceiling === undefined ? 0 : readUint64(ceiling, 0));
  const limits = makeLimits({ cacheBytes: 0 });
  const cache = new EntityCache(limits.cacheBytes);
  const commits = new GroupCommit(
    writer,
    versions,
    limits,
    cache,
    () => env.root.resetReadTxn(),
    options.mostWrites,
  );
  const sweeper = new Sweeper(writer, Date.now, 1000);
  const store = new EmbeddedStore({
    env,
    cache,
    coldReads: new ColdReads(env.entities, () => 0, 0, limits),
    limits,
    now: Date.now,
    writer,
    commits,
    sweeper,
    onClosed: () => {},
  });
  return { store, writer };
}
