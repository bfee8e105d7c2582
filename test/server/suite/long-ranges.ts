/** A range longer than a page: nothing is lost or doubled at a page's edge, under writes too. */
import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { entityUrl, RawConnection, request } from '../../support/http.js';
import { storedKeys } from '../harness.js';
import type { ServedStore } from './served-store.js';

const MiB = 1024 * 1024;
const name = (number: number) => String(number).padStart(4, '0');

/** Puts entities 0000, 0001, … with their own names as values. */
async function fill(base: string, count: number): Promise<void> {
  const connection = new RawConnection(base);
  const numbers = Array.from({ length: count }, (_, number) => name(number));
  connection.write(numbers.map((key) => request('PUT', `/v0/entity?id=${key}`, [], key)).join(''));
  const answers = await connection.answers(count);
  expect(answers.every(({ status }) => status === 201)).toBe(true);
}

export function longRangeSuite(served: ServedStore): void {
  test.each([1, 7, 100, 101])(
    '100 entities in pages of %i are each there once',
    async (rangePageEntities) => {
      const { url } = await served.start({ rangePageEntities });
      await fill(url, 100);
      const connection = new RawConnection(url);
      const all = Array.from({ length: 100 }, (_, number) => `${name(number)}\n${name(number)}`);
      const chunks = async (query: string) =>
        (await connection.ask(request('GET', `/v0/entities?${query}`))).chunks;
      expect(await chunks('start=0')).toStrictEqual(all);
      for (const limit of [1, rangePageEntities, rangePageEntities + 1, 99])
        expect(await chunks(`start=0&limit=${limit}`)).toStrictEqual(all.slice(0, limit));
      expect(await chunks('start=0010&end=0090')).toStrictEqual(all.slice(10, 90));
      expect(await storedKeys(url)).toStrictEqual(all.map((chunk) => chunk.slice(0, 4)));
    },
  );

  test('values larger than a page come whole, each in one chunk', async () => {
    const { url } = await served.start({ rangePageBytes: 1000 });
    const values = [MiB, 1, 3 * MiB, 0, 5000].map((bytes) => randomBytes(bytes));
    for (const [number, body] of values.entries())
      await fetch(entityUrl(url, `k${number}`), { method: 'PUT', body });
    const { chunks = [] } = await new RawConnection(url).ask(
      request('GET', '/v0/entities?start=k'),
    );
    expect(chunks).toHaveLength(values.length);
    for (const [number, value] of values.entries())
      expect(chunks[number] === `k${number}\n${value.toString('latin1')}`).toBe(true);
  });

  test('pages of expired entities are passed over', async () => {
    const { url } = await served.start({ rangePageEntities: 2 });
    for (const key of ['a', 'e', 'f'])
      await fetch(entityUrl(url, key), { method: 'PUT', body: '' });
    const short = ['b1', 'b2', 'b3', 'c', 'd'];
    for (const key of short)
      await fetch(entityUrl(url, key, '&ttl=1'), { method: 'PUT', body: '' });
    const gone = async () => (await fetch(entityUrl(url, 'd'))).status;
    await expect.poll(gone, { timeout: 20_000, interval: 10 }).toBe(404);
    expect(await storedKeys(url)).toStrictEqual(['a', 'e', 'f']);
    const { chunks } = await new RawConnection(url).ask(
      request('GET', '/v0/entities?start=a&limit=2'),
    );
    expect(chunks).toStrictEqual(['a\n', 'e\n']);
  });

  test('an entity that is there all along appears exactly once, whatever is written', async () => {
    const { url } = await served.start({ rangePageEntities: 3 });
    await fill(url, 300);
    let reading = true;
    const write = async () => {
      for (let round = 0; reading; round++) {
        // Even ones are overwritten, new ones come between, and go again.
        const number = (round * 389) % 300;
        await fetch(entityUrl(url, name(number - (number % 2))), { method: 'PUT', body: 'new' });
        const method = round % 2 === 0 ? 'PUT' : 'DELETE';
        await fetch(
          entityUrl(url, `${name(number)}-between`),
          method === 'PUT' ? { method, body: 'x' } : { method },
        );
      }
    };
    const writers = [write(), write()];
    try {
      const connection = new RawConnection(url);
      for (let round = 0; round < 5; round++) {
        const { chunks = [] } = await connection.ask(request('GET', '/v0/entities?start=0'));
        const seen = chunks.map((chunk) => chunk.slice(0, chunk.indexOf('\n')));
        expect(seen).toStrictEqual([...new Set(seen)].toSorted());
        expect(seen.filter((key) => key.length === 4)).toHaveLength(300);
        for (const chunk of chunks.filter((_, at) => /^\d{3}[13579]$/.test(seen[at] ?? '')))
          expect(chunk.slice(5)).toBe(chunk.slice(0, 4));
      }
    } finally {
      reading = false;
      await Promise.all(writers);
    }
  });
}
