/**
 * V8's CPU sampler asks where a thread is, not whether it runs: a thread that waits for the disk inside a call, or for a CPU
 * while others have them, is sampled as if it worked. Linux tells how long a thread was on a CPU and how long it was ready
 * to be, so the rest of the sampled time was waiting. Waiting is done in native code; it is taken from there. What the
 * thread was ready for, but did not get, is taken from all alike. Without these figures the samples are left as they are.
 */
import type { ThreadTime } from '../sampling/recording.js';

export interface Scales {
  /** For a sample whose innermost frame is native. */
  readonly native: number;
  readonly other: number;
}

/** @param sampled µs by what the innermost frame was, the idle ones left out */
export function onCpuScales(
  sampled: { readonly native: number; readonly other: number },
  time: ThreadTime | undefined,
): Scales {
  const all = sampled.native + sampled.other;
  if (time === undefined || all <= time.cpuUs) return { native: 1, other: 1 };
  const waited = Math.min(sampled.native, Math.max(0, all - time.cpuUs - time.readyUs));
  const rest = all - waited;
  const even = Math.min(1, time.cpuUs / rest);
  return {
    native: sampled.native === 0 ? even : (even * (sampled.native - waited)) / sampled.native,
    other: even,
  };
}
