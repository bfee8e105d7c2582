/** A writer thread like the store's, with one thing changed: the order of a batch's keys, or how it waits for work. */
import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { decodeBatch } from '#dist/store/embedded/batch.js';
import { openDatabases } from '#dist/store/embedded/environment.js';
import { Transactions } from '#dist/store/embedded/transactions.js';
import { entriesOf, joinEntries, newestSorted } from './entries.js';
import type { Reply } from './thread-line.js';
import { TimedTransactions } from './timed-transactions.js';
import { openTree, type TreeOptions } from './tree-options.js';

export interface TreeThreadOptions extends TreeOptions {
  readonly folder: string;
  /** Given: the thread sleeps on this cell, not in its event loop. */
  readonly wake: Int32Array | undefined;
}

export type TreeRequest =
  | { readonly kind: 'commit'; readonly batch: ArrayBuffer; readonly ceiling: number | undefined }
  | { readonly kind: 'sweep'; readonly nowMs: number; readonly limit: number }
  | { readonly kind: 'close' };

const options = workerData as TreeThreadOptions;
const port = parentPort;
if (port === null) throw new TypeError('tree-thread.js runs as a worker thread');
const env = openDatabases(openTree(options.folder, options));
const transactions = new Transactions(env, options.folder);
const timed = options.timed ? new TimedTransactions(env, options.folder) : undefined;
let lastBeganMs = 0;

async function perform(request: TreeRequest): Promise<unknown> {
  switch (request.kind) {
    case 'sweep':
      return transactions.sweep(request.nowMs, request.limit);
    case 'close':
      await env.root.close();
      return timed?.times;
    case 'commit':
      return commit(request.batch, request.ceiling);
  }
}

async function commit(batch: ArrayBuffer, ceiling: number | undefined): Promise<void> {
  if (options.leastMsApart !== undefined) {
    await sleep(Math.max(0, lastBeganMs + options.leastMsApart - performance.now()));
    lastBeganMs = performance.now();
  }
  const memory = Buffer.from(batch);
  const ordered = options.sorted
    ? joinEntries(memory, newestSorted(entriesOf(memory, 0, memory.length)))
    : batch;
  if (timed) timed.commit(ordered);
  else transactions.commit(decodeBatch(ordered), ceiling);
}

async function answer(request: TreeRequest): Promise<void> {
  let reply: Reply<unknown>;
  try {
    reply = { value: await perform(request) };
  } catch (error) {
    reply = { error: (error as Error).message };
  }
  port?.postMessage(reply);
}

if (options.wake) {
  for (let seen = 0; ; ) {
    Atomics.wait(options.wake, 0, seen);
    seen = Atomics.load(options.wake, 0);
    for (let next = receiveMessageOnPort(port); next; next = receiveMessageOnPort(port))
      await answer(next.message as TreeRequest);
  }
} else port.on('message', answer);
