/** A store with the trial's journal in front of its tree: opens it, replays what the tree lacks, and reads from both. Ranges see the tree only. */
import { makeLimits } from '#dist/limits.js';
import { ColdReads } from '#dist/store/embedded/cold-reads.js';
import { EmbeddedStore } from '#dist/store/embedded/embedded-store.js';
import { EntityCache } from '#dist/store/embedded/entity-cache.js';
import { ceilingKey, dataFile, openDatabases, openRoot } from '#dist/store/embedded/environment.js';
import { prepareFolder, syncNames } from '#dist/store/embedded/folder.js';
import { GroupCommit } from '#dist/store/embedded/group-commit.js';
import { makeFirstRoom } from '#dist/store/embedded/room.js';
import { Sweeper } from '#dist/store/embedded/sweeper.js';
import { Transactions } from '#dist/store/embedded/transactions.js';
import { Versions } from '#dist/store/embedded/versions.js';
import { readRecord, readUint64 } from '#dist/store/record.js';
import type { Awaitable, Entity } from '#dist/store/store.js';
import { type JournalOptions, JournalWriter } from './journal-writer.js';

export class JournalStore extends EmbeddedStore {
  readonly writer: JournalWriter;

  private constructor(parts: ConstructorParameters<typeof EmbeddedStore>[0], writer: JournalWriter) {
    super(parts);
    this.writer = writer;
  }

  static async open(path: string, options: JournalOptions): Promise<JournalStore> {
    const folder = await prepareFolder(path);
    makeFirstRoom(dataFile(folder));
    const env = openDatabases(openRoot(folder));
    const writer = new JournalWriter(folder, options, new Transactions(env, folder), () =>
      env.root.resetReadTxn(),
    );
    await writer.begin();
    await syncNames(folder);
    const ceiling = env.meta.get(ceilingKey);
    const versions = new Versions(Date.now, ceiling === undefined ? 0 : readUint64(ceiling, 0));
    const limits = makeLimits({ cacheBytes: 0 });
    const cache = new EntityCache(limits.cacheBytes);
    const coldReads = new ColdReads(env.entities, () => 0, 0, limits);
    const commits = new GroupCommit(writer, versions, limits, cache, () => {});
    const sweeper = new Sweeper(writer, Date.now, 1000);
    return new JournalStore(
      { env, cache, coldReads, limits, now: Date.now, writer, commits, sweeper, onClosed: () => {} },
      writer,
    );
  }

  override get(key: Buffer): Awaitable<Entity | undefined> {
    const held = this.writer.find(key);
    if (held === undefined) return super.get(key);
    return held === null ? undefined : readRecord(key, held, Date.now);
  }
}
