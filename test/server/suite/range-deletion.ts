/** DELETE of a range or a prefix removes what is there, says how much, and can be repeated. */
import { expect, test } from 'vitest';
import { entityUrl, RawConnection, request } from '../../support/http.js';
import { lines, post, resultsOf } from '../batch-client.js';
import { expectProblem, storedKeys } from '../harness.js';
import type { ServedStore } from './served-store.js';

export const numbered = (count: number) =>
  Array.from({ length: count }, (_, at) => `k${String(at).padStart(5, '0')}`);

/** A server that holds these keys, given as latin1 text. */
async function startWith(served: ServedStore, keys: readonly string[]): Promise<{ url: string }> {
  const server = await served.start();
  const encoded = keys.map((key) => Buffer.from(key, 'latin1').toString('base64'));
  const puts = encoded.map((keyBase64) => ({ keyBase64, value: keyBase64 }));
  expect(await resultsOf(await post(server.url, lines(...puts)))).toHaveLength(keys.length);
  return server;
}

export async function removeRange(base: string, query: string): Promise<unknown> {
  const response = await fetch(`${base}/v0/entities?${query}`, { method: 'DELETE' });
  expect([response.status, response.headers.get('content-type')]).toEqual([
    200,
    'application/json',
  ]);
  return response.json();
}

export function rangeDeletionSuite(served: ServedStore): void {
  const shared = served.shared();

  test('a range and a prefix are removed, and the response counts what was there', async () => {
    const { url } = await startWith(served, [
      'a',
      'a1',
      'a2',
      'b',
      'b1',
      'c',
      'd',
      '\xff',
      '\xff\xff',
    ]);
    expect(await removeRange(url, 'start=a1&end=b')).toEqual({ deleted: 2 });
    expect(await removeRange(url, 'prefix=b')).toEqual({ deleted: 2 });
    expect(await removeRange(url, 'prefix=b')).toEqual({ deleted: 0 });
    expect(await removeRange(url, 'prefix=%ff')).toEqual({ deleted: 2 });
    expect(await storedKeys(url)).toEqual(['a', 'c', 'd']);
    expect(await removeRange(url, 'start=c')).toEqual({ deleted: 2 });
    expect(await storedKeys(url)).toEqual(['a']);
  });

  test('the response is text of one line, and the connection goes on', async () => {
    const { url } = await startWith(served, ['a', 'b']);
    const connection = new RawConnection(url);
    connection.write(
      request('DELETE', '/v0/entities?start=a') + request('GET', '/v0/entities?start=a'),
    );
    const [deletion, range] = await connection.answers(2);
    expect(deletion?.body).toBe('{"deleted":2}\n');
    expect(range?.chunks).toEqual([]);
  });

  test('what has expired is not counted', async () => {
    const { url } = await startWith(served, ['a', 'c']);
    await fetch(entityUrl(url, 'b', '&ttl=1ms'), { method: 'PUT' });
    const gone = async () => (await fetch(entityUrl(url, 'b'))).status;
    await expect.poll(gone, { timeout: 20_000, interval: 5 }).toBe(404);
    expect(await removeRange(url, 'start=a')).toEqual({ deleted: 2 });
  });

  test('beside writers, each key is removed or holds what was written since', async () => {
    const ids = numbered(2000);
    const { url } = await startWith(served, ids);
    for (const id of ids.slice(0, 200)) await fetch(entityUrl(url, id));
    let isDone = false;
    const write = async (step: number) => {
      const connection = new RawConnection(url);
      for (let at = step; !isDone; at = (at + step) % 2000)
        for (const id of [ids[at], `${ids[at]}-new`])
          await connection.ask(request('PUT', `/v0/entity?id=${id}`, [], 'new'));
    };
    const writers = [write(7), write(1999)];
    const { deleted } = (await removeRange(url, 'prefix=k')) as { deleted: number };
    isDone = true;
    await Promise.all(writers);
    expect(deleted).toBeGreaterThanOrEqual(2000);
    for (const id of await storedKeys(url))
      expect(await (await fetch(entityUrl(url, id))).text()).toBe('new');
    await removeRange(url, 'prefix=k');
    expect(await storedKeys(url)).toEqual([]);
    for (const id of ids.slice(0, 200)) expect((await fetch(entityUrl(url, id))).status).toBe(404);
  });

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
    const { url } = await startWith(served, ['kept']);
    const connection = new RawConnection(url);
    const answer = await connection.ask(request('DELETE', '/v0/entities?start=a', [field]));
    expectProblem(answer, status, mentions);
    expect(await storedKeys(url)).toEqual(['kept']);
  });
}
