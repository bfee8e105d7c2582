/**
 * The main thread's end of the reader thread, which reads large values. It is started by the first
 * read, and again if it ended. Replies come in the order of the requests.
 */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { workerExecArgv } from '../../../config/worker-exec-argv.js';
import { type Entity, StoreError } from '../../store.js';
import type { Stored } from '../write/conditions.js';
import { damagedFile } from './damaged-file.js';

export interface ReaderOptions {
  readonly directory: string;
}

export type ReaderRequest =
  | {
      readonly kind: 'read' | 'stored' | 'expiry';
      readonly key: Uint8Array;
      readonly nowMs: number;
    }
  | { readonly kind: 'close' };

export type ReaderReply =
  | { readonly kind: 'read'; readonly entity: Entity | undefined }
  | { readonly kind: 'stored'; readonly stored: Stored | undefined }
  | { readonly kind: 'expiry'; readonly hasExpired: boolean }
  /** @property damaged whether the record is; otherwise it is an error of LMDB */
  | { readonly kind: 'failed'; readonly damaged: boolean; readonly message: string };

type ReplyResult = Entity | Stored | boolean | undefined;

interface Waiting {
  resolve(result: ReplyResult): void;
  reject(error: StoreError): void;
}

export class LargeReads {
  readonly #options: ReaderOptions;
  readonly #waiting: Waiting[] = [];
  #worker: Worker | undefined;

  constructor(options: ReaderOptions) {
    this.#options = options;
  }

  /**
   * The newest entity under the key, or undefined if it is absent or had expired by `nowMs`.
   * @throws StoreError `damaged`; `overloaded` if the thread ended: the next read starts another
   */
  async read(key: Uint8Array, nowMs: number): Promise<Entity | undefined> {
    return (await this.#ask('read', key, nowMs)) as Entity | undefined;
  }

  /**
   * The newest record under the key, as far as a condition has to know it; undefined: none.
   * @throws StoreError `damaged`, `overloaded` like read()
   */
  async stored(key: Uint8Array): Promise<Stored | undefined> {
    return (await this.#ask('stored', key, 0)) as Stored | undefined;
  }

  /**
   * Whether the entity under the key had expired by `nowMs`. The value is not read, however large
   * it is: lmdb reads no part of a record, so the expiry index is searched.
   * @throws StoreError `damaged` if the index can't be read; `overloaded` like read()
   */
  async hasExpired(key: Uint8Array, nowMs: number): Promise<boolean> {
    return (await this.#ask('expiry', key, nowMs)) as boolean;
  }

  /** Finishes the reads under way. To be called once, and after the last read. */
  async close(): Promise<void> {
    const worker = this.#worker;
    if (worker === undefined) return;
    const exit = once(worker, 'exit');
    worker.postMessage({ kind: 'close' } satisfies ReaderRequest);
    await exit;
  }

  #ask(kind: 'read' | 'stored' | 'expiry', key: Uint8Array, nowMs: number) {
    this.#worker ??= this.#start();
    // A message takes along all memory that the key is a part of.
    const request: ReaderRequest = { kind, key: Uint8Array.from(key), nowMs };
    this.#worker.postMessage(request);
    return new Promise<ReplyResult>((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  #start(): Worker {
    const worker = new Worker(new URL('./reader-thread.js', import.meta.url), {
      name: 'evenkeel-reader',
      workerData: this.#options,
      ...workerExecArgv(),
    });
    worker.on('message', (reply: ReaderReply) => this.#receive(reply));
    let cause: unknown;
    worker.on('error', (error) => {
      cause = error;
    });
    worker.on('exit', () => this.#end(cause));
    return worker;
  }

  #receive(reply: ReaderReply): void {
    const waiting = this.#waiting.shift();
    if (reply.kind === 'read') waiting?.resolve(reply.entity);
    else if (reply.kind === 'stored') waiting?.resolve(reply.stored);
    else if (reply.kind === 'expiry') waiting?.resolve(reply.hasExpired);
    else if (reply.damaged) waiting?.reject(new StoreError('damaged', reply.message));
    else waiting?.reject(damagedFile(new Error(reply.message)));
  }

  #end(cause: unknown): void {
    this.#worker = undefined;
    for (const { reject } of this.#waiting.splice(0))
      reject(
        new StoreError('overloaded', 'the thread that reads large values ended; try again', {
          cause,
        }),
      );
  }
}
