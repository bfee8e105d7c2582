/**
 * Measures the work that a server does for a request. CPU time and bytes are counted over batches
 * of requests. All that disturbs a processor takes time away, so the cheapest batch counts there.
 * The middle one counts for bytes. Then the samplers tell which functions have how much of it.
 */

import { BuildError } from '../ab/build-error.js';
import type { BuildServer } from '../ab/build-server.js';
import { groupUsage } from '../ab/group-usage.js';
import { attachTo } from '../profile/attach/attach.js';
import { profileOf } from '../profile/convert/profile-of.js';
import type { Profile } from '../profile/profile.js';
import type { InspectorConnection } from '../profile/sampling/inspector-connection.js';
import { sampleKind } from '../profile/sampling/sample.js';
import { exceptLine } from '../profile/tree.js';
import { countAllocation } from './allocation.js';
import type { FrameCost } from './budget-record.js';
import { nodeOf } from './node-process.js';
import type { RequestLoop } from './request-loop.js';

export interface Work {
  readonly bytes: number;
  readonly cpuUs: number;
  readonly frames: { readonly bytes: readonly FrameCost[]; readonly cpuUs: readonly FrameCost[] };
}

const batches = 20;
const sampleSeconds = 5;
/** Smaller ones are many, and chance. */
const minFrameShare = 0.005;

/** @param requests in all batches together @throws BuildError, ProfileError, TargetError */
export async function measureWork(
  server: BuildServer & { readonly group: number },
  loop: RequestLoop,
  requests: number,
  signal: AbortSignal,
): Promise<Work> {
  const batch = Math.ceil(requests / batches);
  const node = nodeOf(server.group);
  // All that is compiled and optimized while it is warm is so before anything is measured.
  await loop.send(requests);
  const [cpuUs = 0] = await eachBatch(signal, async () => {
    const before = usageOf(server.group);
    await loop.send(batch);
    return (usageOf(server.group) - before) / batch;
  });
  const { connection, detach } = await attachTo(node);
  try {
    const inBatches = await eachBatch(signal, async () => {
      const counting = await countAllocation(connection);
      await loop.send(batch);
      return (await counting.stop()) / batch;
    });
    const bytes = inBatches[Math.floor(batches / 2)] as number;
    const allocated = await sampleUnderLoad('alloc', connection, loop, signal);
    const spent = await sampleUnderLoad('cpu', connection, loop, signal);
    const frames = { bytes: costsOf(allocated, bytes), cpuUs: costsOf(spent, cpuUs) };
    return { bytes, cpuUs, frames };
  } finally {
    await detach();
  }
}

function usageOf(group: number): number {
  const usage = groupUsage(group);
  if (!usage) throw new BuildError('the CPU time of the command can only be read on Linux');
  return usage.cpuUs;
}

/** The least first. */
async function eachBatch(
  signal: AbortSignal,
  measure: () => Promise<number>,
): Promise<readonly number[]> {
  const values: number[] = [];
  for (let made = 0; made < batches; made++) {
    signal.throwIfAborted();
    values.push(await measure());
  }
  return values.sort((a, b) => a - b);
}

async function sampleUnderLoad(
  kind: 'cpu' | 'alloc',
  connection: InspectorConnection,
  loop: RequestLoop,
  signal: AbortSignal,
): Promise<Profile> {
  let sampling = true;
  const sample = sampleKind(kind, connection, { seconds: sampleSeconds, signal }).finally(() => {
    sampling = false;
  });
  // It is awaited below; until then nobody hears of its failure.
  sample.catch(() => {});
  while (sampling) await loop.send(10);
  signal.throwIfAborted();
  return profileOf(await sample);
}

/** The shares of functions, by their own code, as parts of the whole. */
function costsOf({ stacks }: Profile, whole: number): FrameCost[] {
  const sums = new Map<string, FrameCost>();
  const total = stacks.reduce((sum, { value }) => sum + value, 0);
  for (const { frames, value } of stacks) {
    const frame = frames.at(-1);
    if (!frame) continue;
    const key = exceptLine(frame);
    const before = sums.get(key)?.perRequest ?? 0;
    const perRequest = before + (value / total) * whole;
    sums.set(key, { function: frame.name, where: frame.file ?? frame.kind, perRequest });
  }
  return [...sums.values()]
    .filter(({ perRequest }) => perRequest >= whole * minFrameShare)
    .sort((a, b) => b.perRequest - a.perRequest)
    .map((cost) => ({ ...cost, perRequest: Number(cost.perRequest.toPrecision(4)) }));
}
