/**
 * The main thread's end of the checkpoint thread. Errors of LMDB and the system become StoreErrors.
 * If the thread ends, every request without a reply fails.
 */
import { Worker } from 'node:worker_threads';
import { workerExecArgv } from '../../../config/worker-exec-argv.js';
import { StoreError } from '../../store.js';
import type { Pages } from '../file/page-count.js';
import { full } from '../file/preallocation.js';
import type {
  CheckpointEvent,
  CheckpointOptions,
  CheckpointReply,
  CheckpointRequest,
  Numbered,
  Work,
} from './messages.js';

/** How a checkpoint ended: with all entries in LMDB, or at a full disk. */
export type CheckpointResult =
  | { readonly event: CheckpointEvent; readonly applied?: undefined }
  | { readonly applied: number; readonly usedPages: Pages; readonly error: StoreError };

export interface CheckpointEvents {
  /** LMDB has changed. */
  readonly onProgress: () => void;
  /** The disk has no space for what is to go into LMDB. */
  readonly onFull: () => void;
  /** LMDB can't be written any more. Called once at most. */
  readonly onFailure: (error: StoreError) => void;
}

interface Waiting {
  resolve(reply: CheckpointReply): void;
  reject(error: StoreError): void;
}

type Message = { readonly id: number; readonly reply: CheckpointReply } | undefined;

export class CheckpointClient {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  readonly #events: CheckpointEvents;
  #lastId = 0;
  #failure: StoreError | undefined;
  #isClosed = false;

  private constructor(options: CheckpointOptions, events: CheckpointEvents) {
    this.#events = events;
    this.#worker = new Worker(new URL('./checkpoint-thread.js', import.meta.url), {
      name: 'evenkeel-checkpoint',
      workerData: options,
      ...workerExecArgv(),
    });
    this.#worker.on('message', (message: Message) => this.#receive(message));
    this.#worker.on('error', (error) => this.#die(error));
    this.#worker.on('exit', () => this.#die(undefined));
  }

  /**
   * @throws what kept the thread from opening the file: an error of LMDB or of the system
   */
  static async start(
    options: CheckpointOptions,
    events: CheckpointEvents,
  ): Promise<CheckpointClient> {
    const client = new CheckpointClient(options, events);
    await client.#reply(0).catch((error: StoreError) => {
      throw error.cause ?? error;
    });
    return client;
  }

  /** Why LMDB can't be written any more; undefined while it can. */
  get failure(): StoreError | undefined {
    return this.#failure;
  }

  /** Says that the journal is used from now on. Resolves when that is durable. */
  async begin(epoch: bigint): Promise<void> {
    await this.#ask({ kind: 'begin', epoch });
  }

  /** Takes entries into LMDB. Resolves when they are durable there, or at a full disk. */
  async checkpoint(work: Work): Promise<CheckpointResult> {
    const reply = await this.#ask({ kind: 'checkpoint', work });
    if (reply.kind === 'checkpointed') return { event: reply.event };
    if (reply.kind !== 'full') throw new TypeError(`a checkpoint was replied with ${reply.kind}`);
    const { applied, usedPages, message } = reply;
    return { applied, usedPages, error: full(new Error(message)) };
  }

  /** Removes keys from LMDB, as far as the disk allows. */
  async remove(keys: readonly Uint8Array[]): Promise<void> {
    await this.#ask({ kind: 'remove', keys });
  }

  /**
   * Makes a commit that changes nothing, if the disk allows. Pages that the last one freed can be
   * used after it, once nothing reads them any more.
   */
  async touch(): Promise<void> {
    await this.#ask({ kind: 'touch' });
  }

  /**
   * Reserves pages for records of the journal.
   * @throws StoreError `full`, `failed`
   */
  async reserve(pages: Pages): Promise<void> {
    const reply = await this.#ask({ kind: 'reserve', pages });
    if (reply.kind === 'full') throw full(new Error(reply.message));
  }

  /**
   * Removes up to `limit` entities that had expired by `nowMs`. Returns how many.
   * @throws StoreError `full`, `failed`
   */
  async sweep(nowMs: number, limit: number): Promise<number> {
    const reply = await this.#ask({ kind: 'sweep', nowMs, limit });
    if (reply.kind === 'full') throw full(new Error(reply.message));
    return reply.kind === 'swept' ? reply.removed : 0;
  }

  /** @param isEmpty whether LMDB has all that the journal had */
  async close(isEmpty: boolean): Promise<void> {
    if (this.#isClosed) return;
    try {
      await this.#ask({ kind: 'close', isEmpty });
    } finally {
      this.#isClosed = true;
      await this.#worker.terminate();
    }
  }

  #ask(request: CheckpointRequest): Promise<CheckpointReply> {
    if (this.#failure) return Promise.reject(this.#failure);
    const id = ++this.#lastId;
    this.#worker.postMessage({ id, request } satisfies Numbered<CheckpointRequest>);
    return this.#reply(id);
  }

  #reply(id: number): Promise<CheckpointReply> {
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  #receive(message: Message): void {
    if (message === undefined) {
      this.#events.onProgress();
      return;
    }
    const { id, reply } = message;
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (reply.kind === 'full') this.#events.onFull();
    if (reply.kind !== 'failed') {
      waiting?.resolve(reply);
      return;
    }
    const error = failed('data file', reply.message);
    waiting?.reject(error);
    if (reply.isFinal) this.#fail(error);
  }

  #die(cause: unknown): void {
    if (this.#isClosed) return;
    const error = new StoreError(
      'failed',
      'the checkpoint thread ended, so nothing can be stored any more; restart the server',
      { cause },
    );
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
    this.#fail(error);
  }

  #fail(error: StoreError): void {
    if (this.#failure) return;
    this.#failure = error;
    this.#events.onFailure(error);
  }
}

/** The error of a file that could not be written for another reason than a full disk. */
export function failed(file: 'data file' | 'journal', message: string): StoreError {
  return new StoreError(
    'failed',
    `the ${file} could not be written (${message}); nothing more is accepted until the disk ` +
      'has been checked and the server restarted',
    { cause: new Error(message) },
  );
}
