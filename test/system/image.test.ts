/** The Containerfile: its steps build a server that runs as another user, and that a check sees. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { put } from '../support/command.js';
import { temporaryDirectory } from '../support/directory.js';
import { buildImage, type Image } from '../support/image.js';
import { until } from '../support/process.js';
import { requireMachine } from '../support/requirements.js';

let image: Image;

beforeAll(async () => {
  requireMachine({ root: true });
  const directory = await temporaryDirectory(afterAll);
  // Another user has to reach what is in it.
  chmodSync(directory, 0o755);
  image = buildImage(directory);
}, 600_000);

const ids = () => ({ uid: Number(image.user), gid: Number(image.user) });

/** How the image would run a program of its own: by its user, with its variables. */
function optionsFor(port: number) {
  const env = {
    ...image.env,
    EVENKEEL_DATA: image.path(image.env.EVENKEEL_DATA as string),
    EVENKEEL_PORT: String(port),
    PATH: `${image.path('/usr/local/bin')}:${process.env.PATH}`,
  };
  return { ...ids(), env, cwd: image.path('/evenkeel') };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

it('it has what runs, and no tools', () => {
  expect(existsSync(image.path('/evenkeel/node_modules/lmdb'))).toBe(true);
  for (const tool of ['typescript', 'vitest', '@biomejs'])
    expect(existsSync(image.path(`/evenkeel/node_modules/${tool}`)), tool).toBe(false);
});

it('the directory of the data is a volume, and for its user alone', () => {
  expect(image.volume).toBe(image.env.EVENKEEL_DATA);
  const { mode, uid } = statSync(image.path(image.volume));
  expect({ mode: mode & 0o777, uid }).toEqual({ mode: 0o700, uid: Number(image.user) });
  expect(Number(image.user)).toBeGreaterThan(0);
});

it('the server refuses to be open to others, unless it is told so', async () => {
  const options = { ...optionsFor(await freePort()), stdio: 'pipe' } as const;
  const [program = '', ...args] = [...image.entrypoint, ...image.command];
  expect(() => execFileSync(program, args, options)).toThrow('give --tokens FILE');
});

it('the server serves, its health is seen, and SIGTERM ends it', async () => {
  const port = await freePort();
  const options = optionsFor(port);
  const check = () => {
    const [program = '', ...args] = image.healthCheck;
    try {
      execFileSync(program, args, { ...options, stdio: 'pipe' });
      return true;
    } catch {
      return false;
    }
  };
  expect(check()).toBe(false);
  const [program = '', ...args] = [...image.entrypoint, ...image.command, '--insecure'];
  const server = spawn(program, args, { ...options, stdio: 'ignore' });
  onTestFinished(() => {
    server.kill('SIGKILL');
  });
  const ended = once(server, 'exit');
  await until('it is healthy', check);
  await put(`http://127.0.0.1:${port}`, 'a', 'one');
  server.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
  expect(check()).toBe(false);
});

it('the command is on the PATH, and names its version', async () => {
  const options = { ...optionsFor(0), encoding: 'utf8' } as const;
  expect(execFileSync('evenkeel', ['--version'], options)).toMatch(/^\d+\.\d+\.\d+/);
});
