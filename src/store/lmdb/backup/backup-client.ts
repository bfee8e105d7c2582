/** The main thread's end of a backup thread: the pieces of one backup. */
import { Worker } from 'node:worker_threads';
import { workerExecArgv } from '../../../config/worker-exec-argv.js';
import { BackupError } from '../../backup/backup-error.js';
import type { BackupReply, BackupRequest, BackupThreadOptions } from './messages.js';

/** Pieces that are asked for before the first of them is used. */
const piecesAhead = 4;

export class BackupClient {
  readonly #worker: Worker;
  /** Resolves when the thread is over, and its transaction with it. */
  readonly ended: Promise<void>;
  readonly #stopping = new AbortController();
  readonly #replies: BackupReply[] = [];
  #failure: BackupError | undefined;
  #wake = () => {};

  constructor(options: BackupThreadOptions) {
    this.#worker = new Worker(new URL('./backup-thread.js', import.meta.url), {
      name: 'evenkeel-backup',
      workerData: options,
      ...workerExecArgv(),
    });
    this.#worker.on('message', (reply: BackupReply) => {
      this.#replies.push(reply);
      this.#wake();
    });
    let cause: Error | undefined;
    this.#worker.on('error', (error) => {
      cause = error;
    });
    this.ended = new Promise((resolve) => {
      this.#worker.on('exit', () => {
        const why = cause ? `: ${cause.message}` : '';
        this.#failure = new BackupError('given-up', `the backup thread ended${why}`);
        this.#wake();
        resolve();
      });
    });
  }

  /** Aborted when the backup is to end, with the reason. */
  get stopped(): AbortSignal {
    return this.#stopping.signal;
  }

  /** Resolves when the thread has opened the file. @throws BackupError */
  async ready(): Promise<void> {
    await this.#next('ready');
  }

  /** Opens the transaction. Resolves when LMDB may change again. @throws BackupError */
  async begin(): Promise<void> {
    this.#ask({ kind: 'begin' });
    await this.#next('begun');
  }

  /**
   * The pieces. The last block tells if the backup was given up.
   * @throws BackupError if it was given up in the middle of a block
   */
  async *pieces(): AsyncGenerator<Uint8Array> {
    try {
      for (let ahead = 0; ahead < piecesAhead; ahead++) this.#ask({ kind: 'take' });
      for (;;) {
        const reply = await this.#next('piece', 'end');
        if (reply.kind !== 'piece') return;
        yield reply.piece;
        this.#ask({ kind: 'take' });
      }
    } finally {
      this.stop('its reader is gone');
      await this.ended;
    }
  }

  stop(why: string): void {
    this.#stopping.abort(new BackupError('given-up', why));
    this.#ask({ kind: 'stop', why });
  }

  #ask(request: BackupRequest): void {
    this.#worker.postMessage(request);
  }

  async #next(...kinds: readonly BackupReply['kind'][]): Promise<BackupReply> {
    for (;;) {
      const reply = this.#replies.shift();
      if (reply && kinds.includes(reply.kind)) return reply;
      if (reply) throw new TypeError(`the backup thread replied with ${reply.kind}`);
      if (this.#failure) throw this.#failure;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
