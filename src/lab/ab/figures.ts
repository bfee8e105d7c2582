/** The figures of a run that are compared: numbers above 0, of which less is better. */
import type { LoadResult } from '../load/result/result.js';

export const figureNames = [
  'p50',
  'p90',
  'p99',
  'p99.9',
  'cpu',
  'responseBytes',
  'writtenBytes',
] as const;
export type FigureName = (typeof figureNames)[number];

/** Those that a run has: µs, or bytes. CPU and bytes are per request. */
export type Figures = Readonly<Partial<Record<FigureName, number>>>;

/** The use of the server's processes while the run was measured. */
export interface Usage {
  readonly cpuUs: number;
  /** Written to a disk. */
  readonly writtenBytes: number;
}

const percentiles = [50, 90, 99, 99.9] as const;
/** A percentile with fewer requests above it is chance. */
const minSamplesAbove = 10;

/** Latencies are without the generator's own lag, which no build can help. */
export function figuresOf(result: LoadResult, usage?: Usage): Figures {
  const { latencyWithoutLag: latency, completed, bytesRead } = result;
  const figures: Partial<Record<FigureName, number>> = {};
  const add = (name: FigureName, value: number) => {
    // Ratios of nothing say nothing.
    if (value > 0 && Number.isFinite(value)) figures[name] = value;
  };
  for (const percentile of percentiles)
    if (latency.count * (1 - percentile / 100) + 1e-6 >= minSamplesAbove)
      add(`p${percentile}`, latency.valueAtPercentile(percentile));
  if (usage) {
    add('cpu', usage.cpuUs / completed);
    add('writtenBytes', usage.writtenBytes / completed);
  }
  add('responseBytes', bytesRead / completed);
  return figures;
}
