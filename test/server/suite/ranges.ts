/**
 * A range is every entity from start to end, once, in order of key bytes. A client can rely on its
 * framing.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { entityUrl, type RawAnswer, RawConnection, request } from '../../support/http.js';
import { expectProblem } from '../harness.js';
import { type ServedStore, scriptedClock } from './served-store.js';

async function put(base: string, key: string, value = `value of ${key}`): Promise<void> {
  // Text would bring a Content-Type, which is kept.
  const body = Buffer.from(value);
  expect((await fetch(entityUrl(base, key), { method: 'PUT', body })).status).toBe(201);
}

async function range(base: string, query: string, accept?: string): Promise<RawAnswer> {
  const fields = accept === undefined ? [] : [`Accept: ${accept}`];
  return new RawConnection(base).ask(request('GET', `/v0/entities?${query}`, fields));
}

const chunksOf = async (base: string, query: string) => (await range(base, query)).chunks;

/** The objects in a content of NDJSON. */
function linesOf({ body }: RawAnswer): unknown[] {
  const lines = Buffer.from(body, 'latin1').toString().split('\n');
  expect(lines.pop()).toBe('');
  return lines.map((line) => JSON.parse(line) as unknown);
}

/** The keys in lines of NDJSON, as latin1. */
function keysIn(body: string): string[] {
  const lines = Buffer.from(body, 'latin1').toString().split('\n').slice(0, -1);
  return lines.map((line) => {
    const { key, keyBase64 } = JSON.parse(line) as { key?: string; keyBase64?: string };
    const bytes = key === undefined ? Buffer.from(keyBase64 ?? '', 'base64') : Buffer.from(key);
    return bytes.toString('latin1');
  });
}

