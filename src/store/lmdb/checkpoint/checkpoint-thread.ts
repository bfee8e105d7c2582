/**
 * The checkpoint thread, the only one that changes the data file. It takes the entries of a sealed
 * segment into LMDB in small transactions, and sweeps in between. It is a thread because each
 * transaction blocks until its pages are on the disk.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { openDatabases, openRoot } from '../file/environment.js';
import { noPages, PageCount, type Pages, remainder } from '../file/page-count.js';
import { systemThreadId } from '../file/thread-io.js';
import { Entries } from '../journal/entry.js';
import { monotonicMs } from '../write/commit-channel.js';
import type { Change, Mark } from './change.js';
import { ChangeReader } from './change-reader.js';
import {
  type CheckpointOptions,
  type CheckpointReply,
  type CheckpointRequest,
  Control,
  type Numbered,
  type Work,
} from './messages.js';
import { isSliceDue, maxSliceBytes, SliceSize } from './pace.js';
import { Transactions } from './transactions.js';

/** How long it waits before it asks again whether a slice is due. */
const waitMs = 2;

const { directory, memories, control: shared } = workerData as CheckpointOptions;
const env = openDatabases(openRoot(directory));
const transactions = new Transactions(env, directory);
const control = new Control(shared);
control.threadId = systemThreadId();
const segments = memories.map((memory) => new Entries(Buffer.from(memory)));
const size = new SliceSize();
const reader = new ChangeReader();
/** Why nothing is written any more. */
let failure: string | undefined;

const port = parentPort;
if (port === null) throw new TypeError('checkpoint-thread.js runs as a worker thread');

/** Takes the entries into LMDB, a slice at a time. */
async function checkpoint(work: Work): Promise<CheckpointReply> {
  const { segment, places, slots, ceiling, sequence, reservedPages } = work;
  const entries = segments[segment] as Entries;
  const beganMs = monotonicMs();
  // None is left if newer writes have replaced all of them: then only the mark is stored.
  const total = Math.max(1, places.length);
  let done = 0;
  let count = 0;
  let busyMs = 0;
  let longestMs = 0;
  const usedPages = new PageCount();
  control.remainingMs = 0;
  control.progress = 0;
  try {
    do {
      while (!control.isHurried && !isDue(done / total, beganMs)) await sleep(waitMs);
      const slice = sliceFrom(entries, places, done, slots);
      const mark = done + slice.length === places.length ? { ceiling, sequence } : undefined;
      const startMs = monotonicMs();
      const { changes, pages } = commitSome(slice, mark);
      usedPages.add(pages);
      const ms = monotonicMs() - startMs;
      size.took(ms);
      busyMs += ms;
      longestMs = Math.max(longestMs, ms);
      count++;
      done += changes;
      control.remainingMs = ((total - done) * busyMs) / Math.max(1, done);
      control.progress = done / total;
      tellProgress();
      // Sweeps and removals that have arrived come in between.
      await new Promise(setImmediate);
    } while (done < places.length);
    // The journal is needed until then.
    transactions.sync();
    transactions.release(remainder(reservedPages, usedPages));
  } catch (error) {
    if (!transactions.isFull(error)) throw error;
    return {
      kind: 'full',
      applied: done,
      usedPages: { ...usedPages },
      message: (error as Error).message,
    };
  }
  const event = { beganMs, endedMs: monotonicMs(), entries: done, transactions: count };
  return { kind: 'checkpointed', event: { ...event, busyMs, longestMs } };
}

function isDue(done: number, beganMs: number): boolean {
  return isSliceDue(done, control.fill, monotonicMs() - beganMs);
}

/**
 * Commits a slice, or as many of its first changes as a disk that is nearly full has space for.
 * @throws StoreError `full` if it has none for a single one
 */
