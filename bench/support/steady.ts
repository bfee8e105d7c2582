/** A steady load of GETs or PUTs over keys of `evenkeel load`'s own workload, and what counts of it. */
import { runLoad } from '#dist/lab/load/load.js';
import { defaultOptions, type Workload } from '#dist/lab/load/load-options.js';
import type { LoadResult } from '#dist/lab/load/result/result.js';

export interface Steady {
  readonly url: string;
  readonly put?: boolean;
  readonly keys?: Workload['keys'];
  readonly keySpace: number;
  readonly valueBytes: number;
  readonly rate: number;
  readonly connections: number;
  readonly seconds: number;
}

/** One generator thread: what is looked at is a server, at a rate far below its peak. @throws Error if a request failed */
export async function steady(load: Steady): Promise<LoadResult> {
  const {
    url,
    put = false,
    keys = 'uniform',
    keySpace,
    valueBytes,
    rate,
    connections,
    seconds,
  } = load;
  const work = {
    kind: 'workload',
    putShare: put ? 1 : 0,
    keys,
    keySpace,
    valueBytes,
    seed: 1,
  } as const;
  const times = { durationMs: seconds * 1000, warmupMs: 1000, timeoutMs: 60_000 };
  const result = await runLoad({
    ...defaultOptions,
    url,
    threads: 1,
    connections,
    rate,
    ...times,
    work,
  });
  const failed = Object.values(result.errors).reduce((a, b) => a + b, 0);
  if (failed > 0) throw new Error(`${failed} requests failed: ${result.causes.join('; ')}`);
  return result;
}
