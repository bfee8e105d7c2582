/** Opens a thread's connections before its run. The run then owns them and takes their events. */
import { Connection } from '../http/connection.js';
import { loadLimits } from '../load-options.js';
import type { GeneratorOptions } from './generator-options.js';

export interface Opened {
  readonly connections: readonly Connection[];
  /** How many are open. */
  readonly open: number;
  /** Why the first of the others is not. */
  readonly cause: string | undefined;
}

/**
 * Resolves when each connection has opened or failed once. Nothing is counted, as no request is
 * due: what still fails in the run fails there again.
 */
export function openConnections(options: GeneratorOptions): Promise<Opened> {
  const { load, target, source, clock } = options;
  const settings = {
    target,
    source,
    timeoutMs: load.timeoutMs,
    maxContentBytes: loadLimits.messageBytes,
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
