/** Streams of buckets as one, over a cluster that is a list of rows. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BucketStream, type Row } from '#dist/store/cassandra/bucket-stream.js';
import type { Level } from '#dist/store/cassandra/levels.js';
import { RangeMerge } from '#dist/store/cassandra/range-merge.js';
import type { Requests } from '#dist/store/cassandra/requests.js';

const level: Level = { consistency: 6, needed: 2 };

/** A cluster that has these pages for the stream whose first value is their place. */
function requestsOf(pages: readonly (readonly Row[])[][]): Requests {
  const read = async (_: string, [place]: readonly number[], __: Level, page: Page) => {
    const at = Number(page.pageState ?? 0);
    const stream = pages[place ?? 0] ?? [];
    await Promise.resolve();
    return {
      rows: stream[at] ?? [],
      pageState: at + 1 < stream.length ? String(at + 1) : undefined,
    };
  };
  return { read } as unknown as Requests;
}

interface Page {
  readonly pageState?: string;
}

const pace = { rows: () => 3, received: async () => 0, released: () => {} };

async function merged(pages: (readonly Row[])[][], order: 'asc' | 'desc'): Promise<string[]> {
  const requests = requestsOf(pages);
  const streams = pages.map((_, at) => new BucketStream(requests, '', [at], level, pace));
  const merge = new RangeMerge(streams, order);
  await merge.begin();
  const keys: string[] = [];
  while (merge.row) {
    keys.push(merge.row.key.toString('latin1'));
    await merge.advance();
  }
  return keys;
}

const anyKeys = fc.uniqueArray(fc.string({ unit: 'binary-ascii', maxLength: 3 }), {
  maxLength: 60,
});

test.each(['asc', 'desc'] as const)('all rows come in %sending order, once each', async (order) => {
  const sign = order === 'asc' ? 1 : -1;
  const compare = (a: string, b: string) => sign * Buffer.compare(Buffer.from(a), Buffer.from(b));
  await fc.assert(
    fc.asyncProperty(anyKeys, fc.integer({ min: 1, max: 5 }), async (keys, pageRows) => {
      const streams: Row[][] = Array.from({ length: 7 }, () => []);
      for (const key of keys.toSorted(compare))
        streams[(key.length + (key.charCodeAt(0) || 0)) % 7]?.push({ key: Buffer.from(key) });
      const pages = streams.map((rows) => {
        // An empty page, as one of deleted rows is, and then the rows.
        const list: Row[][] = [[]];
        for (let at = 0; at < rows.length; at += pageRows) list.push(rows.slice(at, at + pageRows));
        return list;
      });
      expect(await merged(pages, order)).toEqual(keys.toSorted(compare));
    }),
  );
});

test('a page that fails ends the range with its error', async () => {
  const lost = new Error('lost');
  const requests = { read: () => Promise.reject(lost) } as unknown as Requests;
  const merge = new RangeMerge([new BucketStream(requests, '', [0], level, pace)], 'asc');
  await expect(merge.begin()).rejects.toBe(lost);
});
