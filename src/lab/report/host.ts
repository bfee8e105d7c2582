/** Where a report was made: the figures depend on it more than on anything else. */
import {
  closeSync,
  fdatasyncSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { getPriority, release } from 'node:os';
import { join } from 'node:path';
import { machine } from '../load/result/machine.js';
import type { FsyncTimes, ReportMachine } from './report-record.js';

export function describeMachine(dataDirectory: string): ReportMachine {
  const disk = diskOf(dataDirectory);
  return {
    ...machine(),
    kernel: `${process.platform} ${release()}`,
    priority: `nice ${getPriority()}`,
    ...(disk !== undefined && { disk }),
  };
}

/** Type and device of the mount whose point is the longest beginning of the path. */
function diskOf(directory: string): string | undefined {
  try {
    const mounts = readFileSync('/proc/self/mounts', 'utf8')
      .split('\n')
      .map((line) => line.split(' '))
      .filter(([, point = '']) => point && `${directory}/`.startsWith(point.replace(/\/?$/, '/')))
      .sort(([, a = ''], [, b = '']) => b.length - a.length);
    const [device, , type] = mounts[0] ?? [];
    return device === undefined ? undefined : `${type} on ${device}`;
  } catch {
    return undefined; // not Linux
  }
}

const samples = 300;

/** Appends a page and waits for the disk, over and over: no durable write can take less. */
export function measureFdatasync(directory: string): FsyncTimes {
  const place = mkdtempSync(join(directory, 'evenkeel-fsync-'));
  const file = openSync(join(place, 'page'), 'w');
  const page = Buffer.alloc(4096, 1);
  const times: number[] = [];
  try {
    for (let sample = 0; sample < samples; sample++) {
      const began = performance.now();
      writeSync(file, page, 0, page.length, (sample % 64) * page.length);
      fdatasyncSync(file);
      times.push((performance.now() - began) * 1000);
    }
  } finally {
    closeSync(file);
    rmSync(place, { recursive: true, force: true });
  }
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.ceil(share * samples) - 1] as number;
  return { p50Us: at(0.5), p99Us: at(0.99), samples };
}
