/** Ranges of a value's bytes, small and large, as a client sees them. */
import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { entityUrl, RawConnection, request } from '../../support/http.js';
import { expectProblem, rawOf } from '../harness.js';
import type { ServedStore } from './served-store.js';

const MiB = 1024 * 1024;

export function byteRangeSuite(served: ServedStore): void {
  const server = served.shared();

  test('a part of a value is a 206 that says which part, with fields of the whole', async () => {
    const connection = new RawConnection(server.url);
    const target = '/v0/entity?id=part';
    await connection.ask(
      request(
        'PUT',
        `${target}&ttl=1000`,
        ['Content-Type: text/plain', 'Evenkeel-Meta-A: b'],
        '0123456789',
      ),
    );
    const whole = await connection.ask(request('GET', target));
    expect(whole.headers.get('accept-ranges')).toBe('bytes');
    for (const [range, body, contentRange] of [
      ['bytes=2-4', '234', 'bytes 2-4/10'],
      ['bytes=7-', '789', 'bytes 7-9/10'],
      ['bytes=-2', '89', 'bytes 8-9/10'],
      ['bytes=0-', '0123456789', 'bytes 0-9/10'],
    ] as const) {
      const part = await connection.ask(request('GET', target, [`Range: ${range}`]));
      expect([part.status, part.body]).toStrictEqual([206, body]);
      const { 'content-range': ofPart, ...rest } = Object.fromEntries(part.headers);
      expect(ofPart).toBe(contentRange);
      const { date: _date, ...expected } = Object.fromEntries(whole.headers);
      expect(rest).toMatchObject({ ...expected, 'content-length': String(body.length) });
    }
  });

  test('a range behind the value is a 416 that says how long the value is', async () => {
    const connection = new RawConnection(server.url);
    await connection.ask(request('PUT', '/v0/entity?id=short', [], '0123456789'));
    const response = await connection.ask(
      request('GET', '/v0/entity?id=short', ['Range: bytes=10-']),
    );
    expectProblem(response, 416, /10 bytes/);
    expect(response.headers.get('content-range')).toBe('bytes */10');
  });

  test.each(['bytes=0-1, 3-4', 'bytes=0-0\r\nRange: bytes=1-1', 'items=0-1', 'bytes=4-2', ''])(
    'Range: %j brings the whole',
    async (range) => {
      const connection = new RawConnection(server.url);
      await connection.ask(request('PUT', '/v0/entity?id=whole', [], '0123456789'));
      const response = await connection.ask(
        request('GET', '/v0/entity?id=whole', [`Range: ${range}`]),
      );
      expect([response.status, response.body]).toStrictEqual([200, '0123456789']);
    },
  );

  test('HEAD, PUT and DELETE ignore Range, as does a GET of an absent entity', async () => {
    const url = entityUrl(server.url, 'other methods');
    const headers = { Range: 'bytes=0-0' };
    expect((await fetch(url, { headers })).status).toBe(404);
    expect((await fetch(url, { method: 'PUT', body: 'value', headers })).status).toBe(201);
    const head = await fetch(url, { method: 'HEAD', headers });
    expect([head.status, head.headers.get('content-length')]).toStrictEqual([200, '5']);
    expect((await fetch(url, { method: 'DELETE', headers })).status).toBe(202);
  });

  test('a range is of the version that If-Range names, or the whole comes', async () => {
    const url = entityUrl(server.url, 'resumed');
    const put = await fetch(url, { method: 'PUT', body: '0123456789' });
    const version = put.headers.get('etag') ?? '';
    const get = async (ifRange: string) => {
      const response = await fetch(url, { headers: { Range: 'bytes=5-', 'If-Range': ifRange } });
      return [response.status, await response.text()];
    };
    expect(await get(version)).toStrictEqual([206, '56789']);
    expect(await get(`W/${version}`)).toStrictEqual([200, '0123456789']);
    await fetch(url, { method: 'PUT', body: '9876543210' });
    expect(await get(version)).toStrictEqual([200, '9876543210']);
    expect(await get('Sat, 29 Oct 2044 19:43:31 GMT')).toStrictEqual([200, '9876543210']);
  });

  test('conditions come before the range (RFC 9110 § 13.2.2)', async () => {
    const url = entityUrl(server.url, 'ordered');
    const put = await fetch(url, { method: 'PUT', body: '0123456789' });
    const version = put.headers.get('etag') ?? '';
    const status = async (headers: Record<string, string>) =>
      (await fetch(url, { headers: { Range: 'bytes=99-', ...headers } })).status;
    expect(await status({})).toBe(416);
    expect(await status({ 'If-None-Match': version })).toBe(304);
    expect(await status({ 'If-Match': '"1"' })).toBe(412);
    expect(await status({ 'If-Range': '"1"' })).toBe(200);
  });

  test('a large value comes in parts that make up the whole', { timeout: 60_000 }, async () => {
    const url = entityUrl(server.url, 'large');
    const value = randomBytes(3 * MiB + 7);
    await fetch(url, { method: 'PUT', body: value });
    const pieces: Buffer[] = [];
    for (let at = 0; at < value.length; at += MiB) {
      const response = await fetch(url, { headers: { Range: `bytes=${at}-${at + MiB - 1}` } });
      expect(response.status).toBe(206);
      pieces.push(Buffer.from(await response.arrayBuffer()));
    }
    expect(Buffer.concat(pieces).equals(value)).toBe(true);
    const one = await fetch(url, { headers: { Range: `bytes=${2 * MiB}-${2 * MiB}` } });
    expect(Buffer.from(await one.arrayBuffer())).toStrictEqual(
      value.subarray(2 * MiB, 2 * MiB + 1),
    );
    expectProblem(
      await rawOf(await fetch(url, { headers: { Range: `bytes=${value.length}-` } })),
      416,
      String(value.length),
    );
  });
}
