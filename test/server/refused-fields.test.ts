/** Fields that a write may not ignore: the write is refused, in both lanes alike. */
import { expect, test } from 'vitest';
import { RawConnection, request } from '../support/http.js';
import { expectProblem, sharedServer, storedKeys } from './harness.js';

const server = sharedServer();
const entity = '/v0/entity?id=k';

const fields: [string, RegExp, number?][] = [
  ['If-Modified-Since: Sat, 29 Oct 1994 19:43:31 GMT', /the condition if-modified-since/],
  ['IF-UNMODIFIED-SINCE:', /the condition if-unmodified-since/],
  ['Content-Range: bytes 0-0/2', /content-range says that this is a part/, 400],
];

test.each(fields)(
  'a PUT with %s is refused and stores nothing',
  async (field, mentions, status = 501) => {
    const connection = new RawConnection(server.url);
    expectProblem(await connection.ask(request('PUT', entity, [field], 'v')), status, mentions);
    // The request was understood, so its connection goes on.
    expect((await connection.ask(request('GET', entity))).status).toBe(404);
  },
);

test.each(fields)(
  'a DELETE with %s is refused and removes nothing',
  async (field, mentions, status = 501) => {
    const connection = new RawConnection(server.url);
    await connection.ask(request('PUT', entity, [], 'v'));
    expectProblem(await connection.ask(request('DELETE', entity, [field])), status, mentions);
    expect(await storedKeys(server.url)).toStrictEqual(['k']);
    await connection.ask(request('DELETE', entity));
  },
);

test.each(fields)('a GET with %s is answered as without', async (field) => {
  const connection = new RawConnection(server.url);
  await connection.ask(request('PUT', entity, [], 'v'));
  const response = await connection.ask(request('GET', entity, [field]));
  expect([response.status, response.body]).toStrictEqual([200, 'v']);
  await connection.ask(request('DELETE', entity));
});

test('a PUT that is refused for its condition is not asked for its content', async () => {
  const connection = new RawConnection(server.url);
  const fields = ['If-Unmodified-Since: x', 'Expect: 100-continue', 'Content-Length: 1'];
  const response = await connection.ask(request('PUT', entity, fields));
  expectProblem(response, 501, /if-unmodified-since/);
  await connection.closed;
});
