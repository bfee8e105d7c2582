/** Batches: NDJSON in, a result line out for each line, in order, over real sockets. */
import { expect, test } from 'vitest';
import { maxBatchLineBytes } from '#dist/config/limits.js';
import { entityUrl } from '../../support/http.js';
import {
  lines,
  numbered,
  parseLines,
  post,
  putting,
  resultsOf,
  textUnder,
} from '../batch-client.js';
import { expectProblem, rawOf, storedKeys } from '../harness.js';
import type { ServedStore } from './served-store.js';

export function batchSuite(served: ServedStore): void {
  const { conditions, atomicBatches, existed } = served.capabilities;
  /** Statuses of lines whose condition holds, or does not. */
  const [holds, fails] = conditions ? [201, 412] : [501, 501];
  const shared = served.shared();

  test('each line is done, in order, and has its result', async () => {
    const results = await resultsOf(
      await post(
        shared.url,
        lines(
          putting('each', 'one'),
          { key: 'each', value: Buffer.from([0, 255]).toString('base64') },
          {
            keyBase64: Buffer.from([0xff]).toString('base64'),
            valueText: 'x',
            contentType: 'text/css',
          },
          putting('gone', 'soon'),
          { key: 'gone', delete: true },
          { key: 'gone', delete: true },
        ),
      ),
    );
    const versions = results.map(({ version }) => version);
    expect(results).toEqual([
      { status: 201, version: versions[0] },
      { status: 201, version: versions[1] },
      { status: 201, version: versions[2] },
      { status: 201, version: versions[3] },
      { status: 202, ...(existed && { existed: true }) },
      { status: 202, ...(existed && { existed: false }) },
    ]);
    const response = await fetch(entityUrl(shared.url, 'each'));
    expect(response.headers.get('etag')).toBe(`"${versions[1]}"`);
    expect(Buffer.from(await response.arrayBuffer())).toEqual(Buffer.from([0, 255]));
    const other = await fetch(`${shared.url}/v0/entity?id=%FF`);
    expect([other.headers.get('content-type'), await other.text()]).toEqual(['text/css', 'x']);
    expect(await textUnder(shared.url, 'gone')).toBeUndefined();
  });

  test('a line that is wrong is refused alone, and is named; the others are done', async () => {
    const body = [
      '{"key":"before","valueText":"x"}',
      'no JSON',
      '',
      '{"key":"before","valueText":"y","ifNoneMatch":"*"}',
      `{"key":"long","valueText":"${'v'.repeat(maxBatchLineBytes)}"}`,
      '{"key":"after","valueText":"x"}',
    ].join('\n');
    const results = await resultsOf(await post(shared.url, body));
    expect(results).toMatchObject([
      { status: 201 },
      { status: 400, line: 2, detail: expect.stringMatching(/not JSON/) },
      {
        status: fails,
        line: 4,
        detail: expect.stringMatching(conditions ? /nothing was changed/ : /keeps no conditions/),
      },
      { status: 413, line: 5, detail: expect.stringMatching(/PUT of its own/) },
      { status: 201 },
    ]);
    expect(await textUnder(shared.url, 'before')).toBe('x');
    expect(await textUnder(shared.url, 'after')).toBe('x');
  });

  test('no line at all is a batch too, of blank ones or of none', async () => {
    for (const body of ['', '\n', ' \r\n\n'])
      for (const query of ['', '?atomic=false', ...(atomicBatches ? ['?atomic=true'] : [])])
        expect(await resultsOf(await post(shared.url, body, query))).toEqual([]);
  });

  test('20 000 lines are all done, and acknowledged in order', async () => {
    const server = await served.start();
    const names = numbered(20_000);
    const body = names.map((key) => `${lines(putting(key))}\n`).join('');
    const results = await resultsOf(await post(server.url, body));
    expect(results).toHaveLength(names.length);
    expect(new Set(results.map(({ status }) => status))).toEqual(new Set([201]));
    const versions = results.map(({ version }) => Number(version));
    expect(versions).toEqual(versions.toSorted((a, b) => a - b));
    expect(await storedKeys(server.url)).toEqual(names.toSorted());
  });

  test('lines of one key take effect in their order, also behind a large value', async () => {
    const server = await served.start();
    const large = 'v'.repeat(800_000);
    const operations = [
      putting('a', large),
      putting('b', 'between'),
      { ...putting('a', 'second'), ifMatch: '*' },
      putting('a', 'third'),
      putting('gone', large),
      { key: 'gone', delete: true },
      putting('larger', large),
      putting('larger', large.slice(500_000)),
      { ...putting('refused', large), ifMatch: '*' },
      { ...putting('refused', 'there'), ifNoneMatch: '*' },
    ];
    for (let round = 0; round < 5; round++) {
      await fetch(entityUrl(server.url, 'a'), { method: 'DELETE' });
      await fetch(entityUrl(server.url, 'refused'), { method: 'DELETE' });
      const results = await resultsOf(await post(server.url, lines(...operations)));
      expect(results.map(({ status }) => status)).toEqual([
        201,
        201,
        holds,
        201,
        201,
        202,
        201,
        201,
        fails,
        holds,
      ]);
      expect(results[5]?.existed).toBe(existed ? true : undefined);
      const written = [0, 2, 3].flatMap((index) => results[index]?.version ?? []);
      const versions = written.map(Number);
      expect(versions).toEqual(versions.toSorted((a, b) => a - b));
      expect(await textUnder(server.url, 'a')).toBe('third');
      expect(await textUnder(server.url, 'b')).toBe('between');
      expect(await textUnder(server.url, 'gone')).toBeUndefined();
      expect((await textUnder(server.url, 'larger'))?.length).toBe(300_000);
      expect(await textUnder(server.url, 'refused')).toBe(conditions ? 'there' : undefined);
    }
  });

  test('lines as a listing gives them are taken as they are', async () => {
    const { url } = await served.start();
    const fields = { contentType: 'text/plain', contentEncoding: 'gzip', meta: { owner: 'me' } };
    await resultsOf(
      await post(
        url,
        lines({ ...putting('a'), ...fields, ttlMs: 1_000_000 }, putting('b'), {
          keyBase64: '/w==',
          value: '/w==',
        }),
      ),
    );
    const list = async () => {
      const headers = { Accept: 'application/x-ndjson' };
      return (await fetch(`${url}/v0/entities?start=%00`, { headers })).text();
    };
    const listing = await list();
    await fetch(`${url}/v0/entities?start=%00`, { method: 'DELETE' });
    expect(await resultsOf(await post(url, listing))).toHaveLength(3);
    const withoutVersions = (text: string) =>
      parseLines(text).map(({ version: _, ...rest }) => JSON.stringify(rest));
    // A time to live is kept to the millisecond or two that its way took.
    const times = /"expires":"[^"]*"/g;
    const exact = (text: string) => withoutVersions(text).map((line) => line.replace(times, 'T'));
    expect(exact(await list())).toEqual(exact(listing));
  });

  test.each<[string, RequestInit, number, RegExp]>([
    ['?atomic=1', {}, 400, /atomic is true or false/],
    ['?limit=1', {}, 400, /unknown parameter "limit"/],
    ['', { headers: { 'If-Match': '*' } }, 400, /in its lines/],
    ['', { headers: { 'If-None-Match': '*' } }, 400, /in its lines/],
    ['', { headers: { 'Content-Encoding': 'gzip' } }, 415, /no content coding, got "gzip"/],
  ])('a batch to %s with %j is refused', async (query, init, status, detail) => {
    const response = await fetch(`${shared.url}/v0/entities${query}`, {
      method: 'POST',
      body: lines(putting('refused')),
      ...init,
    });
    expectProblem(await rawOf(response), status, detail);
    expect(await textUnder(shared.url, 'refused')).toBeUndefined();
  });
}
