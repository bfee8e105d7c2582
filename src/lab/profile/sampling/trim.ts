/** Cuts the beginning off a CPU profile, as if it had been started later. */
import type { RawCpuProfile } from './raw.js';

export function trimStart(raw: RawCpuProfile, us: number): RawCpuProfile {
  const startTime = Math.min(raw.endTime, raw.startTime + us);
  const samples: number[] = [];
  const timeDeltas: number[] = [];
  const hits = new Map<number, number>();
  let at = raw.startTime;
  let last = startTime;
  for (const [index, id] of raw.samples.entries()) {
    at += raw.timeDeltas[index] ?? 0;
    if (at < startTime) continue;
    samples.push(id);
    timeDeltas.push(at - last);
    hits.set(id, (hits.get(id) ?? 0) + 1);
    last = at;
  }
  // Lines are counted over all of the time, so they would not add up any more.
  const nodes = raw.nodes.map(({ id, callFrame, children }) => ({
    id,
    callFrame,
    hitCount: hits.get(id) ?? 0,
    ...(children && { children }),
  }));
  return { nodes, startTime, endTime: raw.endTime, samples, timeDeltas };
}
