/** One thread's part of a run: its connections, its share of the schedule, and its records. */

import { Connection, type FailureKind } from '../http/connection.js';
import type { Target } from '../http/target.js';
import { type LoadOptions, loadLimits } from '../load-options.js';
import type { RequestSource } from '../request/source.js';
import type { Clock } from './clock.js';
import { Causes } from './failure-causes.js';
import type { Control, Finished, FromThread } from './messages.js';
import { Pacer } from './pacer.js';
import { phasesOf } from './phases.js';
import type { SharedRecords } from './recorder.js';
import { Run } from './run.js';

export interface GeneratorOptions {
  readonly options: LoadOptions;
  readonly thread: number;
  readonly target: Target;
  readonly source: RequestSource;
  readonly records: SharedRecords;
  readonly control: Control;
  readonly clock: Clock;
  readonly tell: (message: FromThread) => void;
}

export class Generator {
  readonly #given: GeneratorOptions;
  readonly #connections: readonly Connection[];
  readonly #causes = new Causes();
  #run: Run | undefined;
  /** Connections that are about to open. */
  #opening = 0;
  /** Connections that have opened or failed; one may do both, and more than once, before all have. */
  readonly #tried = new Set<number>();
  #allTried: (() => void) | undefined;
  #firstCause: string | undefined;

  constructor(given: GeneratorOptions) {
    this.#given = given;
    const { options, target, source, clock } = given;
    const count = Math.floor(options.connections / options.threads);
    this.#connections = Array.from({ length: count }, (_, index) => {
      const { timeoutMs } = options;
      return new Connection(
        {
          target,
          source,
          timeoutMs,
          maxBodyBytes: loadLimits.messageBytes,
          now: () => clock.now(),
        },
        {
          onReady: (opened) => (this.#run ? this.#run.ready(index, opened) : this.#triedOne(index)),
          onAnswer: (status) => this.#run?.answered(index, status) ?? false,
          onFailure: (kind, cause) => this.#failed(index, kind, cause),
          onBytes: (bytes) => this.#run?.received(bytes),
          onOpening: (opening) => {
            this.#opening += opening ? 1 : -1;
          },
        },
      );
    });
  }

  /** Opens the connections; resolves when each is open or has failed once. */
  connect(): Promise<{ open: number; cause: string | undefined }> {
    return new Promise((resolve) => {
      this.#allTried = () =>
        resolve({
          open: this.#connections.filter(({ ready }) => ready).length,
          cause: this.#firstCause,
        });
      for (const connection of this.#connections) connection.open();
    });
  }

  /** The run; resolves at its end. @throws ScriptError */
  async begin(beginUs: number, requestsPerSend: number): Promise<Finished> {
    const { clock, control, options } = this.#given;
    const phases = phasesOf(beginUs, options.warmupMs, options.durationMs);
    const pacer = new Pacer(clock, control.wake, options.threads);
    const run = new Run(this.#given, {
      lanes: this.#connections,
      requestsPerSend,
      phases,
      causes: this.#causes,
      pacer,
      opening: () => this.#opening > 0,
    });
    this.#run = run;
    try {
      await pacer.run(run);
      return run.finish();
    } finally {
      for (const connection of this.#connections) connection.close();
    }
  }

  #failed(index: number, kind: FailureKind, cause: string): void {
    this.#firstCause ??= cause;
    // Before the run nothing is counted, as no request is due; what still fails then fails again in the run.
    if (!this.#run) {
      this.#triedOne(index);
      return;
    }
    this.#run.failed(index, kind, cause);
  }

  #triedOne(index: number): void {
    this.#tried.add(index);
    if (this.#tried.size === this.#connections.length) this.#allTried?.();
  }
}
