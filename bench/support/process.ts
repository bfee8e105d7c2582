/** Programs that a bench starts. Each ends with the bench, however the bench ends. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

const endLimitMs = 30_000;

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
process.setMaxListeners(30);

export interface Running {
  readonly pid: number | undefined;
  /** The first line on standard output. Rejects if the program ends before, or takes too long. */
  readonly firstLine: Promise<string>;
  stop(): Promise<void>;
}

export interface StartOptions {
  /** Called with each message that a Node program sends over its IPC channel. */
  readonly onMessage?: ((message: never) => void) | undefined;
  /** How long the first line may take. */
  readonly lineLimitMs?: number;
}

export function start(
  [command = '', ...args]: readonly string[],
  { onMessage, lineLimitMs = 60_000 }: StartOptions = {},
): Running {
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe', ...(onMessage ? (['ipc'] as const) : [])],
  });
  if (onMessage) child.on('message', onMessage as (message: unknown) => void);
  let problems = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    problems = (problems + text).slice(-2000);
  });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const firstLine = new Promise<string>((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`${command} ${why}: ${problems.trim()}`));
    setTimeout(fail, lineLimitMs, `printed nothing in ${lineLimitMs} ms`).unref();
    child.once('error', (error) => fail(error.message));
    child.once('close', (code, signal) => fail(`ended with ${signal ?? code}`));
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).once('line', resolve);
  });
  // A caller that waits for the line gets the failure. Not every caller does.
  firstLine.catch(() => {});
  const stop = async () => {
    process.off('exit', kill);
    if (child.pid === undefined) return;
    child.kill('SIGTERM');
    const timer = setTimeout(kill, endLimitMs);
    await ended;
    clearTimeout(timer);
  };
  return { pid: child.pid, firstLine, stop };
}

/** Resolves once something listens on the port. */
export async function listening(port: number, program: string): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const socket = connect(port, '127.0.0.1');
    const isOpen = await Promise.allSettled([once(socket, 'connect')]);
    socket.destroy();
    if (isOpen[0].status === 'fulfilled') return;
    await sleep(50);
  }
  throw new Error(`${program} does not listen on port ${port} after 10 s`);
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
