/** One phase of the reference load under watch, and the causes of what was slow in it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type StallGroup, stallGroups } from '#dist/lab/load/result/stall-groups.js';
import { attribute } from './attribute.js';
import { type Evidence, type Span, since } from './evidence.js';
import type { PhaseOptions, PhaseResult } from './load-child.js';
import type { Sampler } from './sampler.js';
import type { PhaseOutcome } from './table.js';
import { runPhase, type Server } from './watched.js';

export interface WatchedPhase {
  readonly outcome: PhaseOutcome;
  readonly result: PhaseResult;
  /** Of all that was seen, what slow requests were near to. */
  readonly evidence: Evidence;
}

/** What was seen last may still be on its way when a run ends. */
const settleMs = 1000;

/** @param name of the script in wrk/ */
export async function watchPhase(
  name: 'put' | 'get',
  load: Omit<PhaseOptions, 'url' | 'work'>,
  { url, take }: Server,
  sampler: Sampler,
): Promise<WatchedPhase> {
  take();
  sampler.take();
  const file = fileURLToPath(new URL(`../../../wrk/${name}.lua`, import.meta.url));
  const work = { kind: 'script', file, args: [] } as const;
  const { result, stretches } = await runPhase({ ...load, url, work }, sampler);
  await sleep(settleMs);
  const seen = since({ stretches: [...stretches, ...take()], ...sampler.take() }, result.startUs);
  const moments = stallGroups(result.slow.requests);
  return {
    outcome: {
      name,
      moments: moments.map((moment) => attribute(moment, seen, -1000 * load.warmupMs)),
      unlisted: result.slow.unlisted,
    },
    result,
    evidence: near(moments, seen),
  };
}

function near(
  moments: readonly StallGroup[],
  { stretches, samples, others = [] }: Evidence,
): Evidence {
  const touches = ({ fromUs, toUs }: Span) =>
    moments.some(({ beganUs, endedUs }) => fromUs < endedUs && toUs > beganUs);
  return {
    stretches: stretches.filter(touches),
    samples: samples.filter(touches),
    others: others.filter(touches),
  };
}
