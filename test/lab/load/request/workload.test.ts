/** A workload sends requests of the store's interface, which follow from the seed alone. */
import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Workload } from '#dist/lab/load/load-options.js';
import { requests, workload } from './options.js';

describe('a PUT of a workload', () => {
  it('is a PUT of a key below the path of the URL, with the length of its value', () => {
    const [first] = requests(1, workload(), { url: 'http://[::1]:9000/base/' });
    expect(first).toMatchObject({
      method: 'PUT',
      path: '/base/v0/entity?id=key0000000000000',
      fields: ['Host: [::1]:9000', 'Content-Length: 10'],
    });
    expect(first?.body).toHaveLength(10);
  });

  it('is sent to the path as it was given', () => {
    const [first] = requests(1, workload(), { url: 'http://h/a/../b%2F/?x=1' });
    expect(first).toMatchObject({ path: '/a/../b%2F/v0/entity?id=key0000000000000' });
  });

  it.each([0, 1, 100, 15 * 1024, 15 * 1024 + 1, 1_000_000])(
    'has a value of exactly %d bytes',
    (valueBytes) => {
      for (const { fields, body } of requests(3, workload({ valueBytes }))) {
        expect(fields).toContain(`Content-Length: ${valueBytes}`);
        expect(body).toHaveLength(valueBytes);
      }
    },
  );

  it.each([100, 20_000])('has another value of %d bytes for each of 10 000 keys', (valueBytes) => {
    const keySpace = 10_000;
    const bodies = requests(keySpace, workload({ valueBytes, keySpace })).map(({ body }) =>
      body.slice(0, 32),
    );
    expect(new Set(bodies).size).toBe(keySpace);
  });

  it.each([100, 1024, 100_000])('has a value of %d bytes that does not compress', (valueBytes) => {
    for (const { body } of requests(10, workload({ valueBytes })))
      expect(deflateSync(Buffer.from(body, 'latin1')).length).toBeGreaterThanOrEqual(valueBytes);
  });

  it('has the headers of the options', () => {
    const [first] = requests(1, workload(), { headers: [['X-One', '1']] });
    expect(first?.fields).toEqual(['Host: 127.0.0.1:8080', 'X-One: 1', 'Content-Length: 10']);
  });
});

describe('a GET of a workload', () => {
  it('has no body and no length', () => {
    const [first] = requests(1, workload({ putShare: 0 }));
    expect(first).toMatchObject({ method: 'GET', fields: ['Host: 127.0.0.1:8080'], body: '' });
  });
});

describe('a mixed workload', () => {
  it('has its share of PUTs, within five standard deviations', () => {
    const count = 100_000;
    const share = 0.1;
    const puts = requests(count, workload({ putShare: share })).filter(
      ({ method }) => method === 'PUT',
    ).length;
    expect(Math.abs(puts - count * share)).toBeLessThan(5 * Math.sqrt(count * share * (1 - share)));
  });

  it.each([
    [0, 'GET'],
    [1, 'PUT'],
  ])('with a share of %d has nothing but %s', (putShare, method) => {
    expect(
      new Set(requests(10_000, workload({ putShare })).map((request) => request.method)),
    ).toEqual(new Set([method]));
  });
});

describe('the seed', () => {
  const works: Workload[] = (['sequential', 'uniform', 'zipfian'] as const).map((keys) =>
    workload({ keys, putShare: 0.5, keySpace: 1_000_000 }),
  );
  it.each(works)('and the thread give the same requests each time, with $keys keys', (work) => {
    expect(requests(1000, work, { thread: 1 })).toEqual(requests(1000, work, { thread: 1 }));
  });

  it.each(works)('gives other requests when it is another, with $keys keys', (work) => {
    expect(requests(100, { ...work, seed: 2 })).not.toEqual(requests(100, work));
    expect(requests(100, { ...work, seed: 1 + 2 ** 32 })).not.toEqual(requests(100, work));
  });

  it.each(works)('gives each thread requests of its own, with $keys keys', (work) => {
    expect(requests(100, work, { thread: 0 })).not.toEqual(requests(100, work, { thread: 1 }));
  });
});
