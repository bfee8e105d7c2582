/** From a .cpuprofile to stacks with µs. What was idle is left out, and so is our own measuring. */
import type { Profile, Stack } from '../profile.js';
import { probeUrl } from '../sampling/inspector-connection.js';
import type { RawCpuNode, RawCpuProfile } from '../sampling/raw.js';
import { frameNaming, framesOf, type Naming } from './frames.js';
import { onCpuScales } from './on-cpu.js';

/** @param root the folder of the program's package; without it, file names stay as they are */
export function fromCpuProfile(raw: RawCpuProfile, root?: string): Profile {
  return {
    kind: 'cpu',
    stacks: cpuStacks(raw, frameNaming({ kind: 'cpu', root })),
    durationUs: raw.endTime - raw.startTime,
  };
}

/** @param cpuUs how long the thread was on a CPU, if that is known */
export function cpuStacks(raw: RawCpuProfile, naming: Naming, cpuUs?: number): Stack[] {
  const spent = timeOfNodes(raw);
  const busy = [...walk(raw.nodes)].flatMap(({ id, frames }): Stack[] => {
    const { us: value, samples } = spent.get(id) ?? { us: 0, samples: 0 };
    const left = samples === 0 || frames.length === 0 || frames[0]?.functionName === '(idle)';
    return left ? [] : [{ frames: framesOf(frames, naming), value, samples }];
  });
  const stacks = cpuUs === undefined ? busy : onCpu(busy, cpuUs, median(raw.timeDeltas));
  return stacks.filter(({ value }) => value > 0);
}

/** Of idle time the kernel has a little, which is nobody's: no more is given out than was sampled. */
function onCpu(stacks: readonly Stack[], cpuUs: number, intervalUs: number): Stack[] {
  const sampledUs = stacks.reduce((sum, { value }) => sum + value, 0);
  const sum = (native: boolean) =>
    stacks.reduce(
      (sum, stack) => (isNative(stack) === native ? sum + stack.samples * intervalUs : sum),
      0,
    );
  const scales = onCpuScales({ native: sum(true), other: sum(false) }, Math.min(cpuUs, sampledUs));
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

/** Every node with its call frames, without V8's `(root)`. Not recursive: stacks may be deep. */
function* walk(nodes: readonly RawCpuNode[]) {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const [root] = nodes;
  const open = root ? [{ node: root, frames: [] as RawCpuNode['callFrame'][] }] : [];
  for (let next = open.pop(); next; next = open.pop()) {
    const { node, frames } = next;
    yield { id: node.id, frames };
    for (const id of node.children ?? []) {
      const child = byId.get(id);
      if (child && child.callFrame.url !== probeUrl)
        open.push({ node: child, frames: [...frames, child.callFrame] });
    }
  }
}
