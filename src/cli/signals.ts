/** SIGINT and SIGTERM: the first asks for an end in good order, the second ends at once. */
import { exitCodes } from './exit-codes.js';

/** timeout(1) sends its signal twice: to the command, and to all that the command started. */
const oneSignalMs = 100;

/** @returns a listener that takes signals that come together for one */
function counted(first: () => void, next: (signal: NodeJS.Signals) => void) {
  let last: number | undefined;
  return (signal: NodeJS.Signals) => {
    const now = performance.now();
    const isFirst = last === undefined;
    const isNext = now - (last ?? now) > oneSignalMs;
    last ??= now;
    if (isFirst) first();
    else if (isNext) next(signal);
  };
}

/**
 * For a command that ends by itself: it ends early, also when its terminal is closed (SIGHUP).
 * @param leave what has to be done however the command ends
 * @returns a function that stops listening
 */
export function onInterrupt(
  interrupt: () => void,
  leave: () => Promise<unknown> = () => Promise.resolve(),
): () => void {
  const end = () => process.exit(exitCodes.interrupted);
  const listener = counted(interrupt, () => void leave().then(end, end));
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, listener);
  return () => {
    for (const signal of signals) process.off(signal, listener);
  };
}

/**
 * While this runs, a signal ends the process at once, as if nothing listened. The code that runs
 * may hold this thread for ever, and then no listener would be called.
 */
export async function withoutListeners<T>(run: () => Promise<T>): Promise<T> {
  const taken = (['SIGINT', 'SIGTERM', 'SIGHUP'] as const).map((signal) => {
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
    const onSignal = counted(resolve, (signal) => process.exit(signal === 'SIGINT' ? 130 : 143));
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
