/** Which requests go to another node, and which of those may be done already. */
import { expect, test } from 'vitest';
import { Attempts } from '#dist/store/cassandra/attempts.js';

const nextNode = { decision: 1, useCurrentHost: false };
const rethrow = { decision: 0 };

test('a node that sees too few replicas is not the last word, and nothing is done by it', () => {
  const attempts = new Attempts();
  expect(attempts.onUnavailable({ nbRetry: 0 })).toMatchObject(nextNode);
  expect(attempts.onUnavailable({ nbRetry: 1 })).toMatchObject(nextNode);
  expect(attempts.onUnavailable({ nbRetry: 2 })).toMatchObject(rethrow);
  expect(attempts.retries).toBe(0);
});

test('a node that hangs is left for the next, and may have done it', () => {
  const attempts = new Attempts();
  expect(attempts.onRequestError()).toMatchObject(nextNode);
  expect(attempts.retries).toBe(1);
});

test('replicas that were late stay late, and nothing goes on past the deadline', () => {
  const attempts = new Attempts();
  expect(attempts.onReadTimeout()).toMatchObject(rethrow);
  expect(attempts.onWriteTimeout()).toMatchObject(rethrow);
  attempts.isOver = true;
  expect(attempts.onRequestError()).toMatchObject(rethrow);
  expect(attempts.onUnavailable({ nbRetry: 0 })).toMatchObject(rethrow);
});
