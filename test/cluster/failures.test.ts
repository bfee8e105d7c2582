/** Nodes that die, hang and come back: what a gateway still promises, and what it says. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ask, startGateway, statusOf } from './gateway.js';
import { cluster, madeKeyspace } from './keyspace.js';

beforeEach(async () => {
  await madeKeyspace();
});
afterEach(() => cluster.heal());

const counts = [
  [1, 3],
  [2, 3],
  [3, 3],
  [1, 2],
  [2, 2],
  [1, 1],
] as const;
/** Until it has read a table for some seconds, a node asks a third replica after 2.5 s only. */
const warmUpMs = 8000;
/** Replicas that a write at ack/from waits for, of three. */
const writeNeeds = (ack: number, from: number) => ack + 3 - from;

test('a GET at b/f sees the PUT and the DELETE at a/f, for each a + b > f', async () => {
  const gateway = await startGateway();
  for (const [a, from] of counts)
    for (const [b] of counts.filter(([ack, of]) => of === from && a + ack > from)) {
      const id = `seen-${a}-${b}-${from}`;
      const write = `&replicas=${a}/${from}`;
      const read = `&replicas=${b}/${from}`;
      expect(await statusOf(gateway, 'PUT', id, write, 'v')).toBe(201);
      expect(await statusOf(gateway, 'GET', id, read)).toBe(200);
      expect(await statusOf(gateway, 'DELETE', id, write)).toBe(202);
      expect(await statusOf(gateway, 'GET', id, read)).toBe(404);
    }
});

test('with one node dead, what needs two replicas is done, what needs three is a 504', async () => {
  const gateway = await startGateway({ replicaTimeoutMs: 2000 });
  await cluster.kill(3);
  for (const [a, from] of counts) {
    const id = `dead-${a}-${from}`;
    const put = await ask(gateway, 'PUT', `/v0/entity?id=${id}&replicas=${a}/${from}`, {
      body: 'v',
    });
    if (writeNeeds(a, from) < 3) {
      expect(put.status).toBe(201);
      for (const [b] of counts.filter(([b, of]) => of === from && b < 3 && a + b > from))
        expect(await statusOf(gateway, 'GET', id, `&replicas=${b}/${from}`)).toBe(200);
    } else {
      expect(put.status).toBe(504);
      expect(JSON.parse(put.text)).toMatchObject({
        title: 'Gateway Timeout',
        needed: 3,
        written: expect.stringMatching(/^(no|unknown)$/),
      });
    }
  }
  expect(await statusOf(gateway, 'GET', 'dead-2-3', '&replicas=3/3')).toBe(504);
  // Once the node is known to be dead, a refusal says that nothing was written.
  await expect
    .poll(async () => {
      const put = await ask(gateway, 'PUT', '/v0/entity?id=known&replicas=3/3', { body: 'v' });
      return JSON.parse(put.text);
    })
    .toMatchObject({ status: 504, needed: 3, answered: 2, written: 'no' });
  expect((await ask(gateway, 'GET', '/v0/status')).status).toBe(200);
});

test('without a quorum the status is 503 until it is back; no restart is needed', async () => {
  const gateway = await startGateway({ replicaTimeoutMs: 2000 });
  await cluster.kill(2);
  await cluster.kill(3);
  const status = async () => (await ask(gateway, 'GET', '/v0/status')).status;
  await expect.poll(status).toBe(503);
  expect(gateway.reports).toMatchObject([{ code: 'no-quorum' }]);
  const refused = await ask(gateway, 'GET', '/v0/entity?id=quorum');
  expect(refused.status).toBe(504);
  expect(await statusOf(gateway, 'PUT', 'one', '&replicas=1/3', 'v')).toBe(201);
  await cluster.heal();
  await expect.poll(status).toBe(200);
  expect(await statusOf(gateway, 'PUT', 'quorum', '', 'v')).toBe(201);
  expect(await statusOf(gateway, 'GET', 'one', '&replicas=3/3')).toBe(200);
});

test('while a node is dead or hangs, each request at 3/3 is a 504 by its deadline', async () => {
  const gateway = await startGateway({ replicaTimeoutMs: 2000 });
  for (const breakNode of [() => cluster.kill(2), () => cluster.pause(3)]) {
    await breakNode();
    const replies = await Promise.all(
      Array.from({ length: 32 }, (_, worker) => {
        const method = worker % 2 ? 'GET' : 'PUT';
        const target = `/v0/entity?id=all-${worker}&replicas=3/3`;
        return ask(gateway, method, target, worker % 2 ? {} : { body: 'v' });
      }),
    );
    for (const { status, text } of replies) {
      expect(status).toBe(504);
      expect(JSON.parse(text).detail).toMatch(/^3 replicas (did not respond within 2000 ms|must)/);
    }
    await cluster.heal();
  }
});

test('while each node in turn is killed and paused, no request at 2/3 fails', async () => {
  const gateway = await startGateway();
  const failures: string[] = [];
  let isOver = false;
  let requests = 0;
  let slowestMs = 0;
  const workers = Array.from({ length: 32 }, async (_, worker) => {
    for (let turn = 0; !isOver; turn++) {
      const [method, body] = (turn + worker) % 2 ? (['GET'] as const) : (['PUT', 'v'] as const);
      const target = `/v0/entity?id=w-${worker}&replicas=2/3`;
      const beganMs = performance.now();
      const { status, text } = await ask(gateway, method, target, body ? { body } : {});
      slowestMs = Math.max(slowestMs, performance.now() - beganMs);
      if (status !== 201 && status !== 200 && !(status === 404 && turn <= 1))
        failures.push(`${method} ${status} ${text}`);
      requests++;
      await sleep(20);
    }
  });
  await sleep(warmUpMs);
  for (const node of cluster.nodes) {
    await cluster.kill(node);
    await sleep(2000);
    await cluster.restart(node);
    await cluster.pause(node);
    await sleep(4000);
    await cluster.resume(node);
    await cluster.ready();
  }
  isOver = true;
  await Promise.all(workers);
  console.log(`${requests} requests, the slowest ${Math.round(slowestMs)} ms`);
  expect(failures).toEqual([]);
  expect(requests).toBeGreaterThan(100);
});
