/** Deletions of ranges that are long, or many: clients that go away, turns, and other writers. */
import { expect, test } from 'vitest';
import { filledDirectory } from '../support/filled-directory.js';
import { RawConnection, request } from '../support/http.js';
import { expectIdle, expectProblem, startServer, storedKeys } from './harness.js';
import { numbered, removeRange } from './suite/range-deletion.js';

test('a client that goes away ends it, and the same request removes the rest', async () => {
  const server = await startServer({}, await filledDirectory(numbered(10_000)));
  const connection = new RawConnection(server.url);
  connection.write(request('DELETE', '/v0/entities?prefix=k'));
  await expect.poll(() => server.running, { interval: 1 }).toBe(1);
  connection.reset();
  await expectIdle(server);
  const left = (await storedKeys(server.url)).length;
  expect(left).toBeGreaterThan(0);
  expect(await removeRange(server.url, 'prefix=k')).toEqual({ deleted: left });
  expect(server.reports).toEqual([]);
});

test('many deletions at once take turns, and the writes of others pass', async () => {
  const limits = { maxQueuedWrites: 512, contentQueueMs: 100_000 };
  const ranges = Array.from({ length: 40 }, (_, at) => `r${String(at).padStart(2, '0')}-`);
  const keys = ranges.flatMap((range) => numbered(100).map((key) => range + key));
  const { url } = await startServer(limits, await filledDirectory(keys));
  const deletions = ranges.map((range) => removeRange(url, `prefix=${range}`));
  const writer = new RawConnection(url);
  let areDone = false;
  const all = Promise.all(deletions).finally(() => {
    areDone = true;
  });
  const statuses = new Set<number>();
  while (!areDone)
    statuses.add((await writer.ask(request('PUT', '/v0/entity?id=k', [], 'v'))).status);
  expect(await all).toEqual(ranges.map(() => ({ deleted: 100 })));
  expect([...statuses]).toEqual([201]);
  expect(await storedKeys(url)).toEqual(['k']);
});

test('a deletion whose turn does not come in time gets 503', async () => {
  const limits = { maxQueuedWrites: 256, contentQueueMs: 1, maxQueuedContents: 1 };
  const server = await startServer(limits, await filledDirectory(numbered(10_000)));
  const ask = (prefix: string) =>
    new RawConnection(server.url).ask(request('DELETE', `/v0/entities?prefix=${prefix}`));
  const begun = ask('k');
  await expect.poll(() => server.running, { interval: 1 }).toBe(1);
  const [long, ...others] = await Promise.all([begun, ask('a'), ask('b')]);
  expect(long.body).toBe('{"deleted":10000}\n');
  for (const other of others) {
    expectProblem(other, 503, /deletions of ranges/);
    expect(other.headers.get('retry-after')).toBe('1');
  }
});
