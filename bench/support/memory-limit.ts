/** A limit on the memory of a server, the pages of its files included: a memory cgroup, version 1 or 2. Needs root. */
import { existsSync, mkdirSync, readdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const places = [
  { root: '/sys/fs/cgroup/memory', limit: 'memory.limit_in_bytes' },
  { root: '/sys/fs/cgroup', limit: 'memory.max' },
] as const;

const prefix = 'evenkeel-bench-';

export interface MemoryLimit {
  /** A command that runs what follows it under the limit. */
  readonly command: readonly string[];
  /** Once all that ran under it has ended. */
  remove(): void;
}

/** Removes what a bench that was interrupted left behind; one that is in use stays. */
function sweep(root: string): void {
  for (const name of readdirSync(root).filter((name) => name.startsWith(prefix)))
    try {
      rmdirSync(join(root, name));
    } catch {}
}

/** What is missing where this machine or user can't have one. */
export function limitMemory(bytes: number): MemoryLimit | { readonly missing: string } {
  let why = 'there is no memory cgroup in /sys/fs/cgroup';
  for (const { root, limit } of places) {
    if (!existsSync(join(root, 'cgroup.procs'))) continue;
    sweep(root);
    const group = join(root, `${prefix}${process.pid}`);
    try {
      mkdirSync(group);
      if (!existsSync(join(group, limit))) {
        rmdirSync(group);
        continue;
      }
      writeFileSync(join(group, limit), String(bytes));
      const enter = 'echo $$ > "$0/cgroup.procs" && exec "$@"';
      return { command: ['sh', '-c', enter, group], remove: () => rmdirSync(group) };
    } catch (error) {
      why = `a memory cgroup can't be made (${(error as Error).message})`;
    }
  }
  return { missing: why };
}
