/** From a .heapprofile to stacks with bytes. Our own measuring is left out. */
import type { Profile, Stack } from '../profile.js';
import { probeUrl } from '../sampling/inspector-connection.js';
import type { CallFrame, RawHeapProfile } from '../sampling/raw.js';
import { frameNaming, type Naming } from './frames.js';

/** @param durationUs a .heapprofile does not tell it; 0 if nobody knows */
export function fromHeapProfile(raw: RawHeapProfile, durationUs: number, root?: string): Profile {
  return {
    kind: 'alloc',
    stacks: heapStacks(raw, frameNaming({ kind: 'alloc', root })),
    durationUs,
  };
}

export function heapStacks({ head, samples }: RawHeapProfile, naming: Naming): Stack[] {
  const counts = new Map<number, number>();
  for (const { nodeId } of samples) counts.set(nodeId, (counts.get(nodeId) ?? 0) + 1);
  const stacks: Stack[] = [];
  // Not recursive: stacks may be deep. V8's `(root)` is left out.
  const open = [{ node: head, frames: [] as CallFrame[] }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { node, frames } = next;
    if (node.selfSize > 0 && frames.length > 0)
      stacks.push({
        frames: frames.map(naming),
        value: node.selfSize,
        samples: counts.get(node.id) ?? 0,
      });
    for (const child of node.children)
      if (child.callFrame.url !== probeUrl)
        open.push({ node: child, frames: [...frames, child.callFrame] });
  }
  return stacks;
}
