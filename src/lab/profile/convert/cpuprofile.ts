/** From a .cpuprofile to stacks with µs. Idle time and our own measuring are left out. */
import type { Profile, Stack } from '../profile.js';
import type { RawCpuNode, RawCpuProfile } from '../sampling/raw.js';
import { CallStacks, walk } from './call-tree.js';
import { frameNaming, framesOf, type Naming } from './frame-naming.js';

/** @param root the directory of the program's package; without it, file names stay as they are */
export function fromCpuProfile(raw: RawCpuProfile, root?: string): Profile {
  return {
    kind: 'cpu',
    stacks: cpuStacks(raw, frameNaming({ kind: 'cpu', root })),
    durationUs: raw.endTime - raw.startTime,
  };
}

/** @param cpuUs how long the thread was on a CPU, if that is known */
export function cpuStacks(raw: RawCpuProfile, naming: Naming, cpuUs?: number): Stack[] {
  const busy = busyStacks(raw, naming);
  const stacks = cpuUs === undefined ? busy : onCpu(busy, cpuUs, median(raw.timeDeltas));
  return stacks.filter(({ value }) => value > 0);
}

function busyStacks(raw: RawCpuProfile, naming: Naming): Stack[] {
  const spent = timeOfNodes(raw);
  const byId = new Map(raw.nodes.map((node) => [node.id, node]));
  const childrenOf = ({ children = [] }: RawCpuNode) =>
    children.flatMap((id) => byId.get(id) ?? []);
  const [root] = raw.nodes;
  const stacks: Stack[] = [];
  const callStacks = new CallStacks();
  for (const visit of root === undefined ? [] : walk(root, childrenOf)) {
    const time = spent.get(visit.node.id);
    if (time === undefined) continue;
    const frames = callStacks.of(visit);
    if (frames.length > 0 && frames[0]?.functionName !== '(idle)')
      stacks.push({ frames: framesOf(frames, naming), value: time.us, samples: time.samples });
  }
  return stacks;
}

interface Sampled {
  /** µs in samples whose innermost frame is native. */
  readonly native: number;
  readonly other: number;
}

/**
 * The factors that make samples add up to the thread's time on a CPU. V8's sampler asks where a
 * thread is, not whether it runs. While others have its CPU it is not sampled, and the sample
 * before would stand for all that time: so samples are counted, each worth the interval. While it
 * waits for the disk inside a call it is sampled as if it worked: what was sampled beyond the time
 * on a CPU (known on Linux) was waiting, and native code does the waiting.
 */
export function onCpuScales({ native, other }: Sampled, cpuUs: number): Sampled {
  const all = native + other;
  if (all === 0) return { native: 1, other: 1 };
  const waited = Math.min(native, Math.max(0, all - cpuUs));
  const even = cpuUs / (all - waited || 1);
  return { native: native === 0 ? even : (even * (native - waited)) / native, other: even };
}

function onCpu(stacks: readonly Stack[], cpuUs: number, intervalUs: number): Stack[] {
  const sampledUs = stacks.reduce((sum, { value }) => sum + value, 0);
  const usOf = (native: boolean) =>
    stacks
      .filter((stack) => isNative(stack) === native)
      .reduce((sum, { samples }) => sum + samples * intervalUs, 0);
  const sampled = { native: usOf(true), other: usOf(false) };
  // The kernel counts a little CPU time while a thread idles: hand out no more than was sampled.
  const scales = onCpuScales(sampled, Math.min(cpuUs, sampledUs));
  return stacks.map((stack) => ({
    ...stack,
    value: stack.samples * intervalUs * scales[isNative(stack) ? 'native' : 'other'],
  }));
}

function isNative({ frames }: Stack): boolean {
  return frames.at(-1)?.kind === 'native';
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}

/** A sample stands for the time until the next one. */
function timeOfNodes({ samples, timeDeltas, startTime, endTime }: RawCpuProfile) {
  const spent = new Map<number, { us: number; samples: number }>();
  let at = startTime;
  for (const [index, id] of samples.entries()) {
    at += timeDeltas[index] ?? 0;
    const us = Math.max(0, timeDeltas[index + 1] ?? endTime - at);
    const before = spent.get(id) ?? { us: 0, samples: 0 };
    spent.set(id, { us: before.us + us, samples: before.samples + 1 });
  }
  return spent;
}
