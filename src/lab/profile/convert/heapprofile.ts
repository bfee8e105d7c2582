/** From a .heapprofile to stacks with bytes. Our own measuring is left out. */
import type { Profile, Stack } from '../profile.js';
import type { RawHeapProfile } from '../sampling/raw.js';
import { CallStacks, walk } from './call-tree.js';
import { frameNaming, type Naming } from './frame-naming.js';

/** A .heapprofile does not say how long it was sampled: 0. File names stay as they are. */
export function fromHeapProfile(raw: RawHeapProfile): Profile {
  return { kind: 'alloc', stacks: heapStacks(raw, frameNaming({ kind: 'alloc' })), durationUs: 0 };
}

export function heapStacks(
  { head, samples }: Pick<RawHeapProfile, 'head' | 'samples'>,
  naming: Naming,
): Stack[] {
  const counts = new Map<number, number>();
  for (const { nodeId } of samples) counts.set(nodeId, (counts.get(nodeId) ?? 0) + 1);
  const stacks: Stack[] = [];
  const callStacks = new CallStacks();
  for (const visit of walk(head, ({ children }) => children)) {
    const { id, selfSize } = visit.node;
    if (selfSize > 0 && visit.caller !== undefined)
      stacks.push({
        frames: callStacks.of(visit).map(naming),
        value: selfSize,
        samples: counts.get(id) ?? 0,
      });
  }
  return stacks;
}
