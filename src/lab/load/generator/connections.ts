/** Opens a thread's connections before its run. The run then owns them and takes their events. */
import { Connection } from '../http/connection.js';
import type { Target } from '../http/target.js';
import { type LoadOptions, loadLimits } from '../load-options.js';
import type { RequestSource } from '../request/request-source.js';
import type { Clock } from './clock.js';
import type { Control, FromThread } from './messages.js';
import type { SharedRecords } from './recorder.js';

/** The tools of a generator thread, once its source of requests is ready. */
export interface GeneratorOptions {
  readonly load: LoadOptions;
  /** 0 … threads − 1. */
  readonly thread: number;
  readonly target: Target;
  readonly source: RequestSource;
  readonly records: SharedRecords;
  readonly control: Control;
  readonly clock: Clock;
  readonly post: (message: FromThread) => void;
}

export interface Opened {
  readonly connections: readonly Connection[];
  /** How many are open. */
  readonly open: number;
  /** Why the first of the others is not. */
  readonly cause: string | undefined;
}

/** Resolves when each has opened or failed once: what still fails in the run fails there again. */
export function openConnections(options: GeneratorOptions): Promise<Opened> {
  const { load, target, source, clock } = options;
  const settings = {
    target,
    source,
    timeoutMs: load.timeoutMs,
    maxContentBytes: loadLimits.messageBytes,
    collect: source.onResponse !== undefined || (load.expect?.patterns.length ?? 0) > 0,
    now: () => clock.now(),
  };
  return new Promise((resolve) => {
    // One may open and fail, and more than once, before all have been tried.
    const tried = new Set<number>();
    let cause: string | undefined;
    const oneTried = (number: number) => {
      if (tried.add(number).size < connections.length) return;
      resolve({ connections, open: connections.filter(({ ready }) => ready).length, cause });
    };
    const connections = Array.from(
      { length: Math.floor(load.connections / load.threads) },
      (_, number) =>
        new Connection(settings, {
          onReady: () => oneTried(number),
          onResponse: () => false,
          onFailure: (_, text) => {
            cause ??= text;
            oneTried(number);
          },
          onBytes: () => {},
          onOpening: () => {},
        }),
    );
    for (const connection of connections) connection.open();
  });
}
