/**
 * V8's CPU sampler asks where a thread is, not whether it runs. Two things are wrong with its times
 * for that. A thread that has to leave its CPU to others is not sampled meanwhile, and the sample
 * before stands for all that time; so samples are counted, each worth the sampling interval. And a
 * thread that waits for the disk inside a call is sampled as if it worked; but how long it was on a
 * CPU is known (on Linux), what was sampled beyond that was waiting, and waiting is done in native
 * code.
 */
interface Sampled {
  /** µs in samples whose innermost frame is native. */
  readonly native: number;
  readonly other: number;
}

/**
 * By what the samples are to be multiplied so that they add up to the time that the thread was on a
 * CPU.
 */
export function onCpuScales({ native, other }: Sampled, cpuUs: number): Sampled {
  const all = native + other;
  if (all === 0) return { native: 1, other: 1 };
  const waited = Math.min(native, Math.max(0, all - cpuUs));
  const even = cpuUs / (all - waited || 1);
  return { native: native === 0 ? even : (even * (native - waited)) / native, other: even };
}
