/**
 * The writer thread. It serves the messages of writer.ts in order. The batches that wait share a
 * commit and a reply, within the bounds of batch.ts. It is a thread because a commit blocks until
 * the disk has it.
 */
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { openDatabases, openRoot } from '../file/environment.js';
import { decodeBatch, maxBatchBytes, maxBatchWrites, type Step } from './batch.js';
import { monotonicMs } from './commit-channel.js';
import { commitPartially, commitWhole } from './partial-commit.js';
import { saysFull, Transactions } from './transactions.js';
import type { WriterOptions, WriterReply, WriterRequest } from './writer.js';

type CommitRequest = Extract<WriterRequest, { kind: 'commit' }>;

const { directory } = workerData as WriterOptions;
const env = openDatabases(openRoot(directory));
const transactions = new Transactions(env, directory);
/** Why nothing is written any more. */
let failure: string | undefined;

const port = parentPort;
if (port === null) throw new TypeError('writer-thread.js runs as a worker thread');

/** @returns the message behind the batches of a commit, if it has been taken from the port */
async function serve(request: WriterRequest): Promise<WriterRequest | undefined> {
  if (request.kind === 'close') {
    if (failure === undefined) transactions.seal();
    transactions.close();
    await env.root.close();
    reply({ kind: 'done' });
    port?.close();
    return undefined;
  }
  if (request.kind === 'sweep') {
    reply(failure === undefined ? sweep(request.nowMs, request.limit) : failed(1, failure));
    return undefined;
  }
  const { requests, next } = gather(request);
  reply(failure === undefined ? commit(requests) : failed(requests.length, failure));
  return next;
}

/** The batches of the next commit: this one and those that wait behind it, within the bounds. */
function gather(first: CommitRequest): {
  requests: CommitRequest[];
  next: WriterRequest | undefined;
} {
  const requests = [first];
  let { writes } = first.info;
  let bytes = first.batch.byteLength;
  if (first.info.isAtomic) return { requests, next: undefined };
  for (;;) {
    const next = receive();
    if (next?.kind !== 'commit' || next.info.isAtomic) return { requests, next };
    writes += next.info.writes;
    bytes += next.batch.byteLength;
    if (writes > maxBatchWrites || bytes > maxBatchBytes) return { requests, next };
    requests.push(next);
  }
}

function commit(requests: readonly CommitRequest[]): WriterReply {
  const beganMs = monotonicMs();
  try {
    const steps: Step[] = [];
    for (const { batch, info } of requests) decodeBatch(batch, info.nowMs, steps);
    // The last ceiling is the highest.
    const ceiling = requests.findLast(({ info }) => info.ceiling !== undefined)?.info.ceiling;
    const commitSteps = requests[0]?.info.isAtomic ? commitWhole : commitPartially;
    const outcomes = commitSteps(transactions, steps, ceiling);
    return {
      kind: 'committed',
      batches: requests.length,
      outcomes,
      beganMs,
      endedMs: monotonicMs(),
    };
  } catch (error) {
    failure = (error as Error).message;
    return failed(requests.length, failure);
  }
}

function sweep(nowMs: number, limit: number): WriterReply {
  try {
    return { kind: 'swept', removed: transactions.sweep(nowMs, limit) };
  } catch (error) {
    const { message } = error as Error;
    if (saysFull(error)) return { kind: 'full', message };
    // A sweep that failed before its commit has changed nothing: writing goes on.
    if (transactions.broken) failure = message;
    return failed(1, message);
  }
}

function failed(requests: number, message: string): WriterReply {
  return { kind: 'failed', requests, message, final: failure !== undefined };
}

/** The next message, if there is one already. */
function receive(): WriterRequest | undefined {
  return receiveMessageOnPort(port as NonNullable<typeof port>)?.message;
}

function reply(message: WriterReply): void {
  port?.postMessage(message);
}

port.on('message', async (request: WriterRequest) => {
  // Messages that have arrived need not wait for a turn of the event loop.
  for (let next: WriterRequest | undefined = request; next; )
    next = (await serve(next)) ?? receive();
});
reply({ kind: 'done' });
