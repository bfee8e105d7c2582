/** When a second node is asked too, without a response of the first. */
import cassandra from 'cassandra-driver';
import { expect, test } from 'vitest';
import { speculation, speculativeDelayMs } from '#dist/store/cassandra/client.js';
import { Statements } from '#dist/store/cassandra/statements.js';

test('a chunk is copied once, and waits longer for it than other requests', () => {
  const statements = new Statements('k');
  const policy = speculation(cassandra, statements);
  const delays = (query: string | object[]) => {
    const plan = policy.newPlan('k', query);
    return [plan.nextExecution(), plan.nextExecution()];
  };
  for (const query of [statements.get, statements.put, statements.getChunk, [{}]])
    expect(delays(query)).toEqual([speculativeDelayMs, -1]);
  const [first, second] = delays(statements.putChunk);
  expect(first).toBeGreaterThan(speculativeDelayMs);
  expect(second).toBe(-1);
});
