/** The errors of the driver as errors of the Store: what failed, and what is known of a write. */
import cassandra from 'cassandra-driver';
import { expect, test } from 'vitest';
import { isWithoutNode, late, ofPart, storeErrorOf } from '#dist/store/cassandra/errors.js';
import type { StoreError } from '#dist/store/store.js';

const { errors, types } = cassandra;
const codes = types.responseErrorCodes;

const write = { isWrite: true, needed: 2, isLost: false, isCopied: false };
const read = { ...write, isWrite: false };

function responseError(code: number, members: object = {}): Error {
  return Object.assign(new errors.ResponseError(code, 'as the node says'), members);
}

function noHost(inner: Error): Error {
  return new errors.NoHostAvailableError({ '127.0.0.1:9042': inner });
}

test.each([
  [codes.unavailableException, { required: 3, alive: 1 }, 1, 'no'],
  [codes.writeTimeout, { blockFor: 3, received: 2 }, 2, 'unknown'],
])(
  'code %i of a write: too few replicas, and whether it is done',
  (code, members, answered, written) => {
    const error = storeErrorOf(cassandra, responseError(code, members), write);
    expect(error).toMatchObject({
      code: 'too-few-replicas',
      replicas: { needed: 2, answered, written },
    });
  },
);

test('a write that a node may have done is never said to be undone', () => {
  const refused = responseError(codes.unavailableException, { alive: 1 });
  for (const error of [refused, noHost(refused)])
    expect(storeErrorOf(cassandra, error, { ...write, isLost: true })).toMatchObject({
      code: 'too-few-replicas',
      replicas: { written: 'unknown' },
    });
});

test('a node that refuses speaks for its copy only once all nodes have failed', () => {
  const refused = responseError(codes.unavailableException, { alive: 1 });
  const copied = { ...write, isCopied: true };
  for (const [error, written] of [
    [refused, 'unknown'],
    [noHost(refused), 'no'],
  ] as const)
    expect(storeErrorOf(cassandra, error, copied)).toMatchObject({ replicas: { written } });
});

test('a write that no node took is not done', () => {
  expect(storeErrorOf(cassandra, noHost(new Error('refused')), write)).toMatchObject({
    code: 'too-few-replicas',
    replicas: { needed: 2, answered: 0, written: 'no' },
    message: expect.stringMatching(/nothing was written/),
  });
});

test('of nodes that saw too few replicas, one says how many there were', () => {
  const refused = responseError(codes.unavailableException, { required: 2, alive: 1 });
  expect(storeErrorOf(cassandra, noHost(refused), write)).toMatchObject({
    replicas: { needed: 2, answered: 1, written: 'no' },
  });
});

test('a cluster without a node that can be asked is told from one that refuses', () => {
  const refused = responseError(codes.unavailableException, { alive: 1 });
  expect(isWithoutNode(cassandra, noHost(new Error('refused')))).toBe(true);
  expect(isWithoutNode(cassandra, new errors.NoHostAvailableError({}))).toBe(true);
  expect(isWithoutNode(cassandra, noHost(refused))).toBe(false);
  expect(isWithoutNode(cassandra, refused)).toBe(false);
});

test('a node that refuses does not speak for one that ended', () => {
  const refused = responseError(codes.unavailableException, { alive: 1 });
  const ended = Object.assign(new Error('Socket was closed'), { isSocketError: true });
  const some = new errors.NoHostAvailableError({
    '127.0.0.1:9042': refused,
    '127.0.0.2:9042': ended,
  });
  const all = new errors.NoHostAvailableError({
    '127.0.0.1:9042': refused,
    '127.0.0.2:9042': refused,
  });
  expect(isWithoutNode(cassandra, some)).toBe(true);
  expect(isWithoutNode(cassandra, all)).toBe(false);
});

test('a node that hangs or ends leaves a write unknown, and nobody counted', () => {
  const hanging = new errors.OperationTimedOutError('slow');
  const ended = Object.assign(new Error('Socket was closed'), { isSocketError: true });
  for (const error of [hanging, ended]) {
    const made = storeErrorOf(cassandra, error, write) as StoreError;
    expect(made.code).toBe('too-few-replicas');
    expect(made.replicas).toEqual({ needed: 2, written: 'unknown' });
  }
  expect(late(write, 5000)).toMatchObject({
    message: expect.stringMatching(/2 replicas did not respond within 5000 ms; the write may be/),
    replicas: { needed: 2, written: 'unknown' },
  });
});

test('a read says nothing of writes', () => {
  const timeout = responseError(codes.readTimeout, { blockFor: 2, received: 1 });
  const made = storeErrorOf(cassandra, timeout, read) as StoreError;
  expect(made.replicas).toEqual({ needed: 2, answered: 1 });
  expect(made.message).toBe('2 replicas must respond, and 1 did; try again, or ask for fewer');
});

test('replicas that fail are not too few: the cause is theirs', () => {
  for (const code of [codes.readFailure, codes.writeFailure]) {
    const isWrite = code === codes.writeFailure;
    const error = responseError(code, { failures: 2 });
    expect(storeErrorOf(cassandra, error, { ...read, isWrite })).toMatchObject({
      code: 'replica-failed',
      cause: error,
    });
  }
});

test('an overloaded node or connection is overload', () => {
  const busy = new errors.BusyConnectionError('127.0.0.1', 2048, 1);
  for (const error of [responseError(codes.overloaded), busy])
    expect(storeErrorOf(cassandra, error, write)).toMatchObject({ code: 'overloaded' });
});

test('an error that is not expected stays as it is', () => {
  const error = responseError(codes.syntaxError);
  expect(storeErrorOf(cassandra, error, write)).toBe(error);
});

test('a part of a value that is lost leaves the entity as it was', () => {
  expect(ofPart(late(write, 10))).toMatchObject({
    code: 'too-few-replicas',
    message: expect.stringMatching(/nothing was written/),
    replicas: { needed: 2, written: 'no' },
  });
  const other = new Error('other');
  expect(ofPart(other)).toBe(other);
});
