/** Programs that a bench needs and the project does not bring. */
import { execFileSync } from 'node:child_process';

/** Program → the Debian package that has it. */
const packages = {
  wrk: 'wrk',
  nginx: 'nginx-light',
  'redis-server': 'redis-server',
  'redis-benchmark': 'redis-tools',
  webdis: 'webdis',
} as const;

export type Program = keyof typeof packages;

/** The path of a program. Ends the bench with what to install if it is not there. */
export function which(program: string, install: string): string {
  const path = find(program);
  if (path !== undefined) return path;
  process.stderr.write(`This bench needs ${program} (${install}).\n`);
  process.exit(1);
}

/** Ends the bench with all that is missing, and how to get it. */
export function requirePrograms(programs: readonly Program[]): void {
  const missing = [...new Set(programs)].filter((program) => find(program) === undefined);
  if (missing.length === 0) return;
  process.stderr.write(`This bench needs ${missing.join(', ')}, which this machine does not have. On Debian:
  apt-get install ${missing.map((program) => packages[program]).join(' ')}\n`);
  process.exit(1);
}

/** Program → version, of those that are there. */
export function versionsOf(programs: readonly Program[]): Record<string, string> {
  const versions: Record<string, string> = {};
  for (const program of new Set(programs)) {
    try {
      // The package that brought it may be another one than the one advised.
      const owner = query('-S', find(program) ?? program).split(':')[0] ?? '';
      versions[program] = query('-W', owner).split('\t')[1]?.trim() ?? '';
    } catch {
      versions[program] = 'of unknown version (not from a Debian package)';
    }
  }
  return versions;
}

function query(...args: string[]): string {
  return execFileSync('dpkg-query', args, { encoding: 'utf8', stdio: 'pipe' });
}

function find(program: string): string | undefined {
  try {
    return execFileSync('sh', ['-c', 'PATH=$PATH:/usr/sbin command -v "$1"', 'sh', program], {
      encoding: 'utf8',
    }).trim();
  } catch {
    return undefined;
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