export function rangeSuite(served: ServedStore): void {
  test('each entity is one chunk of key, newline and value, in order of key bytes', async () => {
    const { url } = await served.start();
    for (const key of ['b', 'aa', 'ключ', 'a', 'Z', 'ab', '🔑', '\uffee']) await put(url, key);
    await put(url, 'a\n', '');
    await put(url, 'c', '\r\n0\r\n\r\n');
    const answer = await range(url, 'start=%00');
    const expected = ['Z', 'a', 'a\n', 'aa', 'ab', 'b', 'c', 'ключ', '\uffee', '🔑'].map((key) => {
      const value = { 'a\n': '', c: '\r\n0\r\n\r\n' }[key] ?? `value of ${key}`;
      return Buffer.from(`${key}\n${value}`).toString('latin1');
    });
    expect(answer.chunks).toStrictEqual(expected);
    expect(answer.headers.get('content-type')).toBe('application/octet-stream');
    expect(answer.headers.get('vary')).toBe('Accept');
  });

  test('keys of every byte come in the order of their bytes', async () => {
    const { url } = await served.start();
    const connection = new RawConnection(url);
    const bytes = Array.from({ length: 256 }, (_, n) => (n * 167) % 256);
    const escaped = (byte: number) => `%${byte.toString(16).padStart(2, '0')}`;
    connection.write(
      bytes.map((byte) => request('PUT', `/v0/entity?id=${escaped(byte)}`, [], 'v')).join(''),
    );
    await connection.answers(256);
    const chunks = await chunksOf(url, 'start=%00');
    expect(chunks).toStrictEqual(
      Array.from({ length: 256 }, (_, byte) => `${String.fromCharCode(byte)}\nv`),
    );
  });

  test('start is included, end is excluded, limit is a most, nothing else is there', async () => {
    const { url } = await served.start();
    for (const key of ['a', 'b', 'bb', 'c', 'd']) await put(url, key, '');
    const keysOf = async (query: string) =>
      (await chunksOf(url, query))?.map((chunk) => chunk.slice(0, -1));
    for (const [query, keys] of [
      ['start=b', ['b', 'bb', 'c', 'd']],
      ['start=b&end=d', ['b', 'bb', 'c']],
      ['start=b&end=bb', ['b']],
      ['start=b%00&end=ca', ['bb', 'c']],
      ['start=a&limit=1', ['a']],
      ['start=a&limit=5', ['a', 'b', 'bb', 'c', 'd']],
      ['start=a&limit=9007199254740991', ['a', 'b', 'bb', 'c', 'd']],
      ['start=a&end=c&limit=2', ['a', 'b']],
      ['start=b&end=b', []],
      ['start=c&end=b', []],
      ['start=e', []],
      ['start=%00&end=a', []],
    ] as const)
      expect([query, await keysOf(query)]).toStrictEqual([query, keys]);
  });

  test('a prefix is every key that begins with its bytes, up to the last byte', async () => {
    const { url } = await served.start();
    const connection = new RawConnection(url);
    const ids = ['a', 'a%00', 'a%fe', 'a%ff', 'a%ff%ff', 'b', '%ff', '%ff%00', '%ff%ff', '%ff%ffz'];
    connection.write(ids.map((id) => request('PUT', `/v0/entity?id=${id}`, [], '')).join(''));
    await connection.answers(ids.length);
    for (const [query, expected] of [
      ['prefix=a', ['a', 'a\0', 'a\xfe', 'a\xff', 'a\xff\xff']],
      ['prefix=a%ff', ['a\xff', 'a\xff\xff']],
      ['prefix=a%ff%ff%ff', []],
      ['prefix=%ff', ['\xff', '\xff\0', '\xff\xff', '\xff\xffz']],
      ['prefix=%ff%ff', ['\xff\xff', '\xff\xffz']],
      ['prefix=%ff%ff&order=desc', ['\xff\xffz', '\xff\xff']],
      ['prefix=a%ff&order=desc', ['a\xff\xff', 'a\xff']],
      ['prefix=a&order=desc&limit=2', ['a\xff\xff', 'a\xff']],
      ['prefix=a&after=a%00&limit=2', ['a\xfe', 'a\xff']],
      ['prefix=a&after=a%00&order=desc', ['a']],
      ['prefix=a&after=z&order=desc&limit=1', ['a\xff\xff']],
      ['prefix=c', []],
    ] as const) {
      const keys = (await chunksOf(url, query))?.map((chunk) => chunk.slice(0, -1));
      expect([query, keys]).toStrictEqual([query, expected]);
      const alone = await range(url, `${query}&only=keys`);
      expect([query, alone.chunks]).toStrictEqual([query, expected.map((key) => `${key}\n`)]);
    }
  });

  test('pages that go on after the last key are, together, the whole range once', async () => {
    const { url } = await served.start();
    const connection = new RawConnection(url);
    const key = fc.constantFrom('a', 'b', '\0', '\xff', '\n');
    const keys = fc.uniqueArray(
      fc.array(key, { minLength: 1, maxLength: 4 }).map((k) => k.join('')),
    );
    const escaped = (id: string) => Buffer.from(id, 'latin1').toString('hex').replace(/../g, '%$&');
    const write = async (method: string, ids: readonly string[]) => {
      for (const id of ids)
        await connection.ask(request(method, `/v0/entity?id=${escaped(id)}`, [], ''));
    };
    const order = fc.constantFrom('asc', 'desc');
    const ndjson = ['Accept: application/x-ndjson'];
    await fc.assert(
      fc.asyncProperty(
        keys,
        fc.constantFrom('start=%00', 'prefix=a', 'prefix=%ff', 'start=a&end=b'),
        fc.integer({ min: 1, max: 4 }),
        order,
        fc.constantFrom('', '&only=keys'),
        async (ids, bounds, limit, direction, only) => {
          await write('PUT', ids);
          const query = `${bounds}&order=${direction}${only}`;
          const seen: string[] = [];
          for (;;) {
            const after = seen.length > 0 ? `&after=${escaped(seen.at(-1) ?? '')}` : '';
            const target = `/v0/entities?${query}&limit=${limit}${after}`;
            const { body } = await connection.ask(request('GET', target, ndjson));
            const page = keysIn(body);
            expect(page.length).toBeLessThanOrEqual(limit);
            seen.push(...page);
            if (page.length < limit) break;
          }
          const within = ids.filter(
            (id) =>
              bounds === 'start=%00' ||
              (bounds === 'prefix=%ff' ? id.startsWith('\xff') : id.startsWith('a')),
          );
          const sorted = within.toSorted((a, b) => (a < b ? -1 : 1));
          expect(seen).toStrictEqual(direction === 'asc' ? sorted : sorted.toReversed());
          await write('DELETE', ids);
        },
      ),
      { numRuns: 30 },
    );
  });
}

