/** Runs of `evenkeel load` inside a bench, and the figures that a bench keeps of one. */
import { judge } from '#dist/lab/load/judge/verdict.js';
import { runLoad } from '#dist/lab/load/load.js';
import { defaultOptions, type LoadOptions, type Workload } from '#dist/lab/load/load-options.js';
import type { LoadResult } from '#dist/lab/load/result/result.js';

export type LoadFigures = ReturnType<typeof figuresOf>;

/** Times in ms. */
export function figuresOf(result: LoadResult) {
  const { latency, lag, completed, elapsedUs, threads, errors } = result;
  const at = (histogram: typeof lag, percentile: number) =>
    histogram.valueAtPercentile(percentile) / 1000;
  return {
    completed,
    failed: Object.values(errors).reduce((a, b) => a + b, 0),
    rate: (completed / elapsedUs) * 1e6,
    p50: at(latency, 50),
    p99: at(latency, 99),
    p999: at(latency, 99.9),
    max: latency.max / 1000,
    lagP50: at(lag, 50),
    lagP99: at(lag, 99),
    lagMax: lag.max / 1000,
    /** The busiest generator thread's share of its time. */
    busy: Math.max(...threads.map(({ busy }) => busy)),
    /** Whether the generator found the run fit to publish. */
    valid: judge(result).valid ? 1 : 0,
  };
}

type Given = Pick<LoadOptions, 'url' | 'threads' | 'connections' | 'rate' | 'durationMs'> &
  Partial<LoadOptions>;

/** A late response counts as late, not as failed. @throws Error if a request failed */
export async function load(given: Given): Promise<LoadFigures> {
  const result = await runLoad({ ...defaultOptions, timeoutMs: 60_000, ...given });
  const figures = figuresOf(result);
  if (figures.failed > 0)
    throw new Error(`${figures.failed} requests failed: ${result.causes.join('; ')}`);
  return figures;
}

/** GETs or PUTs of keys that are drawn uniformly. */
export function uniform(method: 'GET' | 'PUT', keySpace: number, valueBytes: number): Workload {
  const putShare = method === 'PUT' ? 1 : 0;
  return { kind: 'workload', putShare, keys: 'uniform', keySpace, valueBytes, seed: 1 };
}
