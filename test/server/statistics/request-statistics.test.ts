/** The server counts its requests: each one once, in either lane. */
import { expect, it } from 'vitest';
import {
  type CountedOperation,
  RequestStatistics,
} from '#dist/server/statistics/request-statistics.js';
import { entityUrl, RawConnection, request } from '../../support/http.js';
import { expectIdle, type Lanes, startServer } from '../harness.js';

it('counts by operation and status, and latencies by operation', () => {
  const statistics = new RequestStatistics();
  const record = (operation: CountedOperation, status: number, us?: number) => {
    const row = statistics.rowOf(operation);
    statistics.count(row, status);
    if (us !== undefined) statistics.time(row, us);
  };
  record('get', 200, 12);
  record('get', 404, 20);
  record('get', 200, 900);
  record('put', 0, 5);
  record('other', 503);
  expect([...statistics.statusCounts()]).toEqual([
    { operation: 'get', status: 200, count: 2 },
    { operation: 'get', status: 404, count: 1 },
    { operation: 'put', status: 0, count: 1 },
    { operation: 'other', status: 503, count: 1 },
  ]);
  expect(statistics.total).toBe(5);
  expect(statistics.latencyUs('get')).toMatchObject({ count: 3, sum: 932 });
  expect(statistics.latencyUs('get').quantile(0.5)).toBeCloseTo(20, 0);
  expect(statistics.latencyUs('other').count).toBe(0);
});

it.each<Lanes>(['both', 'full'])('counts each request once, with the lanes %s', async (lanes) => {
  const server = await startServer({}, undefined, { lanes });
  const counts = () =>
    Object.fromEntries(
      [...server.statistics().requests.statusCounts()].map(
        ({ operation, status, count }) => [`${operation} ${status}`, count] as const,
      ),
    );
  const connection = new RawConnection(server.url);
  const target = '/v0/entity?id=k';
  for (let n = 0; n < 3; n++) await connection.ask(request('PUT', target, [], 'value'));
  for (let n = 0; n < 5; n++) await connection.ask(request('GET', target));
  await fetch(`${server.url}${target}`, { method: 'HEAD' });
  await connection.ask(request('GET', '/v0/entity?id=none'));
  await connection.ask(request('DELETE', target));
  await connection.ask(request('PUT', target, ['If-Match: *'], 'value'));
  await connection.ask(request('GET', '/v0/status'));
  await connection.ask(request('GET', '/v0/entities?prefix=a'));
  await connection.ask(request('PATCH', target));
  // Large contents leave piece by piece.
  const large = Buffer.alloc(600_000, 'x');
  await fetch(entityUrl(server.url, 'large'), { method: 'PUT', body: large });
  expect((await (await fetch(entityUrl(server.url, 'large'))).arrayBuffer()).byteLength).toBe(
    large.length,
  );
  await expectIdle(server);
  expect(counts()).toEqual({
    'put 201': 4,
    'get 200': 7,
    'get 404': 1,
    'delete 202': 1,
    'put 412': 1,
    'status 200': 1,
    'range 200': 1,
    'other 405': 1,
  });
  expect(server.statistics().requests.latencyUs('get').count).toBe(8);

  const raw = new RawConnection(server.url);
  expect((await raw.ask('nonsense\r\n\r\n')).status).toBe(400);
  expect(counts()).toMatchObject({ 'other 400': 1, 'other 405': 1 });
});

it('counts bytes and connections, of those that are closed too', async () => {
  const server = await startServer();
  const sent = request('GET', '/v0/entity?id=k');
  const first = new RawConnection(server.url);
  const { body } = await first.ask(sent);
  const open = server.statistics().connections;
  expect(open).toMatchObject({ open: 1, accepted: 1, refused: 0, receivedBytes: sent.length });
  expect(open.sentBytes).toBeGreaterThan(body.length);
  first.destroy();
  await expect.poll(() => server.statistics().connections.open).toBe(0);
  expect(server.statistics().connections).toMatchObject({
    receivedBytes: sent.length,
    sentBytes: open.sentBytes,
  });
});
