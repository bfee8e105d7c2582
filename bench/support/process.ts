/** Programs that a bench starts: each ends with the bench, whatever becomes of it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

const startLimitMs = 60_000;
const endLimitMs = 30_000;

export interface Running {
  readonly pid: number;
  readonly firstLine: Promise<string>;
  stop(): Promise<void>;
}

export function start(command: string, args: readonly string[]): Running {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let problems = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    problems = (problems + text).slice(-2000);
  });
  const kill = () => child.kill('SIGKILL');
  process.setMaxListeners(30).once('exit', kill);
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const firstLine = new Promise<string>((resolve, reject) => {
    const fail = (why: string) =>
      reject(new Error(`${command} ${why}: ${problems.trim() || 'it said nothing'}`));
    const timer = setTimeout(
      () => fail(`said nothing for ${startLimitMs / 1000} s`),
      startLimitMs,
    ).unref();
    child.once('error', (error) => fail(error.message));
    child.once('exit', (code, signal) => fail(`ended with ${signal ?? code}`));
    createInterface({ input: child.stdout }).once('line', (line) => {
      clearTimeout(timer);
      resolve(line);
    });
  });
  // Not every caller waits for a line, and one who does gets the failure from there.
  firstLine.catch(() => {});
  return {
    pid: child.pid ?? 0,
    firstLine,
    stop: async () => {
      await end(child, ended);
      process.off('exit', kill);
    },
  };
}

async function end(child: ChildProcess, ended: Promise<void>): Promise<void> {
  if (child.pid === undefined) return;
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), endLimitMs);
  await ended;
  clearTimeout(timer);
}

/** Resolves once something listens on the port. */
export async function listening(port: number, program: string): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () =>
        resolve(false),
      );
      socket.on('connect', () => socket.destroy());
    });
    if (open) return;
    await sleep(50);
  }
  throw new Error(`${program} does not listen on port ${port} after 10 s`);
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('the system gave no port');
  return address.port;
}
