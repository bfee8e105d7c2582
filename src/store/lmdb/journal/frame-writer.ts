/**
 * The main thread's end of the journal thread, which writes frames, one at a time. libuv's pool
 * would wake another of its threads for each. On two busy CPUs that waits for a time slice of
 * others, again and again (docs/decisions/0020-journal-thread.md).
 */
import { Worker } from 'node:worker_threads';
import { workerExecArgv } from '../../../config/worker-exec-argv.js';
import { StoreError } from '../../store.js';

/** A frame in the memory of a segment, and where it goes. */
export interface FrameToWrite {
  /** The descriptor of the segment's file. */
  readonly file: number;
  /** The number of the segment. */
  readonly segment: number;
  /** Where the frame begins, in the memory and in the file. */
  readonly at: number;
  readonly bytes: number;
}

/** Why a frame could not be written; undefined: it is on the disk. */
export type FrameReply = string | undefined;

interface Waiting {
  resolve(): void;
  reject(error: Error): void;
}

export class FrameWriter {
  readonly #worker: Worker;
  readonly #onEnd: (error: StoreError) => void;
  /** Resolves when the thread runs, and has the descriptors that it needs. */
  readonly ready: Promise<void>;
  #waiting: Waiting | undefined;
  #isClosed = false;
  #failure: StoreError | undefined;

  /**
   * Starts the thread.
   * @param memories of the segments, by number
   * @param onEnd called once if the thread ends by itself
   */
  constructor(memories: readonly SharedArrayBuffer[], onEnd: (error: StoreError) => void) {
    this.#onEnd = onEnd;
    this.#worker = new Worker(new URL('./journal-thread.js', import.meta.url), {
      name: 'evenkeel-journal',
      workerData: memories,
      ...workerExecArgv(),
    });
    this.#worker.on('message', (reply: FrameReply) => this.#settle(reply));
    this.ready = new Promise((resolve, reject) => {
      this.#worker.on('online', resolve);
      const end = (cause?: unknown) => {
        this.#end(cause);
        reject(this.#failure);
      };
      this.#worker.on('error', end).on('exit', () => end());
    });
    // Its end is told by onEnd too.
    this.ready.catch(() => {});
  }

  /** Resolves when the frame is on the disk. Rejects with the system's words. */
  write(frame: FrameToWrite): Promise<void> {
    if (this.#failure) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#worker.postMessage(frame);
    });
  }

  /** To be called when no frame is on its way. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#worker.terminate();
  }

  #settle(reply: FrameReply): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (reply === undefined) waiting?.resolve();
    else waiting?.reject(new Error(reply));
  }

  #end(cause: unknown): void {
    if (this.#isClosed || this.#failure) return;
    this.#failure = new StoreError(
      'failed',
      'the journal thread ended, so nothing can be stored any more; restart the server',
      { cause },
    );
    this.#waiting?.reject(this.#failure);
    this.#onEnd(this.#failure);
  }
}
