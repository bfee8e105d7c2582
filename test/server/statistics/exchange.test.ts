/** A request is timed until its response is handed over, and counted once. */
import { connect, createServer } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { AccessLog, type LoggedRequest } from '#dist/server/statistics/access-log.js';
import { Exchange, noResponse } from '#dist/server/statistics/exchange.js';
import { RequestStatistics } from '#dist/server/statistics/request-statistics.js';
import { RawConnection, request } from '../../support/http.js';
import { expectIdle, startServer } from '../harness.js';

const key = Buffer.from('a');
const get = { kind: 'get', key } as never;

async function start() {
  const server = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  const socket = connect((server.address() as { port: number }).port, '127.0.0.1');
  await new Promise((resolve) => socket.once('connect', resolve));
  onTestFinished(() => void socket.destroy());
  const statistics = new RequestStatistics();
  const logged: LoggedRequest[] = [];
  const accessLog = new AccessLog({ share: 1, onRequest: (each) => logged.push(each) });
  const exchange = new Exchange({ statistics, accessLog }, socket);
  return { exchange, statistics, logged };
}

it('those of one turn wait for each other, and end when they are handed over', async () => {
  const { exchange, statistics, logged } = await start();
  const beganMs = performance.now() - 50;
  for (const status of [200, 404, noResponse]) {
    exchange.begin('GET', 0, beganMs);
    exchange.asksFor(get);
    exchange.end(status, 7);
  }
  expect(statistics.latencyUs('get').count).toBe(0);
  expect(logged).toEqual([]);
  exchange.left();
  const { count, sum } = statistics.latencyUs('get');
  expect(count).toBe(3);
  expect(sum).toBeGreaterThanOrEqual(3 * 50_000);
  expect(logged.map(({ status }) => status)).toEqual([200, 404, undefined]);
  expect(logged[0]).toMatchObject({ key: 'a', responseBytes: 7, client: '127.0.0.1' });
  expect(logged.every(({ ms }) => ms >= 50)).toBe(true);
  exchange.left();
  expect([statistics.latencyUs('get').count, logged.length]).toEqual([3, 3]);
});

it('bytes that are not a request are counted, and have no time', async () => {
  const { exchange, statistics, logged } = await start();
  exchange.end(400, 0);
  exchange.left();
  expect([...statistics.statusCounts()]).toEqual([{ operation: 'other', status: 400, count: 1 }]);
  expect([statistics.latencyUs('other').count, logged.length]).toEqual([0, 0]);
});

it('pipelined requests are all timed, also behind one that waits for the disk', async () => {
  const server = await startServer();
  const connection = new RawConnection(server.url);
  const target = '/v0/entity?id=k';
  const [put, read] = [request('PUT', target, [], 'value'), request('GET', target)];
  connection.write([put, read, read, put, read].join(''));
  expect((await connection.answers(5)).map(({ status }) => status)).toEqual([
    201, 200, 200, 201, 200,
  ]);
  await expectIdle(server);
  const { requests } = server.statistics();
  expect([requests.latencyUs('put').count, requests.latencyUs('get').count]).toEqual([2, 3]);
});
