/**
 * The writer thread. It takes one message at a time from writer.ts and answers each with one, in order. A thread of its own, because a
 * transaction blocks until the disk has it.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { openDatabases, openRoot } from './environment.js';
import { saysFull, Transactions } from './transactions.js';
import type { WriterOptions, WriterReply, WriterRequest } from './writer.js';

const { folder } = workerData as WriterOptions;
const env = openDatabases(openRoot(folder));
const transactions = new Transactions(env, folder);

function perform(request: Exclude<WriterRequest, { kind: 'close' }>): WriterReply {
  try {
    if (request.kind === 'sweep')
      return { kind: 'swept', removed: transactions.sweep(request.nowMs, request.limit) };
    transactions.commit(request.batch, request.ceiling);
    return { kind: 'done' };
  } catch (error) {
    return { kind: 'error', message: (error as Error).message, full: saysFull(error) };
  }
}

const port = parentPort;
if (port === null) throw new TypeError('writer-thread.js runs as a worker thread');
port.on('message', async (request: WriterRequest) => {
  if (request.kind === 'close') {
    await env.root.close();
    port.postMessage({ kind: 'done' } satisfies WriterReply);
    port.close();
  } else port.postMessage(perform(request));
});
port.postMessage({ kind: 'done' } satisfies WriterReply);
