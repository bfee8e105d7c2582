/** Programs that a bench needs and the project does not bring. */
import { execFileSync } from 'node:child_process';

/** Program → the Debian package that has it. */
const packages = {
  wrk: 'wrk',
  nginx: 'nginx-light',
  'redis-server': 'redis-server',
  'redis-benchmark': 'redis-tools',
  webdis: 'webdis',
  openssl: 'openssl',
} as const;

export type Program = keyof typeof packages;

// Debian keeps nginx where a user's PATH does not lead.
process.env.PATH = `${process.env.PATH}:/usr/sbin`;

/** Ends the bench with all that is missing, and how to get it. */
export function requirePrograms(programs: readonly Program[]): void {
  const missing = [...new Set(programs)].filter((program) => find(program) === undefined);
  if (missing.length === 0) return;
  process.stderr.write(`This bench needs ${missing.join(', ')}. Install on Debian:
  apt-get install ${missing.map((program) => packages[program]).join(' ')}\n`);
  process.exit(1);
}

/** Program → version, of those that are there. */
export function versionsOf(programs: readonly Program[]): Record<string, string> {
  const version = (program: Program) => {
    const owner = run('dpkg-query', '-S', find(program) ?? program)?.split(':')[0] ?? '';
    return run('dpkg-query', '-W', owner)?.split('\t')[1]?.trim();
  };
  const unknown = 'of unknown version (not from a Debian package)';
  return Object.fromEntries(programs.map((program) => [program, version(program) ?? unknown]));
}

function find(program: string): string | undefined {
  return run('sh', '-c', 'command -v "$1"', 'sh', program)?.trim();
}

/** Standard output of a command; undefined if it fails. */
export function run(command: string, ...args: readonly string[]): string | undefined {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: 'pipe' });
  } catch {
    return undefined;
  }
}
