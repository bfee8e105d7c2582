/** Fields that are kept with a value come back as they were put, in either lane. */
import { expect, test } from 'vitest';
import { entityUrl, RawConnection, request } from '../../support/http.js';
import { expectProblem, rawOf } from '../harness.js';
import { type ServedStore, scriptedClock } from './served-store.js';

const target = '/v0/entity?id=kept';
const octets = 'application/octet-stream';

/** The fields of a response that a PUT may have chosen. */
function kept(headers: ReadonlyMap<string, string>): Record<string, string> {
  const names = /^(content-type|content-encoding|evenkeel-meta-.*)$/;
  return Object.fromEntries([...headers].filter(([name]) => names.test(name)));
}

const cases: [string[], Record<string, string>][] = [
  [[], { 'content-type': octets }],
  [['Content-Type: text/plain'], { 'content-type': 'text/plain' }],
  [['content-type:text/plain;charset=UTF-8'], { 'content-type': 'text/plain;charset=UTF-8' }],
  [[`Content-Type: ${octets}`], { 'content-type': octets }],
  [[`Content-Type: a/${'b'.repeat(60)}`], { 'content-type': `a/${'b'.repeat(60)}` }],
  [[`Content-Type: a/${'b'.repeat(61)}`], { 'content-type': `a/${'b'.repeat(61)}` }],
  [[`Content-Type: a/${'b'.repeat(62)}`], { 'content-type': `a/${'b'.repeat(62)}` }],
  [['Content-Type:  text/html  '], { 'content-type': 'text/html' }],
  [['Content-Encoding: br'], { 'content-type': octets, 'content-encoding': 'br' }],
  [
    ['Evenkeel-Meta-Owner: me', 'evenkeel-meta-x: 1', 'EVENKEEL-META-X: 2'],
    { 'content-type': octets, 'evenkeel-meta-owner': 'me', 'evenkeel-meta-x': '1, 2' },
  ],
  [
    ['Content-Type: text/css', 'Content-Encoding: gzip', 'Evenkeel-Meta-A: \xe4'],
    { 'content-type': 'text/css', 'content-encoding': 'gzip', 'evenkeel-meta-a': '\xe4' },
  ],
];

