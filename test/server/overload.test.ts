/**
 * Past a limit of memory or queue, or on a bad disk, the server says so. It keeps acknowledged
 * writes and goes on serving.
 */
import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { entityUrl, RawConnection, request } from '../support/http.js';
import { expectIdle, expectProblem, rawOf, startServer, storedKeys } from './harness.js';

const MiB = 1024 * 1024;

async function put(base: string, key: string, body: Uint8Array | string): Promise<Response> {
  return fetch(entityUrl(base, key), { method: 'PUT', body });
}

test('writes past the queue get 503 and Retry-After; only acknowledged ones are kept', async () => {
  const { url } = await startServer({ maxQueuedWrites: 1 });
  const keys = Array.from({ length: 100 }, (_, number) => `k${number}`);
  const answers = await Promise.all(
    keys.map(async (key) => rawOf(await put(url, key, `value of ${key}`))),
  );
  const refused = answers.filter(({ status }) => status !== 201);
  expect(refused.length).toBeGreaterThan(0);
  expect(refused.length).toBeLessThan(100);
  for (const answer of refused) {
    expectProblem(answer, 503, /try again later/);
    expect(answer.headers.get('retry-after')).toBe('1');
  }
  const acknowledged = keys.filter((_, at) => answers[at]?.status === 201);
  expect(await storedKeys(url)).toStrictEqual(acknowledged.toSorted());
  for (const key of acknowledged)
    expect(await (await fetch(entityUrl(url, key))).text()).toBe(`value of ${key}`);
  expect((await put(url, 'after', 'v')).status).toBe(201);
});

test('content past the memory for content gets 503, until there is room again', async () => {
  const limits = {
    maxValueBytes: 60_000,
    maxContentBytesInMemory: 60_000,
    smallContentReserveBytes: 1,
  };
  const server = await startServer(limits);
  const half = new RawConnection(server.url);
  half.write(request('PUT', '/v0/entity?id=half', [], 'v'.repeat(60_000)).slice(0, -20_000));
  await expect.poll(async () => (await put(server.url, 'k', 'v'.repeat(30_000))).status).toBe(503);
  const refused = await rawOf(await put(server.url, 'k2', 'v'.repeat(30_000)));
  expectProblem(refused, 503, /content in memory/);
  expect(refused.headers.get('retry-after')).toBe('1');
  half.write('v'.repeat(20_000));
  expect((await half.answers(1))[0]?.status).toBe(201);
  expect((await put(server.url, 'k3', 'v'.repeat(60_000))).status).toBe(201);
  expect((await (await fetch(entityUrl(server.url, 'half'))).text()).length).toBe(60_000);
  expect((await fetch(entityUrl(server.url, 'k2'))).status).toBe(404);
});

test.each([
  ['a value', '/v0/entity?id=large'],
  ['a range', '/v0/entities?start=large'],
])(
  '%s that waits for a slow reader takes its room, and gives it back when the reader goes',
  async (_, target) => {
    const server = await startServer({
      maxValueBytes: 16 * MiB,
      maxContentBytesInMemory: 20 * MiB,
      contentQueueMs: 20,
    });
    expect((await put(server.url, 'large', randomBytes(16 * MiB))).status).toBe(201);
    const slow = new RawConnection(server.url);
    slow.pause();
    slow.write(request('GET', target));
    await expect.poll(() => server.running, { interval: 1 }).toBe(1);
    const statusNow = async () => rawOf(await fetch(entityUrl(server.url, 'large')));
    await expect.poll(async () => (await statusNow()).status, { interval: 20 }).toBe(503);
    expect((await put(server.url, 'small', 'v')).status).toBe(201);
    slow.reset();
    await expectIdle(server);
    expect((await statusNow()).status).toBe(200);
  },
);

test('a value that changed on the disk is a 500, never a value; another PUT heals it', async () => {
  const first = await startServer();
  const marker = randomBytes(100).toString('hex');
  await put(first.url, 'hurt', marker);
  await put(first.url, 'whole', 'v');
  await first.close();
  const file = join(first.directory, 'data.mdb');
  const bytes = await readFile(file);
  for (let at = bytes.indexOf(marker); at >= 0; at = bytes.indexOf(marker, at + 1))
    bytes[at + 50] = 0x5f;
  await writeFile(file, bytes);
  const server = await startServer({}, first.directory);
  expectProblem(await rawOf(await fetch(entityUrl(server.url, 'hurt'))), 500, /changed on disk/);
  expect(server.reports).toHaveLength(1);
  expect(await (await fetch(entityUrl(server.url, 'whole'))).text()).toBe('v');
  expect((await put(server.url, 'hurt', 'healed')).status).toBe(201);
  expect(await (await fetch(entityUrl(server.url, 'hurt'))).text()).toBe('healed');
});
