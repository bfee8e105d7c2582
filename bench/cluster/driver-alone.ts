/** Starts the driver alone, and asks it for runs. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const child = fileURLToPath(new URL('driver-child.js', import.meta.url));

export interface DriverOptions {
  readonly location: string;
  /** Keys to read. They are there. */
  readonly keySpace: number;
  readonly valueBytes: number;
}

/** It ends after so many seconds or operations, whichever comes first. */
export interface DriverRun {
  readonly method: 'GET' | 'PUT';
  readonly workers: number;
  readonly seconds: number;
  readonly operations: number;
  /** The number of the first key that is written. They rise. */
  readonly first: number;
}

/** Times in ms. */
export interface DriverFigures {
  readonly requests: number;
  /** Per second. */
  readonly rate: number;
  readonly p50: number;
  readonly p99: number;
}

export interface DriverAlone {
  readonly pid: number;
  run(run: DriverRun): Promise<DriverFigures>;
  stop(): void;
}

export function startDriver(options: DriverOptions): DriverAlone {
  const driver = fork(child, [JSON.stringify(options)]);
  const ended = once(driver, 'exit').then(([code, signal]) => {
    throw new Error(`the driver alone ended with ${signal ?? code}`);
  });
  ended.catch(() => {});
  return {
    pid: driver.pid as number,
    run: async (run) => {
      driver.send(run);
      const [figures] = await Promise.race([once(driver, 'message'), ended]);
      return figures as DriverFigures;
    },
    stop: () => driver.disconnect(),
  };
}
