/** The reference load, by the reference generator: every request is answered, and with success. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, expect, it } from 'vitest';
import { temporaryDirectory } from '../support/directory.js';
import { startServer } from '../support/process.js';
import { requireMachine } from '../support/requirements.js';

const run = promisify(execFile);
const scripts = fileURLToPath(new URL('../../wrk/', import.meta.url));

beforeAll(() => requireMachine({ programs: ['wrk'] }));

/** @returns the requests per second; fails on any response but success and on socket errors. */
async function wrk(threads: number, script: string, url: string): Promise<number> {
  const { stdout } = await run('wrk', [
    `-t${threads}`,
    '-c20',
    '-d10s',
    '--latency',
    '-s',
    `${scripts}${script}`,
    url,
    // get.lua reads so many keys per thread, which put.lua has written on a slow disk too.
    ...(script === 'get.lua' ? ['--', '500'] : []),
  ]);
  // wrk prints these lines only if there is something to count.
  expect(stdout).not.toMatch(/Non-2xx or 3xx responses|Socket errors/);
  const rate = Number(/^Requests\/sec: +([\d.]+)$/m.exec(stdout)?.[1]);
  const [p50, p99] = ['50', '99'].map(
    (q) => new RegExp(`^ +${q}% +(\\S+)$`, 'm').exec(stdout)?.[1],
  );
  console.log(`wrk -t${threads} -c20 -d10s ${script}: ${rate} requests/s, p50 ${p50}, p99 ${p99}`);
  return rate;
}

it.each([2, 4])(
  'wrk with %i threads over 20 connections writes, then reads, without one error',
  async (threads) => {
    const { url, end, stderr } = await startServer(await temporaryDirectory());
    expect(await wrk(threads, 'put.lua', url)).toBeGreaterThan(0);
    expect(await wrk(threads, 'get.lua', url)).toBeGreaterThan(0);
    expect(await end('SIGTERM')).toEqual({ code: 0, signal: null });
    expect(stderr()).toBe('');
  },
);
