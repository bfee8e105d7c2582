/** Which key a request names. A key may be any bytes, in every spelling of the URL standard. */
import { expect, test } from 'vitest';
import { entityUrl, RawConnection, request } from '../../support/http.js';
import { expectProblem, storedKeys } from '../harness.js';
import type { ServedStore } from './served-store.js';

const names = [
  'key',
  'ключ',
  '鍵',
  'مفتاح',
  '🔑',
  'é',
  'e\u0301',
  'a/b?c=d&e',
  ' ',
  '%41',
  '\n',
  '\0',
];

const escaped = (bytes: number) => '%ff'.repeat(bytes);

export function keySuite(served: ServedStore): void {
  test('keys of any script name each their own entity', async () => {
    const { url } = await served.start();
    for (const name of names)
      await fetch(entityUrl(url, name), { method: 'PUT', body: `value of ${name}` });
    for (const name of names)
      expect(await (await fetch(entityUrl(url, name))).text()).toBe(`value of ${name}`);
    const byBytes = names.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    expect(await storedKeys(url)).toStrictEqual(byBytes);
  });

  test('raw UTF-8 bytes in the target name the key of their escapes or are refused', async () => {
    const { url } = await served.start();
    const raw = Buffer.from('ключ🔑').toString('latin1');
    const put = new RawConnection(url);
    const { status } = await put.ask(request('PUT', `/v0/entity?id=${raw}`, [], 'v'));
    expect(await storedKeys(url)).toStrictEqual(status === 201 ? ['ключ🔑'] : []);
    if (status !== 201) expect(status).toBe(400);
  });

  test('every byte from 0 to 255 is a key by its escape, in digits of either case', async () => {
    const { url } = await served.start();
    const escapes = Array.from(
      { length: 256 },
      (_, byte) => `%${byte.toString(16).padStart(2, '0')}`,
    );
    const connection = new RawConnection(url);
    connection.write(
      escapes.map((id) => request('PUT', `/v0/entity?id=${id}`, [], `value ${id}`)).join(''),
    );
    expect((await connection.answers(256)).map(({ status }) => status)).toStrictEqual(
      Array(256).fill(201),
    );
    connection.write(
      escapes.map((id) => request('GET', `/v0/entity?id=${id.toUpperCase()}`)).join(''),
    );
    const values = (await connection.answers(512)).slice(256).map(({ body }) => body);
    expect(values).toStrictEqual(escapes.map((id) => `value ${id}`));
  });

  test('a plus is a space and %2B is a plus', async () => {
    const { url } = await served.start();
    const connection = new RawConnection(url);
    await connection.ask(request('PUT', '/v0/entity?id=a+b', [], 'space'));
    await connection.ask(request('PUT', '/v0/entity?id=a%2Bb', [], 'plus'));
    expect(await storedKeys(url)).toStrictEqual(['a b', 'a+b']);
    expect((await connection.ask(request('GET', '/v0/entity?id=a%20b'))).body).toBe('space');
    expect((await connection.ask(request('GET', '/v0/entity?id=a%2bb'))).body).toBe('plus');
  });

  test('the parameter is found among others, by its escaped name too', async () => {
    const { url } = await served.start();
    const connection = new RawConnection(url);
    const put = request('PUT', '/v0/entity?ttl=1000&&%69d=k=1&', [], 'v');
    expect((await connection.ask(put)).status).toBe(201);
    expect(await storedKeys(url)).toStrictEqual(['k=1']);
  });

  test.each([
    ['plain', (bytes: number) => 'k'.repeat(bytes)],
    ['escaped', escaped],
  ])('a key of 1 024 bytes is stored and one of 1 025 refused, %s', async (_, spell) => {
    const { url } = await served.start();
    const connection = new RawConnection(url);
    expect(
      (await connection.ask(request('PUT', `/v0/entity?id=${spell(1024)}`, [], 'v'))).status,
    ).toBe(201);
    expect((await connection.ask(request('GET', `/v0/entity?id=${spell(1024)}`))).body).toBe('v');
    for (const method of ['PUT', 'GET', 'DELETE'])
      expectProblem(
        await connection.ask(request(method, `/v0/entity?id=${spell(1025)}`)),
        400,
        /id has 1025 bytes/,
      );
    expect(
      (await connection.ask(request('GET', `/v0/entities?start=${spell(1024)}`))).chunks,
    ).toHaveLength(1);
    for (const target of [`start=${spell(1025)}`, `start=k&end=${spell(1025)}`])
      expectProblem(
        await connection.ask(request('GET', `/v0/entities?${target}`)),
        400,
        /has 1025 bytes/,
      );
  });

  test('a key of 1 024 bytes, fully escaped, fits into the smallest header limit', async () => {
    const { url } = await served.start({ maxHeaderBytes: 4096 });
    const connection = new RawConnection(url);
    const put = request('PUT', `/v0/entity?id=${escaped(1024)}`, [], 'v');
    expect((await connection.ask(put)).status).toBe(201);
  });
}
