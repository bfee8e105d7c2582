/** From a .cpuprofile to stacks with µs. What was idle is left out, and so is our own measuring. */
import type { Frame, Profile, Stack } from '../profile.js';
import { probeUrl } from '../sampling/connection.js';
import type { RawCpuNode, RawCpuProfile } from '../sampling/raw.js';
import type { ThreadTime } from '../sampling/recording.js';
import { frameNaming, type Naming } from './frames.js';
import { onCpuScales } from './on-cpu.js';

/** @param root the folder of the program's package; without it, file names stay as they are */
export function fromCpuProfile(raw: RawCpuProfile, root?: string): Profile {
  return {
    kind: 'cpu',
    stacks: cpuStacks(raw, frameNaming({ kind: 'cpu', root })),
    durationUs: raw.endTime - raw.startTime,
  };
}

export function cpuStacks(raw: RawCpuProfile, naming: Naming, time?: ThreadTime): Stack[] {
  const spent = timeOfNodes(raw);
  const stacks = [...walk(raw.nodes)].flatMap(({ id, frames }): Stack[] => {
    const { us: value, samples } = spent.get(id) ?? { us: 0, samples: 0 };
    return value === 0 || frames.length === 0 ? [] : [{ frames: frames.map(naming), value, samples }];
  });
  const busy = stacks.filter(({ frames }) => frames[0]?.name !== '(idle)');
  const sum = (native: boolean) =>
    busy.reduce((all, { frames, value }) => (isNative(frames) === native ? all + value : all), 0);
  const scales = onCpuScales({ native: sum(true), other: sum(false) }, time);
  return busy
    .map((stack) => ({ ...stack, value: stack.value * scales[isNative(stack.frames) ? 'native' : 'other'] }))
    .filter(({ value }) => value > 0);
}

function isNative(frames: readonly Frame[]): boolean {
  return frames.at(-1)?.kind === 'native';
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
