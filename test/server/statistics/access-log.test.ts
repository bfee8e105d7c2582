/** Which requests the access log tells of, and that it tells no more than it says. */
import { expect, it } from 'vitest';
import {
  AccessLog,
  type LoggedRequest,
  percentEncoded,
} from '#dist/server/statistics/access-log.js';
import { RawConnection, request } from '../../support/http.js';
import { startServer } from '../harness.js';

it('takes the share that was asked for, by chance and not by a step', () => {
  const draws = [0.5, 0.24, 0.25, 0, 0.99];
  const log = new AccessLog({ share: 0.25, onRequest: () => {} }, () => draws.shift() as number);
  expect([1, 2, 3, 4, 5].map(() => log.takesNext())).toEqual([false, true, false, true, false]);
});

it('tells keys percent-encoded, byte by byte', () => {
  expect(percentEncoded(Buffer.from('a-Z.0_~'))).toBe('a-Z.0_~');
  expect(percentEncoded(Buffer.from('a b/ü\n"%'))).toBe('a%20b%2F%C3%BC%0A%22%25');
});

it('with a share of 1 tells all, but no value, token or unknown parameter', async () => {
  const logged: LoggedRequest[] = [];
  const accessLog = { share: 1, onRequest: (one: LoggedRequest) => void logged.push(one) };
  const server = await startServer({}, undefined, { accessLog });
  const connection = new RawConnection(server.url);
  const secret = 'Authorization: Bearer secret-token';
  await connection.ask(request('PUT', '/v0/entity?id=a%20key', [secret], 'secret-value'));
  await connection.ask(request('GET', '/v0/entity?id=a%20key'));
  await connection.ask(request('GET', '/v0/entity?id=none'));
  await connection.ask(request('DELETE', '/v0/entity?id=a+key', [secret]));
  await connection.ask(request('GET', '/v0/entities?start=a&end=b'));
  await connection.ask(request('GET', '/v0/entity?id=k&password=secret-word'));
  await connection.ask(request('GET', '/secret-path'));
  await server.close();

  expect(JSON.stringify(logged)).not.toContain('secret');
  const entity = '/v0/entity';
  expect(logged).toMatchObject([
    { operation: 'put', method: 'PUT', path: entity, key: 'a%20key', status: 201 },
    { operation: 'get', method: 'GET', path: entity, key: 'a%20key', status: 200 },
    { operation: 'get', method: 'GET', path: entity, key: 'none', status: 404 },
    { operation: 'delete', method: 'DELETE', path: entity, key: 'a%20key', status: 202 },
    { operation: 'range', method: 'GET', path: '/v0/entities', start: 'a', end: 'b', status: 200 },
    { operation: 'other', method: 'GET', status: 400 },
    { operation: 'other', method: 'GET', status: 400 },
  ]);
  expect(logged[0]).toMatchObject({ requestBytes: 12, responseBytes: 0, client: '127.0.0.1' });
  expect(logged[1]).toMatchObject({ requestBytes: 0, responseBytes: 12 });
  for (const { ms } of logged) expect(ms).toBeGreaterThan(0);
  expect(logged).toHaveLength(7);
});
