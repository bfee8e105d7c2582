/** SIGINT and SIGTERM: the first asks for an end in good order, the second ends at once. */
import { exitCodes } from './exit-codes.js';

/** For a command that ends by itself: it ends early. @returns a function that stops listening */
export function onInterrupt(interrupt: () => void): () => void {
  let signals = 0;
  const listener = () => {
    signals++;
    if (signals > 1) process.exit(exitCodes.interrupted);
    interrupt();
  };
  process.on('SIGINT', listener).on('SIGTERM', listener);
  return () => {
    process.off('SIGINT', listener).off('SIGTERM', listener);
  };
}

/**
 * While this runs, a signal ends the process at once, as if nothing listened. The code that runs
 * may hold this thread for ever, and then no listener would be called.
 */
export async function withoutListeners<T>(run: () => Promise<T>): Promise<T> {
  const taken = (['SIGINT', 'SIGTERM'] as const).map((signal) => {
    const listeners = process.listeners(signal);
    process.removeAllListeners(signal);
    return { signal, listeners };
  });
  try {
    return await run();
  } finally {
    for (const { signal, listeners } of taken)
      for (const listener of listeners) process.on(signal, listener);
  }
}

/**
 * For a command that runs until a signal. Resolves at the first SIGINT or SIGTERM; a second one
 * ends the process at once. Under `npm start` a shell stands between, which dies of a signal
 * without passing it on, so its death counts as a signal.
 */
export function untilSignal(): Promise<void> {
  return new Promise((resolve) => {
    let signals = 0;
    const onSignal = (signal: NodeJS.Signals) => {
      signals++;
      if (signals === 1) resolve();
      else process.exit(signal === 'SIGINT' ? 130 : 143);
    };
    process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
    if (!['start', 'evenkeel'].includes(process.env.npm_lifecycle_event ?? '')) return;
    const parent = process.ppid;
    const watch = setInterval(() => {
      if (process.ppid === parent) return;
      clearInterval(watch);
      resolve();
    }, 200).unref();
  });
}
