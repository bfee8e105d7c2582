/**
 * The promise of the service: a GET returns the value that was put, byte for byte, under exactly
 * the key that was named.
 */
import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { entityUrl, RawConnection, request } from '../../support/http.js';
import { expectProblem, rawOf, storedKeys } from '../harness.js';
import { type ServedStore, scriptedClock } from './served-store.js';

const MiB = 1024 * 1024;

export function entitySuite(served: ServedStore): void {
  const shared = served.shared();

  test('a value comes back byte for byte, at every size from nothing to the limit', async () => {
    const { url } = await served.start();
    for (const bytes of [0, 1, 65_535, 65_536, MiB, 16 * MiB]) {
      const value = randomBytes(bytes);
      const put = await fetch(entityUrl(url, 'k'), { method: 'PUT', body: value });
      expect([put.status, put.headers.get('content-length'), await put.text()]).toStrictEqual([
        201,
        '0',
        '',
      ]);
      const got = await fetch(entityUrl(url, 'k'));
      expect([got.status, got.headers.get('content-length')]).toStrictEqual([200, String(bytes)]);
      expect(got.headers.get('content-type')).toBe('application/octet-stream');
      expect(value.equals(new Uint8Array(await got.arrayBuffer()))).toBe(true);
    }
  });

  test('a value of one byte past the limit is refused and what was there stays', async () => {
    const { url } = await served.start({ maxValueBytes: 1000 });
    const full = 'v'.repeat(1000);
    expect((await fetch(entityUrl(url, 'k'), { method: 'PUT', body: full })).status).toBe(201);
    expectProblem(
      await rawOf(await fetch(entityUrl(url, 'k'), { method: 'PUT', body: `${full}v` })),
      413,
      /at most 1000 bytes/,
    );
    expect(await (await fetch(entityUrl(url, 'k'))).text()).toBe(full);
  });

  test('the last PUT wins, and a DELETE makes the entity absent, or leaves it so', async () => {
    const { url } = await served.start();
    for (const body of ['first', 'second'])
      await fetch(entityUrl(url, 'k'), { method: 'PUT', body });
    expect(await (await fetch(entityUrl(url, 'k'))).text()).toBe('second');
    for (let round = 0; round < 2; round++) {
      const deleted = await fetch(entityUrl(url, 'k'), { method: 'DELETE' });
      expect([deleted.status, await deleted.text()]).toStrictEqual([202, '']);
      expectProblem(await rawOf(await fetch(entityUrl(url, 'k'))), 404, /no entity/);
    }
  });

  test('HEAD answers as GET would, without the value', async () => {
    const { url } = await served.start();
    await fetch(entityUrl(url, 'k'), { method: 'PUT', body: 'HTTP/1.1 value' });
    const connection = new RawConnection(url);
    // A HEAD's answer has a length and no content, so the next answer follows its head at once.
    connection.write(
      request('HEAD', '/v0/entity?id=k') +
        request('HEAD', '/v0/entity?id=absent') +
        request('GET', '/v0/status', ['Connection: close']),
    );
    await connection.closed;
    const [value, absent, status] = connection.received.split('\r\n\r\n');
    expect(value).toMatch(/^HTTP\/1\.1 200 (.|\r\n)*Content-Length: 14(\r\n|$)/);
    expect(absent).toMatch(/^HTTP\/1\.1 404 /);
    expect(status).toMatch(/^HTTP\/1\.1 200 /);
  });

  test('a status request says that the server is serving', async () => {
    const response = await fetch(`${shared.url}/v0/status`);
    expect([response.status, await response.json()]).toStrictEqual([200, { status: 'serving' }]);
    expect((await fetch(`${shared.url}/v0/status`, { method: 'HEAD' })).status).toBe(200);
  });

  test('a value is chunked or measured by its sender, and stored the same', async () => {
    const { url } = await served.start();
    const connection = new RawConnection(url);
    const chunked = ['Transfer-Encoding: chunked'];
    const put = request('PUT', '/v0/entity?id=k', chunked);
    expect(
      (await connection.ask(`${put}3\r\na\r\n\r\nA;x="y"\r\n0123456789\r\n0\r\nTrailer: t\r\n\r\n`))
        .status,
    ).toBe(201);
    expect((await connection.ask(request('GET', '/v0/entity?id=k'))).body).toBe('a\r\n0123456789');
    expect((await connection.ask(`${put}0\r\n\r\n`)).status).toBe(201);
    expect((await connection.ask(request('GET', '/v0/entity?id=k'))).body).toBe('');
  });

  test('a value that arrives a byte at a time is the same value', async () => {
    const { url } = await served.start();
    const connection = new RawConnection(url);
    for (const byte of request('PUT', '/v0/entity?id=k', [], 'slow')) {
      connection.write(byte);
      await new Promise(setImmediate);
    }
    expect((await connection.answers(1))[0]?.status).toBe(201);
    expect((await connection.ask(request('GET', '/v0/entity?id=k'))).body).toBe('slow');
  });

  test('an entity with a time to live is there, and then absent to GET and to ranges', async () => {
    const clock = scriptedClock();
    const { url } = await served.start();
    await fetch(entityUrl(url, 'stays'), { method: 'PUT', body: 'v' });
    const put = await fetch(entityUrl(url, 'goes', '&ttl=60'), { method: 'PUT', body: 'v' });
    expect(put.status).toBe(201);
    clock.advance(59_999);
    const statusNow = async () => (await fetch(entityUrl(url, 'goes'))).status;
    expect(await statusNow()).toBe(200);
    expect(await storedKeys(url)).toStrictEqual(['goes', 'stays']);
    clock.advance(1);
    expect(await statusNow()).toBe(404);
    expect(await storedKeys(url)).toStrictEqual(['stays']);
  });

  test('a PUT without a time to live makes an expiring entity stay', async () => {
    const clock = scriptedClock();
    const { url } = await served.start();
    await fetch(entityUrl(url, 'k', '&ttl=1'), { method: 'PUT', body: 'goes' });
    await fetch(entityUrl(url, 'witness', '&ttl=1'), { method: 'PUT', body: 'goes' });
    await fetch(entityUrl(url, 'k'), { method: 'PUT', body: 'stays' });
    clock.advance(1000);
    expect((await fetch(entityUrl(url, 'witness'))).status).toBe(404);
    expect(await (await fetch(entityUrl(url, 'k'))).text()).toBe('stays');
  });

  const counts = replicaCounts(served.capabilities.replicas);

  test.each(
    ['GET', 'PUT', 'DELETE'].flatMap((method) => counts.map((count) => [method, count] as const)),
  )('%s takes replicas=%s', async (method, count) => {
    await fetch(entityUrl(shared.url, 'k'), { method: 'PUT', body: 'v' });
    const response = await fetch(entityUrl(shared.url, 'k', `&replicas=${count}`), { method });
    expect(response.ok).toBe(true);
  });

  test('the document of the interface lists the counts of replicas of the store', async () => {
    const document = await (await fetch(`${shared.url}/v0/openapi.json`)).text();
    expect(document).toContain(`"enum":${JSON.stringify(counts)}`);
  });
}

/** Each `ack/from` of a store with so many. */
function replicaCounts(replicas: number): string[] {
  const numbers = Array.from({ length: replicas }, (_, at) => at + 1);
  return numbers.flatMap((from) => numbers.slice(0, from).map((ack) => `${ack}/${from}`));
}
