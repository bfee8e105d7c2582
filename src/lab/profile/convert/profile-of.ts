/**
 * From a recording of a whole process to one Profile. A worker thread's stacks stand on a root
 * frame that names the thread.
 */
import type { Profile, Stack } from '../profile.js';
import type { Recording } from '../sampling/recording.js';
import { cpuStacks } from './cpuprofile.js';
import { frameNaming } from './frame-naming.js';
import { heapStacks } from './heapprofile.js';

/** @param requests that were answered meanwhile, if somebody counted */
export function profileOf(recording: Recording, requests?: number): Profile {
  const { kind, durationUs, metrics } = recording;
  const common = { kind, durationUs, metrics, ...(requests !== undefined && { requests }) };
  return { ...common, stacks: stacksOf(recording) };
}

function stacksOf(recording: Recording): Stack[] {
  const naming = frameNaming(recording);
  if (recording.kind === 'cpu') {
    const { raw, cpuUs, workers } = recording;
    return [
      ...cpuStacks(raw, naming, cpuUs),
      ...workers.flatMap((worker) =>
        inThread(worker.name, cpuStacks(worker.raw, naming, worker.cpuUs)),
      ),
    ];
  }
  return [
    ...heapStacks(recording.raw, naming),
    ...recording.workers.flatMap((worker) => inThread(worker.name, heapStacks(worker.raw, naming))),
  ];
}

function inThread(name: string, stacks: readonly Stack[]): Stack[] {
  const root = { name: `worker ${name}`, kind: 'application' } as const;
  return stacks.map((stack) => ({ ...stack, frames: [root, ...stack.frames] }));
}
