/** Limits the memory of a server, pages of its files included: a memory cgroup. Needs root. */
import { existsSync, mkdirSync, readdirSync, rmdirSync, writeFileSync } from 'node:fs';

/** Version 1 and version 2: where groups are made, and the file that takes the limit. */
const hierarchies = [
  ['/sys/fs/cgroup/memory', 'memory.limit_in_bytes'],
  ['/sys/fs/cgroup', 'memory.max'],
] as const;

/**
 * The command runs what follows it under the limit. Call `remove` once all that ran has ended.
 * @returns why, if this machine or user cannot set a limit
 */
export function limitMemory(bytes: number) {
  let missing = 'no memory cgroup in /sys/fs/cgroup';
  for (const [root, file] of hierarchies.filter(([root]) => existsSync(root))) {
    // Benches that were interrupted leave theirs. The kernel keeps a group that is in use.
    for (const name of readdirSync(root).filter((name) => name.startsWith('evenkeel-bench-')))
      attempt(() => rmdirSync(`${root}/${name}`));
    const group = `${root}/evenkeel-bench-${process.pid}`;
    const enter = 'echo $$ > "$0/cgroup.procs" && exec "$@"';
    const failure = attempt(() => {
      mkdirSync(group);
      writeFileSync(`${group}/${file}`, String(bytes));
    });
    if (!failure) return { command: ['sh', '-c', enter, group], remove: () => rmdirSync(group) };
    attempt(() => rmdirSync(group));
    missing = `a memory cgroup can't be made (${failure.message})`;
  }
  return { missing };
}

function attempt(work: () => void): Error | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    return error as Error;
  }
}