export function rangeFormatSuite(served: ServedStore): void {
  const shared = served.shared();

  test('NDJSON has one object a line: the key as text or base64, the value in base64', async () => {
    const { url } = await served.start();
    await put(url, 'a', 'value');
    await put(url, 'new\nline "ключ" 🔑', '');
    const connection = new RawConnection(url);
    await connection.ask(request('PUT', '/v0/entity?id=%ff%00', [], '\xff\n'));
    const answer = await range(url, 'start=%00', 'application/x-ndjson');
    expect(answer.headers.get('content-type')).toBe('application/x-ndjson');
    const version = expect.stringMatching(/^[1-9][0-9]{15}$/);
    expect(linesOf(answer)).toStrictEqual([
      { key: 'a', version, value: 'dmFsdWU=' },
      { key: 'new\nline "ключ" 🔑', version, value: '' },
      { keyBase64: '/wA=', version, value: '/wo=' },
    ]);
    const alone = await range(url, 'start=%00&only=keys', 'application/x-ndjson');
    expect(linesOf(alone)).toStrictEqual([
      { key: 'a' },
      { key: 'new\nline "ключ" 🔑' },
      { keyBase64: '/wA=' },
    ]);
  });

  test('a line says when the entity expires, and what is kept with its value', async () => {
    const nowMs = Date.now();
    scriptedClock(nowMs);
    const { url } = await served.start();
    const fields = { contentType: 'text/plain; charset="utf-8"', contentEncoding: 'gzip' };
    const meta = { owner: 'ada "x" \xe9' };
    const metaField = `Evenkeel-Meta-Owner: ${meta.owner}`;
    const all = [`Content-Type: ${fields.contentType}`, 'Content-Encoding: gzip', metaField];
    const large = 'v'.repeat(300_000);
    const connection = new RawConnection(url);
    for (const [target, sent, content] of [
      ['a&ttl=60001ms', all, 'value'],
      ['b', [metaField], 'value'],
      ['c&ttl=1000', [], 'value'],
      ['d&ttl=60999ms', all, large],
    ] as const)
      await connection.ask(request('PUT', `/v0/entity?id=${target}`, sent, content));
    const expires = (afterMs: number) => new Date(nowMs + afterMs).toISOString();
    const version = expect.any(String);
    const common = { version, value: 'dmFsdWU=' };
    expect(linesOf(await range(url, 'start=a', 'application/x-ndjson'))).toStrictEqual([
      { key: 'a', ...common, expires: expires(60_001), ...fields, meta },
      { key: 'b', ...common, meta },
      { key: 'c', ...common, expires: expires(1_000_000) },
      { key: 'd', version, expires: expires(60_999), ...fields, meta, value: btoa(large) },
    ]);
  });

  test('an empty range of keys alone is an empty content', async () => {
    const { url } = await served.start();
    for (const accept of ['*/*', 'application/x-ndjson'])
      expect((await range(url, 'start=a&only=keys', accept)).chunks).toStrictEqual([]);
  });

  test.each([
    ['application/x-ndjson', 'application/x-ndjson'],
    ['Application/X-NDJSON; charset=utf-8', 'application/x-ndjson'],
    ['text/html, application/x-ndjson;q=0.001', 'application/x-ndjson'],
    ['application/x-ndjson;q=0', 'application/octet-stream'],
    ['application/x-ndjson; q=0.000, */*', 'application/octet-stream'],
    ['application/x-ndjsonp', 'application/octet-stream'],
    ['*/*', 'application/octet-stream'],
    ['', 'application/octet-stream'],
  ])('Accept "%s" is answered with %s', async (accept, type) => {
    const answer = await range(shared.url, 'start=a', accept);
    expect([answer.status, answer.headers.get('content-type')]).toStrictEqual([200, type]);
  });

  test('HEAD of a range has its header fields and no content', async () => {
    const connection = new RawConnection(shared.url);
    connection.write(
      request('HEAD', '/v0/entities?start=a') + request('GET', '/v0/status', ['Connection: close']),
    );
    await connection.closed;
    const [head, next] = connection.received.split('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1\.1 200 (.|\r\n)*application\/octet-stream/);
    expect(next).toMatch(/^HTTP\/1\.1 200 /);
  });

  test.each([
    ['', /no beginning; send start=KEY or prefix=KEY/],
    ['end=b', /no beginning/],
    ['after=b', /no beginning/],
    ['prefix=', /prefix is missing or empty/],
    ['prefix=a&start=a', /prefix and start exclude each other/],
    ['prefix=a&end=b', /prefix and end exclude each other/],
    [`prefix=${'a'.repeat(1025)}`, /prefix has 1025 bytes/],
    ['start=a&after=', /after is missing or empty/],
    ['start=a&order=DESC', /order is asc or desc, got "DESC"/],
    ['start=a&order=', /order is asc or desc, got ""/],
    ['start=a&only=values', /only is keys, got "values"/],
    ['start=a&only=keys&only=keys', /only is given twice/],
    ['start=', /start is missing or empty/],
    ['start=a&end=', /end is missing or empty/],
    ['start=a&start=b', /start is given twice/],
    ['start=a&end=b&end=c', /end is given twice/],
    ...['0', '-1', '+1', '1.5', 'all', '', '9007199254740992', '99999999999999999'].map(
      (limit): [string, RegExp] => [`start=a&limit=${limit}`, /limit is a whole number from 1 to/],
    ),
  ])('a range of "%s" is refused', async (query, mentions) => {
    expectProblem(await range(shared.url, query), 400, mentions);
  });
}
