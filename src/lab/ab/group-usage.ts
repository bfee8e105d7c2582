/** The CPU time and the disk writes of a group of processes, from Linux's /proc. */
import { readdirSync, readFileSync } from 'node:fs';
import type { Usage } from './figures.js';

/** @returns undefined on a system without such a /proc, or if the group is gone */
export function groupUsage(group: number, proc = '/proc'): Usage | undefined {
  let cpuUs = 0;
  let writtenBytes = 0;
  let found = false;
  for (const pid of entries(proc).filter((name) => /^[0-9]+$/.test(name))) {
    if (groupOf(read(`${proc}/${pid}/stat`)) !== group) continue;
    for (const task of entries(`${proc}/${pid}/task`)) {
      // ns on a CPU, to the ns; the ticks of stat are 10 ms.
      const [ns] = read(`${proc}/${pid}/task/${task}/schedstat`).split(' ');
      if (!ns) continue;
      found = true;
      cpuUs += Number(ns) / 1000;
    }
    const [, written = 0] = /^write_bytes: ([0-9]+)$/m.exec(read(`${proc}/${pid}/io`)) ?? [];
    writtenBytes += Number(written);
  }
  return found ? { cpuUs, writtenBytes } : undefined;
}

/** The name of a process stands in brackets, and may have spaces and brackets of its own. */
function groupOf(stat: string): number {
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2]);
}

/** A process may end between two reads. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function entries(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
