/** Programs of a known behaviour, in processes of their own, to be profiled. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { Profile } from '#dist/lab/profile/profile.js';
import { until } from '../../support/process.js';

export interface Program {
  readonly pid: number;
  readonly child: ChildProcess;
  /** All it has written to standard output so far. */
  readonly stdout: () => string;
  /**
   * Where its inspector opens: each program has a port of its own, because tests run side by side.
   */
  readonly inspectorPort: number;
}

/**
 * Starts a program of `programs/`, or by its full path, and waits for its first line. Killed when
 * the test is over.
 */
export async function startProgram(
  name: string,
  flags: (inspectorPort: number) => readonly string[] = (port) => [`--inspect-port=${port}`],
  env: NodeJS.ProcessEnv = {},
): Promise<Program> {
  const inspectorPort = await freePort();
  const file = resolve(fileURLToPath(new URL('programs', import.meta.url)), name);
  const child = spawn(process.execPath, [...flags(inspectorPort), file], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, ...env },
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  await until(`${name} is ready`, () => stdout.includes('\n'));
  return { pid: child.pid as number, child, stdout: () => stdout, inspectorPort };
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

export function total({ stacks }: Pick<Profile, 'stacks'>): number {
  return stacks.reduce((sum, { value }) => sum + value, 0);
}

/** The share in percent of what was sampled in a function and what it called. */
export function shareOf(profile: Profile, name: string): number {
  const inside = profile.stacks.filter(({ frames }) => frames.some((frame) => frame.name === name));
  return (100 * total({ stacks: inside })) / total(profile);
}
