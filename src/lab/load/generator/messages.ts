/** Messages between the main thread and a generator thread. Measurements go by shared memory. */
import type { Target } from '../http/target.js';
import type { LoadOptions } from '../load-options.js';
import type { Calibration, ThreadResult, Unanswered } from '../result/result.js';
import type { ScriptStart } from '../script/script.js';
import type { TakenSlow } from './slow-log.js';

export interface ThreadStart {
  readonly options: LoadOptions;
  readonly thread: number;
  /** {@link SharedRecords} */
  readonly records: SharedArrayBuffer;
  /** {@link Control} */
  readonly control: SharedArrayBuffer;
  readonly script?: ScriptStart | undefined;
}

export type ToThread =
  /** Makes the source of requests ready: runs the script's init(). */
  | { readonly kind: 'prepare' }
  | { readonly kind: 'connect'; readonly target: Target }
  /** The first request of the run is due at this time of the system's monotonic clock. */
  | { readonly kind: 'begin'; readonly beginUs: number; readonly requestsPerSend: number };

export type FromThread =
  /** The source of requests is there; a script's setup() may now reach it. */
  | { readonly kind: 'loaded' }
  /** Thread 0 knows how many requests one send has; it has made the first one. */
  | { readonly kind: 'prepared'; readonly requestsPerSend: number }
  /** Each connection is open or has failed once. */
  | { readonly kind: 'connected'; readonly open: number; readonly cause: string | undefined }
  | ({ readonly kind: 'calibrated' } & Calibration)
  | SecondOver
  | Finished
  | {
      readonly kind: 'failed';
      readonly name: string;
      readonly message: string;
      /** That of os.exit(), if the script called it. */
      readonly exitCode?: number | undefined;
    };

/** The set is the main thread's until given back. It covers the seconds `from` … `to` inclusive. */
export interface SecondOver {
  readonly kind: 'second';
  readonly set: 0 | 1;
  readonly from: number;
  readonly to: number;
  readonly slow?: TakenSlow;
}

export interface Finished {
  readonly kind: 'finished';
  readonly last: SecondOver;
  readonly endUs: number;
  readonly unanswered: Unanswered;
  readonly causes: ReadonlyMap<string, number>;
  /** A histogram's numbers: requests per second of this thread. */
  readonly rates: Float64Array;
  readonly endedEarly: 'signal' | 'script' | undefined;
  /** Requests of this thread that were due in the run, by the schedule. */
  readonly due: number;
  /** The memory of each {@link StageRecord}, if the run has stages. */
  readonly stages?: readonly Float64Array<ArrayBufferLike>[] | undefined;
  readonly thread: ThreadResult;
}

/** A cell that wakes a sleeping thread, and one that ends all threads. */
export class Control {
  readonly memory: SharedArrayBuffer;
  readonly wake: Int32Array;
  readonly #stop: Int32Array;

  constructor(memory = new SharedArrayBuffer(8)) {
    this.memory = memory;
    this.wake = new Int32Array(memory, 0, 1);
    this.#stop = new Int32Array(memory, 4, 1);
  }

  stop(): void {
    Atomics.store(this.#stop, 0, 1);
    Atomics.notify(this.wake, 0);
  }

  get stopping(): boolean {
    return Atomics.load(this.#stop, 0) === 1;
  }
}