export function keptFieldSuite(served: ServedStore): void {
  const server = served.shared();

  test.each(cases)('PUT with %j', async (fields, expected) => {
    const connection = new RawConnection(server.url);
    const put = await connection.ask(request('PUT', target, fields, 'value'));
    expect(put.status).toBe(201);
    // A new connection is in the fast lane again; the second read may be from the cache.
    const reader = new RawConnection(server.url);
    for (const field of ['X: y', 'X: y', 'TE: trailers']) {
      const { headers, body } = await reader.ask(request('GET', target, [field]));
      expect([kept(headers), body]).toStrictEqual([expected, 'value']);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      // A page that was put may not act as one of this server.
      const isTyped = expected['content-type'] !== octets;
      expect(headers.get('content-security-policy')).toBe(isTyped ? 'sandbox' : undefined);
    }
    const head = await fetch(`${server.url}${target}`, { method: 'HEAD' });
    expect(kept(new Map(head.headers))).toStrictEqual(expected);
    await connection.ask(request('PUT', target, [], 'value'));
    const { headers } = await reader.ask(request('GET', target));
    expect(kept(headers)).toStrictEqual({ 'content-type': octets });
  });

  test.each<[string, number, RegExp]>([
    ['Content-Type:', 400, /media type/],
    ['Content-Type: text', 400, /media type/],
    ['Content-Type: a/b\r\nContent-Type: c/d', 400, /media type/],
    ['Content-Type: a/b\r\nContent-Type: a/b', 400, /media type/],
    ['Content-Type: a/b\r\nX: y\r\ncontent-type: c/d', 400, /media type/],
    [`Content-Type: a/${'b'.repeat(511)}`, 431, /at most 512/],
    ['Content-Encoding: g zip', 400, /list of codings/],
    [`Evenkeel-Meta-A: ${'x'.repeat(1024)}`, 431, /1025 bytes/],
    ['Evenkeel-Meta-: x', 400, /a name/],
  ])('PUT with %j stores nothing', async (field, status, mentions) => {
    const connection = new RawConnection(server.url);
    const refused = '/v0/entity?id=refused';
    const response = await connection.ask(request('PUT', refused, [field], 'value'));
    expectProblem(response, status, mentions);
    expect((await connection.ask(request('GET', refused))).status).toBe(404);
  });

  test('GET and DELETE do not judge the fields of a PUT', async () => {
    const connection = new RawConnection(server.url);
    await connection.ask(request('PUT', target, [], 'value'));
    const fields = ['Content-Type: x', 'Content-Type: y', 'Content-Encoding:', 'Evenkeel-Meta-: z'];
    expect((await connection.ask(request('GET', target, fields))).status).toBe(200);
    expect((await connection.ask(request('DELETE', target, fields))).status).toBe(202);
  });

  test('what was kept outlives the server', async () => {
    const first = await served.start();
    const headers = { 'Content-Type': 'image/png', 'Evenkeel-Meta-A': 'b' };
    const put = await fetch(entityUrl(first.url, 'k'), { method: 'PUT', body: 'v', headers });
    const second = await served.restart(first);
    const got = await fetch(entityUrl(second.url, 'k'));
    expect(got.headers.get('content-type')).toBe('image/png');
    expect(got.headers.get('evenkeel-meta-a')).toBe('b');
    expect(got.headers.get('etag')).toBe(put.headers.get('etag'));
  });

  test('GET and HEAD say to the millisecond when an entity expires', async () => {
    const clock = scriptedClock(Date.UTC(2030, 0, 2, 3, 4, 5, 6));
    const { maxExpiresMs = Number.POSITIVE_INFINITY } = served.capabilities;
    const { url } = await served.start();
    for (const [ttl, expires] of [
      ['60', '2030-01-02T03:05:05.006Z'],
      ['61500ms', '2030-01-02T03:05:06.506Z'],
      ['60001ms', '2030-01-02T03:05:05.007Z'],
      ['630720000', '2049-12-28T03:04:05.006Z'],
      ['630720000000ms', '2049-12-28T03:04:05.006Z'],
    ] as const) {
      const put = await fetch(entityUrl(url, 'k', `&ttl=${ttl}`), { method: 'PUT', body: 'v' });
      if (Date.parse(expires) > maxExpiresMs) {
        expectProblem(await rawOf(put), 400, new Date(maxExpiresMs).toISOString());
        continue;
      }
      for (const method of ['GET', 'HEAD']) {
        const response = await fetch(entityUrl(url, 'k'), { method });
        expect([ttl, response.headers.get('evenkeel-expires')]).toStrictEqual([ttl, expires]);
      }
    }
    await fetch(entityUrl(url, 'k', '&ttl=61500ms'), { method: 'PUT', body: 'v' });
    clock.advance(61_499);
    expect((await fetch(entityUrl(url, 'k'))).status).toBe(200);
    clock.advance(1);
    expect((await fetch(entityUrl(url, 'k'))).status).toBe(404);
    await fetch(entityUrl(url, 'k'), { method: 'PUT', body: 'v' });
    expect((await fetch(entityUrl(url, 'k'))).headers.has('evenkeel-expires')).toBe(false);
  });

  test.each([
    '0',
    '0ms',
    '630720001',
    '630720000001ms',
    '1.5',
    '1s',
    'ms',
    '-1ms',
    '1MS',
    '1 ms',
    '',
  ])('ttl=%s is a 400 that says what it may be', async (ttl) => {
    const connection = new RawConnection(server.url);
    const query = `id=ttl&ttl=${encodeURIComponent(ttl)}`;
    const response = await connection.ask(request('PUT', `/v0/entity?${query}`, [], 'v'));
    expectProblem(response, 400, /1500ms/);
  });
}
