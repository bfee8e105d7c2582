/** A profile's figures in a few lines: how much was sampled, and the metrics of the process. */
import { kinds, perRequests } from '../../lab/profile/kinds.js';
import type { Profile } from '../../lab/profile/profile.js';

export function describeProfile(profile: Profile, who: string): string[] {
  const { kind, stacks, durationUs, requests, metrics, heapBytes } = profile;
  const value = stacks.reduce((sum, stack) => sum + stack.value, 0);
  const samples = stacks.reduce((sum, stack) => sum + stack.samples, 0);
  const format = kind === 'cpu' ? milliseconds : mebibytes;
  const { divisor, unit } = perRequests(kind, requests);
  const each = `${one(value / divisor)} ${kinds[kind].units[0]}${unit}`;
  const lines = [
    `${format(value)} ${sums[kind]} in ${samples} samples, over ${seconds(durationUs)} of ${who}` +
      (unit === '' ? '' : `: ${each}`),
  ];
  if (heapBytes)
    lines.push(
      `Heap            ${mebibytes(heapBytes.before)} after a collection at the beginning, ` +
        `${mebibytes(heapBytes.after)} after one at the end`,
    );
  if (metrics === undefined) return lines;
  const { processCpuUs, eventLoopDelayUs, gc, externalBytes } = metrics;
  return [
    ...lines,
    `Whole process   ${milliseconds(processCpuUs.user)} of CPU in user mode, ` +
      `${milliseconds(processCpuUs.system)} in the kernel`,
    `Event loop      late by p50 ${milliseconds(eventLoopDelayUs.p50)}, ` +
      `p99 ${milliseconds(eventLoopDelayUs.p99)}, at most ${milliseconds(eventLoopDelayUs.max)}`,
    `Collections     ${gc.count}, ${milliseconds(gc.pauseUs)} in all, ` +
      `the longest ${milliseconds(gc.longestUs)}`,
    `Outside heap    ${mebibytes(externalBytes.change)} more at the end, ` +
      `at most ${mebibytes(externalBytes.most)}`,
  ];
}

const sums = { cpu: 'of CPU time', alloc: 'of allocations', growth: 'kept on the heap' } as const;

function milliseconds(us: number): string {
  return `${(us / 1000).toFixed(us < 10_000 ? 2 : 0)} ms`;
}

function mebibytes(bytes: number): string {
  return `${(bytes / 1024 ** 2).toFixed(2)} MiB`;
}

function seconds(us: number): string {
  return `${one(us / 1e6)} s`;
}

function one(value: number): string {
  return value.toFixed(1);
}
