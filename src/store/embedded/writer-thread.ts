/**
 * The writer thread. It answers writer.ts's messages in order, and all batches that wait when it comes to them with one reply, because
 * they share a commit. A thread of its own, because a transaction blocks until the disk has it.
 */
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { decodeBatch, maxBatchBytes, maxBatchWrites } from './batch.js';
import { openDatabases, openRoot } from './environment.js';
import { commitFitting } from './fitting.js';
import { saysFull, Transactions } from './transactions.js';
import type { WriterOptions, WriterReply, WriterRequest } from './writer.js';

type CommitRequest = Extract<WriterRequest, { kind: 'commit' }>;

const { folder } = workerData as WriterOptions;
const env = openDatabases(openRoot(folder));
const transactions = new Transactions(env, folder);
/** What a transaction failed by. Nothing is written after that: what is on the disk is not known. */
let failure: string | undefined;

const port = parentPort;
if (port === null) throw new TypeError('writer-thread.js runs as a worker thread');

/** @returns the message behind the batches of a commit, if it has been taken from the port already */
async function serve(request: WriterRequest): Promise<WriterRequest | undefined> {
  if (request.kind === 'close') {
    await env.root.close();
    reply({ kind: 'done' });
    port?.close();
    return undefined;
  }
  if (request.kind === 'sweep') {
    reply(attempt(1, () => ({ kind: 'swept', removed: transactions.sweep(request.nowMs, request.limit) })));
    return undefined;
  }
  const { requests, next } = gather(request);
  reply(attempt(requests.length, () => commit(requests)));
  return next;
}

/** The batches of the next commit: this one, and those that wait behind it, as far as a commit goes. */
function gather(first: CommitRequest): { requests: CommitRequest[]; next: WriterRequest | undefined } {
  const requests = [first];
  let { writes } = first;
  let bytes = first.batch.byteLength;
  for (;;) {
    const next = receiveMessageOnPort(port as NonNullable<typeof port>)?.message as WriterRequest | undefined;
    if (next?.kind !== 'commit') return { requests, next };
    writes += next.writes;
    bytes += next.batch.byteLength;
    if (writes > maxBatchWrites || bytes > maxBatchBytes) return { requests, next };
    requests.push(next);
  }
}

function commit(requests: readonly CommitRequest[]): WriterReply {
  const steps = requests.flatMap(({ batch }) => [...decodeBatch(batch)]);
  // The last one is the highest.
  const ceiling = requests.findLast((request) => request.ceiling !== undefined)?.ceiling;
  return { kind: 'committed', batches: requests.length, unfit: commitFitting(transactions, steps, ceiling) };
}

function attempt(requests: number, work: () => WriterReply): WriterReply {
  try {
    if (failure === undefined) return work();
  } catch (error) {
    const { message } = error as Error;
    if (saysFull(error)) return { kind: 'full', message };
    failure = message;
  }
  return { kind: 'failed', requests, message: failure };
}

function reply(message: WriterReply): void {
  port?.postMessage(message);
}

port.on('message', async (request: WriterRequest) => {
  for (let next: WriterRequest | undefined = request; next; ) next = await serve(next);
});
reply({ kind: 'done' });
