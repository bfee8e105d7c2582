/** Programs that a bench needs and the project does not bring. */
import { execFileSync } from 'node:child_process';

/** The path of a program. Ends the bench with what to install if it is not there. */
export function which(program: string, install: string): string {
  try {
    return execFileSync('sh', ['-c', 'PATH=$PATH:/usr/sbin command -v "$1"', 'sh', program], {
      encoding: 'utf8',
    }).trim();
  } catch {
    process.stderr.write(`This bench needs ${program} (${install}).\n`);
    process.exit(1);
  }
}

/** The command line that runs a program on one core; as it is where there is no taskset, or no core is given. */
export function pinned(
  core: number | undefined,
  program: string,
  args: readonly string[],
): [command: string, args: string[]] {
  if (core === undefined || process.platform !== 'linux') return [program, [...args]];
  return ['taskset', ['-c', String(core), program, ...args]];
}
