/** From a recording to one Profile. A worker's stacks stand on a frame that names the thread. */
import type { Profile, Stack } from '../profile.js';
import type { RawCpuProfile, RawHeapProfile } from '../sampling/raw.js';
import type { Recording, ThreadRecording } from '../sampling/recording.js';
import { cpuStacks } from './cpuprofile.js';
import { frameNaming, type Original } from './frame-naming.js';
import { growthNotes, heapBytesOf } from './growth.js';
import { heapStacks } from './heapprofile.js';

/**
 * @param requests served in the window; default: as the recording says, if somebody counted
 * @param original tells where generated code came from
 */
export function profileOf(
  recording: Recording,
  requests = recording.requests,
  original?: Original,
): Profile {
  const { kind, durationUs, metrics } = recording;
  const stacks = stacksOf(recording, original);
  const heapBytes = heapBytesOf(recording);
  const notes = [...(recording.notes ?? []), ...(heapBytes ? growthNotes(stacks, heapBytes) : [])];
  return {
    kind,
    durationUs,
    ...(metrics && { metrics }),
    ...(heapBytes && { heapBytes }),
    ...(requests && { requests }),
    ...(notes.length > 0 && { notes }),
    stacks,
  };
}

function stacksOf(recording: Recording, original: Original | undefined): Stack[] {
  const naming = frameNaming({ ...recording, original });
  if (recording.kind === 'cpu') {
    const of = ({ raw, cpuUs }: ThreadRecording<RawCpuProfile>) => cpuStacks(raw, naming, cpuUs);
    return [...of(recording), ...recording.workers.flatMap((one) => inThread(one.name, of(one)))];
  }
  const of = ({ raw }: ThreadRecording<RawHeapProfile>) => heapStacks(raw, naming);
  return [...of(recording), ...recording.workers.flatMap((one) => inThread(one.name, of(one)))];
}

function inThread(name: string, stacks: readonly Stack[]): Stack[] {
  const root = { name: `worker ${name}`, kind: 'application' } as const;
  return stacks.map((stack) => ({ ...stack, frames: [root, ...stack.frames] }));
}
