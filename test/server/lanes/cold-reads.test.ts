/**
 * When a read waits for the disk, requests behind it on the connection wait too. In both lanes
 * responses keep their order, and each sees the writes before it.
 */
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { entityUrl, RawConnection, request } from '../../support/http.js';
import { expectProblem, startServer } from '../harness.js';

/**
 * The kernel's count of major faults rises so fast that each read outside the cache is taken for
 * cold.
 */
beforeEach(() => {
  const real = process.resourceUsage;
  let majorPageFault = 0;
  process.resourceUsage = () => {
    majorPageFault += 1000;
    return { ...real.call(process), majorPageFault };
  };
  onTestFinished(() => {
    process.resourceUsage = real;
  });
});

const entity = '/v0/entity?id=k';
const lanes = [
  ['the fast lane', []],
  // A field that the fast lane does not take.
  ['the full lane', ['TE: trailers']],
] as const;

test.each(lanes)('in %s', async (_, fields) => {
  const { url } = await startServer();
  const get = request('GET', entity, [...fields]);
  const other = new RawConnection(url);
  const connection = new RawConnection(url);
  for (let round = 0; round < 30; round++) {
    const put = request('PUT', entity, [...fields], `value ${round}`);
    const remove = request('DELETE', entity, [...fields]);
    other.write(get + get);
    connection.write(put + get + get + remove + get);
  }
  const answers = await connection.answers(150);
  expect(
    answers.map(({ status, body }) => `${status} ${status === 404 ? '' : body}`),
  ).toStrictEqual(
    Array.from({ length: 30 }, (_, round) => [
      '201 ',
      `200 value ${round}`,
      `200 value ${round}`,
      '202 ',
      '404 ',
    ]).flat(),
  );
  await other.answers(60);
});

test.each(lanes)(
  'several reads of one key at once, then a write, then reads, in %s',
  async (_, fields) => {
    const { url } = await startServer();
    const all = Array.from({ length: 8 }, () => new RawConnection(url));
    const get = request('GET', entity, [...fields]);
    for (let round = 0; round < 10; round++) {
      const put = await fetch(entityUrl(url, 'k'), { method: 'PUT', body: `value ${round}` });
      expect(put.status).toBe(201);
      for (const connection of all) connection.write(get);
      for (const connection of all)
        expect((await connection.answers(round + 1))[round]?.body).toBe(`value ${round}`);
    }
  },
);

test.each(lanes)(
  'more reads than may wait for the disk are refused with 503 and Retry-After, in %s',
  async (_, fields) => {
    const { url } = await startServer({ maxQueuedReads: 1 });
    const get = request('GET', entity, [...fields]);
    const all = Array.from({ length: 100 }, () => new RawConnection(url));
    for (const connection of all) connection.write(request('GET', '/v0/status'));
    for (const connection of all) await connection.answers(1);
    // All of these arrive together.
    for (const connection of all) connection.write(get);
    const answers = await Promise.all(
      all.map(async (connection) => (await connection.answers(2))[1]),
    );
    const refused = answers.filter((answer) => answer?.status !== 404);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeLessThan(100);
    for (const answer of refused) {
      expectProblem(answer, 503, /reads wait for the disk/);
      expect(answer?.headers.get('retry-after')).toBe('1');
    }
  },
);
