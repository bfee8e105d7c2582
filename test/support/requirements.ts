/**
 * A system test needs programs and rights. They are checked before anything runs, and what is
 * missing fails the test: a test that skips itself looks as green as one that passed.
 */
import { spawnSync } from 'node:child_process';

/** Program → the Debian package that has it. */
const packages = {
  strace: 'strace',
  wrk: 'wrk',
  mount: 'mount',
  perf: 'linux-perf',
  unshare: 'util-linux',
  python3: 'python3',
  'systemd-analyze': 'systemd',
  'systemd-notify': 'systemd',
  bash: 'bash',
  zsh: 'zsh',
  fish: 'fish',
  prlimit: 'util-linux',
  cc: 'gcc libc6-dev',
  go: 'golang-go',
} as const;

export interface Requirements {
  readonly programs?: readonly (keyof typeof packages)[];
  /** The right to mount a file system and to trace. */
  readonly root?: boolean;
}

/** @throws Error that says what to install or change */
export function requireMachine({ programs = [], root = false }: Requirements): void {
  const missing: string[] = [];
  if (process.platform !== 'linux')
    missing.push(`Linux (this is ${process.platform}): it reads /proc`);
  for (const program of programs)
    if (spawnSync('sh', ['-c', `command -v ${program}`]).status !== 0)
      missing.push(`the program ${program}: apt-get install ${packages[program]}`);
  if (root && process.getuid?.() !== 0)
    missing.push('root: run it with sudo, or in a container as root');
  if (missing.length > 0)
    throw new Error(`this test can't run, it needs\n  ${missing.join('\n  ')}`);
}
