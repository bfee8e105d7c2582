/** DELETE of a range or a prefix removes what is there, says how much, and can be repeated. */
import { expect, test } from 'vitest';
import { filledDirectory } from '../support/filled-directory.js';
import { entityUrl, RawConnection, request } from '../support/http.js';
import { expectIdle, expectProblem, sharedServer, startServer, storedKeys } from './harness.js';

/** A server that holds these keys. */
const startWith = async (keys: readonly string[]) => startServer({}, await filledDirectory(keys));

const numbered = (count: number) =>
  Array.from({ length: count }, (_, at) => `k${String(at).padStart(5, '0')}`);

async function remove(base: string, query: string): Promise<unknown> {
  const response = await fetch(`${base}/v0/entities?${query}`, { method: 'DELETE' });
  expect([response.status, response.headers.get('content-type')]).toEqual([
    200,
    'application/json',
  ]);
  return response.json();
}

test('a range and a prefix are removed, and the response counts what was there', async () => {
  const { url } = await startWith(['a', 'a1', 'a2', 'b', 'b1', 'c', 'd', '\xff', '\xff\xff']);
  expect(await remove(url, 'start=a1&end=b')).toEqual({ deleted: 2 });
  expect(await remove(url, 'prefix=b')).toEqual({ deleted: 2 });
  expect(await remove(url, 'prefix=b')).toEqual({ deleted: 0 });
  expect(await remove(url, 'prefix=%ff')).toEqual({ deleted: 2 });
  expect(await storedKeys(url)).toEqual(['a', 'c', 'd']);
  expect(await remove(url, 'start=c')).toEqual({ deleted: 2 });
  expect(await storedKeys(url)).toEqual(['a']);
});

test('the response is text of one line, and the connection goes on', async () => {
  const { url } = await startWith(['a', 'b']);
  const connection = new RawConnection(url);
  connection.write(
    request('DELETE', '/v0/entities?start=a') + request('GET', '/v0/entities?start=a'),
  );
  const [deletion, range] = await connection.answers(2);
  expect(deletion?.body).toBe('{"deleted":2}\n');
  expect(range?.chunks).toEqual([]);
});

test('what has expired is not counted', async () => {
  const { url } = await startWith(['a', 'c']);
  await fetch(entityUrl(url, 'b', '&ttl=1ms'), { method: 'PUT' });
  const gone = async () => (await fetch(entityUrl(url, 'b'))).status;
  await expect.poll(gone, { timeout: 20_000, interval: 5 }).toBe(404);
  expect(await remove(url, 'start=a')).toEqual({ deleted: 2 });
});

test('beside writers, each key is removed or holds what was written since', async () => {
  const ids = numbered(2000);
  const { url } = await startWith(ids);
  for (const id of ids.slice(0, 200)) await fetch(entityUrl(url, id));
  let isDone = false;
  const write = async (step: number) => {
    const connection = new RawConnection(url);
    for (let at = step; !isDone; at = (at + step) % 2000)
      for (const id of [ids[at], `${ids[at]}-new`])
        await connection.ask(request('PUT', `/v0/entity?id=${id}`, [], 'new'));
  };
  const writers = [write(7), write(1999)];
  const { deleted } = (await remove(url, 'prefix=k')) as { deleted: number };
  isDone = true;
  await Promise.all(writers);
  expect(deleted).toBeGreaterThanOrEqual(2000);
  for (const id of await storedKeys(url))
    expect(await (await fetch(entityUrl(url, id))).text()).toBe('new');
  await remove(url, 'prefix=k');
  expect(await storedKeys(url)).toEqual([]);
  for (const id of ids.slice(0, 200)) expect((await fetch(entityUrl(url, id))).status).toBe(404);
});

test('a client that goes away ends it, and the same request removes the rest', async () => {
  const server = await startWith(numbered(10_000));
  const connection = new RawConnection(server.url);
  connection.write(request('DELETE', '/v0/entities?prefix=k'));
  await expect.poll(() => server.running, { interval: 1 }).toBe(1);
  connection.reset();
  await expectIdle(server);
  const left = (await storedKeys(server.url)).length;
  expect(left).toBeGreaterThan(0);
  expect(await remove(server.url, 'prefix=k')).toEqual({ deleted: left });
  expect(server.reports).toEqual([]);
});

test('many deletions at once take turns, and the writes of others pass', async () => {
  const limits = { maxQueuedWrites: 512, contentQueueMs: 100_000 };
  const ranges = Array.from({ length: 40 }, (_, at) => `r${String(at).padStart(2, '0')}-`);
  const keys = ranges.flatMap((range) => numbered(100).map((key) => range + key));
  const { url } = await startServer(limits, await filledDirectory(keys));
  const deletions = ranges.map((range) => remove(url, `prefix=${range}`));
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

const shared = sharedServer();

test.each([
  ['', /no beginning/],
  ['end=b', /no beginning/],
  ['prefix=a&end=b', /prefix and end exclude each other/],
  ['start=', /start is missing or empty/],
  ['start=a&limit=1', /unknown parameter "limit"; this path and method take start, end, prefix/],
  ['start=a&only=keys', /unknown parameter "only"/],
])('a deletion of "%s" is refused', async (query, mentions) => {
  const answer = await new RawConnection(shared.url).ask(
    request('DELETE', `/v0/entities?${query}`),
  );
  expectProblem(answer, 400, mentions);
});

test.each([
  ['If-Match: *', 501, /a condition is on one entity/],
  ['If-Match: "1"', 501, /a condition is on one entity/],
  ['If-None-Match: *', 501, /a condition is on one entity/],
  ['If-Unmodified-Since: Thu, 01 Jan 2026 00:00:00 GMT', 501, /if-unmodified-since/],
  ['Content-Range: bytes 0-1/2', 400, /content-range/],
])('a deletion with %s is refused, and nothing is removed', async (field, status, mentions) => {
  await fetch(entityUrl(shared.url, 'kept'), { method: 'PUT' });
  const connection = new RawConnection(shared.url);
  const answer = await connection.ask(request('DELETE', '/v0/entities?start=a', [field]));
  expectProblem(answer, status, mentions);
  expect(await storedKeys(shared.url)).toEqual(['kept']);
});
