/** The trial's thread at the tree: it takes whole segments in, and sweeps in between. */
import { parentPort, workerData } from 'node:worker_threads';
import { openDatabases, openRoot } from '#dist/store/embedded/environment.js';
import { Transactions } from '#dist/store/embedded/transactions.js';
import { checkpoint } from './checkpoint.js';
import type { Frame } from './segment.js';
import type { Reply } from './thread-line.js';

export interface CheckpointOptions {
  readonly folder: string;
  readonly memories: readonly SharedArrayBuffer[];
}

export type CheckpointRequest =
  | { readonly kind: 'checkpoint'; readonly segment: number; readonly frames: readonly Frame[] }
  | { readonly kind: 'sweep'; readonly nowMs: number; readonly limit: number }
  | { readonly kind: 'close' };

const { folder, memories } = workerData as CheckpointOptions;
const env = openDatabases(openRoot(folder));
const transactions = new Transactions(env, folder);

async function perform(request: CheckpointRequest): Promise<number> {
  if (request.kind === 'sweep') return transactions.sweep(request.nowMs, request.limit);
  if (request.kind === 'close') await env.root.close();
  else checkpoint(transactions, Buffer.from(memories[request.segment] as SharedArrayBuffer), request.frames);
  return 0;
}

parentPort?.on('message', async (request: CheckpointRequest) => {
  let reply: Reply<number>;
  try {
    reply = { value: await perform(request) };
  } catch (error) {
    reply = { error: (error as Error).message };
  }
  parentPort?.postMessage(reply);
});
