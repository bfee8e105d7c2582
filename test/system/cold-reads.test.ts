/**
 * Reads from the disk: the event loop does not wait for them. Whether a thread did is counted by
 * the kernel, as its major faults.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import { entityUrl } from '../support/http.js';
import { startServer } from '../support/process.js';
import { requireMachine } from '../support/requirements.js';

const entities = 20_000;
const reads = 600;
const clients = 8;

beforeAll(() => requireMachine({}));

/** A directory that lies on a disk, as the system's temporary one may not. */
function directoryOnDisk(): string {
  mkdirSync('build', { recursive: true });
  const directory = mkdtempSync(join('build', 'cold-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

const agent = new Agent({ keepAlive: true, maxSockets: clients });

function send(method: string, url: string, body?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const req = request(url, { method, agent }, async (response) => {
      let text = `${response.statusCode} `;
      for await (const piece of response.setEncoding('latin1')) text += piece;
      resolve(text);
    });
    req.on('error', reject).end(body);
  });
}

function majorFaults(path: string): number {
  const [, fields = ''] = readFileSync(path, 'latin1').split(') ');
  return Number(fields.split(' ')[9]);
}

const keyOf = (number: number) => `key-${String(number).padStart(6, '0')}`;
const textOf = (number: number) => String(number).padStart(1000, '.');

it('GETs of what is not in memory fault in other threads, and are right', async () => {
  const directory = directoryOnDisk();
  const first = await startServer(directory);
  const numbers = Array.from({ length: entities }, (_, number) => number);
  for (let at = 0; at < entities; at += 1000)
    await Promise.all(
      numbers
        .slice(at, at + 1000)
        .map((number) => send('PUT', entityUrl(first.url, keyOf(number)), textOf(number))),
    );
  await first.end('SIGTERM');
  // The kernel is to forget the pages.
  const file = join(directory, 'data.mdb');
  execFileSync('dd', [
    `of=${file}`,
    'oflag=nocache',
    'conv=notrunc,fdatasync',
    'count=0',
    'status=none',
  ]);

  const { url, pid } = await startServer(directory);
  const loop = `/proc/${pid}/task/${pid}/stat`;
  const before = { loop: majorFaults(loop), all: majorFaults(`/proc/${pid}/stat`) };
  // Spread over the file, no two on one of its pages.
  const wanted = Array.from({ length: reads }, (_, read) => (read * 7919) % entities);
  const responses = await Promise.all(
    wanted.map((number) => send('GET', entityUrl(url, keyOf(number)))),
  );
  expect(responses).toEqual(wanted.map((number) => `200 ${textOf(number)}`));
  const onLoop = majorFaults(loop) - before.loop;
  const all = majorFaults(`/proc/${pid}/stat`) - before.all;
  // Fewer, and the file was not on a disk, or the kernel did not forget it: then nothing was
  // tested.
  expect(
    all,
    'build/ must lie on a disk whose pages dd can make the kernel forget',
  ).toBeGreaterThan(reads / 2);
  // The first sixteen, and the pages above the leaves, may be read before that is noticed.
  expect(onLoop).toBeLessThan(0.15 * all);
});
