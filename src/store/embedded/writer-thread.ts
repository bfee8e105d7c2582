/**
 * The writer thread: the only code that changes the data file. It takes one message at a time from group-commit.ts
 * and answers each with one, in order; a batch is one transaction, so it is stored whole or not at all.
 *
 * A thread of its own, because LMDB's commit blocks until the disk has the pages, and because with a synchronous
 * transaction a failure is one exception with LMDB's code, at the place where it happened.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { readFields, readUint64, writeUint64 } from '../record.js';
import { decodeBatch, type Step } from './batch.js';
import {
  ceilingKey,
  dataFile,
  type Environment,
  formatKey,
  openDatabases,
  openRoot,
  shapeOf,
  statsOf,
} from './environment.js';
import { overflowPages, pagesNeeded, Room } from './room.js';
import type { WriterOptions, WriterReply, WriterRequest } from './writer.js';

const nothing = Buffer.alloc(0);
/** No room, as LMDB and the system say it where even room.ts was wrong: MDB_MAP_FULL, ENOSPC, EDQUOT, EFBIG. */
const noRoomNumbers: ReadonlySet<unknown> = new Set([-30792, 28, 122, 69, 27]);
const { folder } = workerData as WriterOptions;
const env: Environment = openDatabases(openRoot(folder));
const room = new Room(dataFile(folder));
/** Entities that expire. While there are none, an overwrite needs no look at what it replaces. */
let expiringEntities = statsOf(env.expiry).entryCount;

function perform(request: Exclude<WriterRequest, { kind: 'close' }>): WriterReply {
  if (request.kind === 'sweep')
    return { kind: 'swept', removed: transaction(() => sweep(request.nowMs, request.limit)) };
  const steps = [...decodeBatch(request.batch)];
  transaction(() => commit(steps, request.ceiling));
  return { kind: 'done' };
}

/** Runs the work in one transaction that is durable on return. A throw aborts it. */
function transaction<T>(work: () => T): T {
  const before = expiringEntities;
  try {
    return env.root.transactionSync(work);
  } catch (error) {
    expiringEntities = before;
    throw error;
  }
}

/**
 * Makes sure that the disk has room for a change of these keys.
 * @param recordLengths of the new records; none: the keys are only removed
 * @param expiring how many of the new records expire
 * @throws StoreError `full`
 */
function makeRoom(keys: readonly Buffer[], recordLengths: readonly number[], expiring: number): void {
  const trees = expiringEntities > 0 ? [env.expiry] : [];
  const shape = shapeOf(env.entities, ...trees);
  let freedPages = 0;
  if (shape.overflowPages > 0)
    for (const key of keys)
      freedPages += overflowPages(env.entities.getBinaryFast(key)?.length ?? 0, shape.pageBytes);
  // The expiry index is a tree of its own: changed where a new record enters it, and where an old one may leave it.
  const changes = keys.length + expiring + (expiringEntities > 0 ? keys.length : 0);
  room.ensure(shape, pagesNeeded(shape, changes, recordLengths, freedPages), recordLengths.length > 0);
}

/** @throws StoreError `full`, before anything is changed */
function commit(steps: readonly Step[], ceiling: number | undefined): void {
  makeRoom(
    steps.map(({ key }) => key),
    steps.flatMap(({ record }) => record?.length ?? []),
    steps.filter(({ expiresMs }) => expiresMs !== undefined).length,
  );
  for (const { key, record, expiresMs } of steps) {
    if (expiringEntities > 0) forgetExpiry(key);
    if (record === undefined) {
      env.entities.removeSync(key);
      continue;
    }
    env.entities.putSync(key, record);
    if (expiresMs !== undefined) {
      env.expiry.putSync(expiryKey(expiresMs, key), nothing);
      expiringEntities++;
    }
  }
  if (ceiling !== undefined) {
    const value = Buffer.alloc(8);
    writeUint64(value, 0, ceiling);
    env.meta.putSync(ceilingKey, value);
  }
}

/** Takes the key that is about to be replaced out of the expiry index. */
function forgetExpiry(key: Buffer): void {
  const expiresMs = storedExpiry(key);
  if (expiresMs !== undefined && env.expiry.removeSync(expiryKey(expiresMs, key))) expiringEntities--;
}

/** Removes up to `limit` entities that had expired by `nowMs`. */
function sweep(nowMs: number, limit: number): number {
  const due = [...env.expiry.getKeys({ limit, end: expiryKey(nowMs + 1, nothing) })];
  if (due.length === 0) {
    if (room.awaitsCommit) touch();
    return 0;
  }
  makeRoom(
    due.map((entry) => entry.subarray(8)),
    [],
    0,
  );
  for (const entry of due) {
    const key = entry.subarray(8);
    // The index is exact; that the record agrees is checked all the same, because what follows is a deletion.
    if (storedExpiry(key) === readUint64(entry, 0)) env.entities.removeSync(key);
    env.expiry.removeSync(entry);
    expiringEntities--;
  }
  return due.length;
}

/** Makes a commit that changes nothing. */
function touch(): void {
  makeRoom([formatKey], [], 0);
  env.meta.putSync(formatKey, env.meta.get(formatKey) ?? nothing);
}

/** When the stored entity expires; undefined if never, if there is none, or if its record is damaged. */
function storedExpiry(key: Buffer): number | undefined {
  const record = env.entities.get(key);
  if (record === undefined) return undefined;
  try {
    return readFields(record).expiresMs;
  } catch {
    return undefined;
  }
}

function expiryKey(expiresMs: number, key: Uint8Array): Buffer {
  const entry = Buffer.allocUnsafe(8 + key.length);
  entry.set(key, writeUint64(entry, 0, expiresMs));
  return entry;
}

const port = parentPort;
if (port === null) throw new TypeError('writer-thread.js runs as a worker thread');
port.on('message', async (request: WriterRequest) => {
  if (request.kind === 'close') {
    await env.root.close();
    port.postMessage({ kind: 'done' } satisfies WriterReply);
    port.close();
    return;
  }
  let reply: WriterReply;
  try {
    reply = perform(request);
  } catch (error) {
    const { message, code } = error as Error & { code?: number | string };
    reply = { kind: 'error', message, full: code === 'full' || noRoomNumbers.has(code) };
  }
  port.postMessage(reply);
});
port.postMessage({ kind: 'done' } satisfies WriterReply);
