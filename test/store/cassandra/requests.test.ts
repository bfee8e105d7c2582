/** Requests while no node can be asked: they wait for one, and say so at their deadline. */
import cassandra from 'cassandra-driver';
import { expect, test } from 'vitest';
import type { Client } from '#dist/store/cassandra/driver.js';
import { Levels } from '#dist/store/cassandra/levels.js';
import { Requests } from '#dist/store/cassandra/requests.js';
import { Turns } from '#dist/store/cassandra/turns.js';

const { quorum } = new Levels(cassandra, 3);
const { NoHostAvailableError, OperationTimedOutError } = cassandra.errors;

/** Over a client that does this each time. It counts the times. */
function requestsOver(execute: (sends: number) => Promise<object>, timeoutMs: number) {
  const client = { execute: () => execute(++sent.count) } as unknown as Client;
  const sent = { count: 0 };
  const turns = new Turns(0);
  return { sent, requests: new Requests({ driver: cassandra, client, turns, timeoutMs }) };
}

test('a request waits for a node for as long as it may, not only for a while', async () => {
  const down = new NoHostAvailableError({});
  const slow = new NoHostAvailableError({ '127.0.0.1:9042': new OperationTimedOutError('slow') });
  const { sent, requests } = requestsOver(async (sends) => {
    if (sends <= 30) throw sends % 2 ? down : slow;
    return { rows: [{ name: 'v' }] };
  }, 60_000);
  expect(await requests.read('SELECT', [], quorum)).toMatchObject({ rows: [{ name: 'v' }] });
  expect(sent.count).toBe(31);
});

test('a write without a node until its deadline is not done, and not sent after it', async () => {
  const { sent, requests } = requestsOver(async () => {
    throw new NoHostAvailableError({});
  }, 400);
  await expect(requests.write('INSERT', [], quorum)).rejects.toMatchObject({
    code: 'too-few-replicas',
    message: '2 replicas must respond, and 0 can; nothing was written',
    replicas: { needed: 2, answered: 0, written: 'no' },
  });
  const { count } = sent;
  expect(count).toBeGreaterThan(1);
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(sent.count).toBe(count);
});

test('a write that a node still has at its deadline may be done', async () => {
  const { requests } = requestsOver((sends) => {
    if (sends === 1) return Promise.reject(new NoHostAvailableError({}));
    return new Promise(() => {});
  }, 400);
  await expect(requests.write('INSERT', [], quorum)).rejects.toMatchObject({
    message: expect.stringMatching(/^2 replicas did not respond within 400 ms; the write may be/),
    replicas: { needed: 2, written: 'unknown' },
  });
});