function commitSome(
  slice: readonly Change[],
  mark?: Mark,
): { readonly changes: number; readonly pages: Pages } {
  for (let changes = slice.length; ; changes = Math.ceil(changes / 2))
    try {
      const isWhole = changes === slice.length;
      const some = isWhole ? slice : slice.slice(0, changes);
      const pages = transactions.commitReserved(some, isWhole ? mark : undefined);
      return { changes, pages };
    } catch (error) {
      if (!transactions.isFull(error) || changes <= 1) throw error;
    }
}

/** The changes of the next slice: one at least, if there is one. */
function sliceFrom(
  entries: Entries,
  places: Int32Array,
  from: number,
  slots: Work['slots'],
): Change[] {
  const changes: Change[] = [];
  let bytes = 0;
  for (let at = from; at < places.length && changes.length < size.entries; at++) {
    const place = places[at] as number;
    bytes += entries.recordBytes(place);
    // Before it is read: two long records would be read into the same buffer.
    if (changes.length > 0 && bytes > maxSliceBytes) break;
    changes.push(reader.read(entries, place, slots));
  }
  return changes;
}

function sweep(nowMs: number, limit: number): CheckpointReply {
  try {
    const removed = transactions.sweep(nowMs, limit);
    tellProgress();
    return { kind: 'swept', removed };
  } catch (error) {
    if (!transactions.isFull(error)) throw error;
    return { kind: 'full', applied: 0, usedPages: noPages, message: (error as Error).message };
  }
}

function reserve(pages: Pages): CheckpointReply {
  try {
    transactions.reserve(pages);
    return { kind: 'done' };
  } catch (error) {
    if (!transactions.isFull(error)) throw error;
    return { kind: 'full', applied: 0, usedPages: noPages, message: (error as Error).message };
  }
}

/** Removes what it can: the caller tries again with all of it. */
function remove(keys: readonly Uint8Array[]): CheckpointReply {
  const none = { record: undefined, expiresMs: undefined };
  try {
    for (let done = 0; done < keys.length; ) {
      const some = keys.slice(done, done + size.entries);
      done += commitSome(some.map((key) => ({ key: Buffer.from(key), ...none }))).changes;
    }
  } catch (error) {
    if (!transactions.isFull(error)) throw error;
  }
  tellProgress();
  return { kind: 'done' };
}

function touch(): CheckpointReply {
  try {
    transactions.touch();
  } catch (error) {
    if (!transactions.isFull(error)) throw error;
  }
  tellProgress();
  return { kind: 'done' };
}

async function close(isEmpty: boolean): Promise<CheckpointReply> {
  if (failure === undefined && isEmpty) transactions.seal();
  transactions.close();
  await env.root.close();
  return { kind: 'done' };
}

async function perform(request: CheckpointRequest): Promise<CheckpointReply> {
  if (request.kind === 'close') return close(request.isEmpty);
  if (failure !== undefined) return failed(failure);
  try {
    if (request.kind === 'checkpoint') return await checkpoint(request.work);
    if (request.kind === 'remove') return remove(request.keys);
    if (request.kind === 'touch') return touch();
    if (request.kind === 'reserve') return reserve(request.pages);
    if (request.kind === 'sweep') return sweep(request.nowMs, request.limit);
    transactions.begin(request.epoch);
    return { kind: 'done' };
  } catch (error) {
    const { message } = error as Error;
    // A sweep that failed before its commit has changed nothing.
    if (request.kind !== 'sweep' || transactions.isBroken) failure = message;
    return failed(message);
  }
}

function failed(message: string): CheckpointReply {
  return { kind: 'failed', message, isFinal: failure !== undefined };
}

/** LMDB has changed: readers must look at its newest state. */
function tellProgress(): void {
  port?.postMessage(undefined);
}

port.on('message', async ({ id, request }: Numbered<CheckpointRequest>) => {
  const reply = await perform(request);
  port.postMessage({ id, reply });
  if (request.kind === 'close') port.close();
});
port.postMessage({ id: 0, reply: { kind: 'done' } });
