/**
 * The main thread's end of the writer thread. Replies come in the order of the requests. Errors of
 * LMDB and the system become StoreErrors. If the thread ends, every request without a reply fails.
 */
import { Worker } from 'node:worker_threads';
import { workerExecArgv } from '../../../config/worker-exec-argv.js';
import { StoreError } from '../../store.js';
import { full } from '../file/preallocation.js';
import { publishCommit } from './commit-channel.js';
import { type CommitOutcomes, outcomesOf } from './outcomes.js';
import type {
  BatchInfo,
  WriteOutcomes,
  Writer,
  WriterOptions,
  WriterReply,
  WriterRequest,
} from './writer.js';

/** A request without a reply. */
interface Waiting {
  /** In its batch; 0 for other requests. */
  readonly writes: number;
  resolve(value: WriteOutcomes | number | undefined): void;
  reject(error: StoreError): void;
}

export class WriterClient implements Writer {
  readonly #worker: Worker;
  readonly #waiting: Waiting[] = [];
  #dead: StoreError | undefined;
  #failure: StoreError | undefined;
  #closed = false;

  private constructor(options: WriterOptions) {
    this.#worker = new Worker(new URL('./writer-thread.js', import.meta.url), {
      name: 'evenkeel-writer',
      workerData: options,
      ...workerExecArgv(),
    });
    this.#worker.on('message', (reply: WriterReply) => this.#receive(reply));
    this.#worker.on('error', (error) => this.#die(error));
    this.#worker.on('exit', () => this.#die(undefined));
  }

  /** @throws what kept the thread from opening the file: an error of LMDB or of the system */
  static async start(options: WriterOptions): Promise<WriterClient> {
    const writer = new WriterClient(options);
    await writer.#reply(0).catch((error: StoreError) => {
      throw error.cause ?? error;
    });
    return writer;
  }

  get failure(): StoreError | undefined {
    return this.#dead ?? this.#failure;
  }

  async commit(batch: ArrayBuffer, info: BatchInfo): Promise<WriteOutcomes | undefined> {
    const outcomes = await this.#ask({ kind: 'commit', batch, info }, info.writes, [batch]);
    return outcomes as WriteOutcomes | undefined;
  }

  async sweep(nowMs: number, limit: number): Promise<number> {
    return (await this.#ask({ kind: 'sweep', nowMs, limit })) as number;
  }

  async close(): Promise<void> {
    if (this.#dead) return;
    await this.#ask({ kind: 'close' });
    this.#closed = true;
    await this.#worker.terminate();
  }

  #ask(request: WriterRequest, writes = 0, transfer: ArrayBuffer[] = []) {
    if (this.#dead) return Promise.reject(this.#dead);
    this.#worker.postMessage(request, transfer);
    return this.#reply(writes);
  }

  #reply(writes: number): Promise<WriteOutcomes | number | undefined> {
    return new Promise((resolve, reject) => this.#waiting.push({ writes, resolve, reject }));
  }

  #receive(reply: WriterReply): void {
    if (reply.kind === 'committed') {
      const writes = this.#settle(reply.batches, reply.outcomes);
      publishCommit(reply.beganMs, reply.endedMs, writes);
      return;
    }
    if (reply.kind === 'failed') {
      const error = failed(reply.message);
      if (reply.final) this.#failure ??= error;
      for (const waiting of this.#waiting.splice(0, reply.requests)) waiting.reject(error);
      return;
    }
    const waiting = this.#waiting.shift();
    if (reply.kind === 'full') waiting?.reject(full(new Error(reply.message)));
    else waiting?.resolve(reply.kind === 'swept' ? reply.removed : undefined);
  }

  /** Settles the batches of a commit. @returns how many writes it had */
  #settle(batches: number, all: CommitOutcomes | undefined): number {
    const fullError = all && full(new Error(all.fullMessage));
    let first = 0;
    for (const { writes, resolve } of this.#waiting.splice(0, batches)) {
      const outcomes = all && outcomesOf(all, first, first + writes);
      resolve(outcomes && fullError && { ...outcomes, fullError });
      first += writes;
    }
    return first;
  }

  #die(cause: unknown): void {
    if (this.#closed) return;
    this.#dead ??= new StoreError(
      'failed',
      'the writer thread ended, so nothing can be stored any more; restart the server',
      { cause },
    );
    for (const waiting of this.#waiting.splice(0)) waiting.reject(this.#dead);
  }
}

/** The error of a transaction that failed for another reason than a full disk. */
function failed(message: string): StoreError {
  return new StoreError(
    'failed',
    `the data file could not be written (${message}); nothing more is accepted until the disk ` +
      'has been checked and the server restarted',
    { cause: new Error(message) },
  );
}
