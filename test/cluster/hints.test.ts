/** Writes that dead nodes missed: others keep hints of them, and play these once a node is back. */
import { randomUUID } from 'node:crypto';
import cassandra from 'cassandra-driver';
import { afterEach, expect, onTestFinished, test } from 'vitest';
import { ask, startGateway, statusOf } from './gateway.js';
import { cluster, emptyKeyspace } from './keyspace.js';

afterEach(() => cluster.heal());

/** The records that a node has, by a client that asks no other. */
async function recordsOn(node: number): Promise<() => Promise<Buffer[]>> {
  const { AllowListPolicy, RoundRobinPolicy } = cassandra.policies.loadBalancing;
  const address = cluster.addressOf(node);
  const client = new cassandra.Client({
    contactPoints: [address],
    localDataCenter: 'dc1',
    policies: { loadBalancing: new AllowListPolicy(new RoundRobinPolicy(), [address]) },
  });
  onTestFinished(() => client.shutdown());
  await client.connect();
  return async () => {
    const consistency = cassandra.types.consistencies.one;
    const query = 'SELECT record FROM evenkeel_test.entity';
    const { rows } = await client.execute(query, [], { consistency, fetchSize: 5000 });
    return rows.map((row) => row.get('record') as Buffer);
  };
}

test('500 writes at 1/3 with two nodes dead are read from one that is back, alone', async () => {
  await emptyKeyspace();
  const gateway = await startGateway();
  const value = randomUUID();
  const ids = Array.from({ length: 500 }, (_, number) => `hint-${number}`);
  await cluster.kill(2);
  await cluster.kill(3);
  const put = (id: string) => statusOf(gateway, 'PUT', id, '&replicas=1/3', value);
  const statuses = await Promise.all(ids.map(put));
  expect(statuses.filter((status) => status !== 201)).toEqual([]);

  await cluster.restart(2);
  const records = await recordsOn(2);
  const found = async () => (await records()).filter((record) => record.includes(value)).length;
  await expect.poll(found).toBe(ids.length);
  await cluster.kill(1);
  const replies = await Promise.all(
    ids.map((id) => ask(gateway, 'GET', `/v0/entity?id=${id}&replicas=1/3`)),
  );
  expect(replies.filter(({ text }) => text !== value)).toEqual([]);
});
