/** The options of a report: the load of the reference, and where the report goes. */
import { availableParallelism } from 'node:os';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LoadOptions } from '../load/load-options.js';

export interface ReportOptions extends Pick<LoadOptions, 'threads' | 'connections' | 'rate'> {
  /** Name of the report and of its directory of pictures. */
  readonly label: string;
  /** Each measured run's, PUT and GET. The profiles have windows of their own. */
  readonly durationMs: number;
  /** The directory that the report is written into. */
  readonly out: string;
  /** A server that runs already; absent: the report starts one on a fresh store, and ends it. */
  readonly server?: {
    readonly url: string;
    readonly adminUrl: string;
    /** That of an admin, if it takes tokens only. */
    readonly token?: string | undefined;
    readonly certificates?: LoadOptions['certificates'];
  };
}

export const referenceThreads = 4;

export const defaultReport = {
  label: 'async',
  threads: threadsFor(availableParallelism()),
  connections: 20,
  rate: 10_000,
  durationMs: 60_000,
  out: 'reports',
} as const satisfies ReportOptions;

/**
 * The reference's threads, or half or a quarter of them where they would take CPUs that the server
 * needs: a thread of ours is awake for its due times, and what more threads than CPUs measure is
 * how they wait for each other.
 */
export function threadsFor(cpus: number): number {
  return [referenceThreads, referenceThreads / 2].find((threads) => threads < cpus) ?? 1;
}

/** How long a profile is taken: a quarter of the run, within bounds. */
export function windowSeconds(durationMs: number): number {
  return Math.round(Math.min(15, Math.max(1, durationMs / 4000)));
}

/** How long the server is warmed up with each request before anything is measured. */
export function warmUpMs(durationMs: number): number {
  return Math.min(5_000, Math.max(1_000, durationMs / 6));
}

/** The reference load's script, named from the working directory if it lies below it. */
export function scriptOf(phase: 'put' | 'get'): string {
  const file = fileURLToPath(new URL(`../../../wrk/${phase}.lua`, import.meta.url));
  const near = relative(process.cwd(), file);
  return near.startsWith('..') ? file : near;
}
