/**
 * Who writes: a thread of its own, of which this is the main thread's end (a message out, a reply back, in order). It
 * turns LMDB's and the system's error codes into StoreErrors, and a thread that dies into the failure of everything it was asked.
 */
import { Worker } from 'node:worker_threads';
import { StoreError } from '../store.js';
import { full } from './room.js';

export interface WriterOptions {
  readonly folder: string;
}

export type WriterRequest =
  | { readonly kind: 'commit'; readonly batch: ArrayBuffer; readonly ceiling: number | undefined }
  | { readonly kind: 'sweep'; readonly nowMs: number; readonly limit: number }
  | { readonly kind: 'close' };

export type WriterReply =
  | { readonly kind: 'done' }
  | { readonly kind: 'swept'; readonly removed: number }
  | { readonly kind: 'error'; readonly message: string; readonly full: boolean };

export interface Writer {
  /** Why nothing more can be written; undefined while it can. */
  readonly failure: StoreError | undefined;
  /**
   * Stores a batch in one transaction; it is on the disk when the promise resolves. The memory is given away.
   * @throws StoreError `full`, `failed`
   */
  commit(batch: ArrayBuffer, ceiling: number | undefined): Promise<void>;
  /** Removes up to `limit` entities that had expired by `nowMs`, and says how many. @throws StoreError `full`, `failed` */
  sweep(nowMs: number, limit: number): Promise<number>;
  close(): Promise<void>;
}

interface Waiting {
  resolve(reply: WriterReply): void;
  reject(error: StoreError): void;
}

export class WriterThread implements Writer {
  readonly #worker: Worker;
  readonly #waiting: Waiting[] = [];
  #dead: StoreError | undefined;
  #closed = false;

  private constructor(options: WriterOptions) {
    this.#worker = new Worker(new URL('./writer-thread.js', import.meta.url), {
      name: 'evenkeel-writer',
      workerData: options,
    });
    this.#worker.on('message', (reply: WriterReply) => this.#answer(reply));
    this.#worker.on('error', (error) => this.#die(error));
    this.#worker.on('exit', () => this.#die(undefined));
  }

  static async start(options: WriterOptions): Promise<WriterThread> {
    const writer = new WriterThread(options);
    await writer.#reply();
    return writer;
  }

  get failure(): StoreError | undefined {
    return this.#dead;
  }

  async commit(batch: ArrayBuffer, ceiling: number | undefined): Promise<void> {
    await this.#ask({ kind: 'commit', batch, ceiling }, [batch]);
  }

  async sweep(nowMs: number, limit: number): Promise<number> {
    const reply = await this.#ask({ kind: 'sweep', nowMs, limit });
    return reply.kind === 'swept' ? reply.removed : 0;
  }

  async close(): Promise<void> {
    if (this.#dead) return;
    await this.#ask({ kind: 'close' });
    this.#closed = true;
    await this.#worker.terminate();
  }

  #ask(request: WriterRequest, transfer: ArrayBuffer[] = []): Promise<WriterReply> {
    if (this.#dead) return Promise.reject(this.#dead);
    this.#worker.postMessage(request, transfer);
    return this.#reply();
  }

  #reply(): Promise<WriterReply> {
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  #answer(reply: WriterReply): void {
    const waiting = this.#waiting.shift();
    if (reply.kind === 'error')
      waiting?.reject(reply.full ? full(new Error(reply.message)) : failed(reply.message));
    else waiting?.resolve(reply);
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

/** What a transaction failed by, for another reason than a lack of room. */
export function failed(message: string): StoreError {
  return new StoreError(
    'failed',
    `the data file could not be written (${message}); nothing more is accepted until the disk has been checked and the server restarted`,
    { cause: new Error(message) },
  );
}
