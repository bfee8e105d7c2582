/** A wrong call does not compile: `npm run check` fails if one of these lines does. */
import { expect, expectTypeOf, test } from 'vitest';
import { type Entity, type ErrorCode, EvenkeelClient, type EvenkeelError } from '#client';

const store = new EvenkeelClient('http://127.0.0.1:1');
interface User {
  readonly name: string;
  readonly email?: string;
}

test('what a call returns has its type', () => {
  expectTypeOf(store.get).returns.resolves.toEqualTypeOf<Entity | undefined>();
  expectTypeOf(store.getText).returns.resolves.toEqualTypeOf<string | undefined>();
  expectTypeOf(store.getJson<User>).returns.resolves.toEqualTypeOf<User | undefined>();
  expectTypeOf(store.put).returns.resolves.toEqualTypeOf<{ readonly version: string }>();
  expectTypeOf(store.delete).returns.resolves.toEqualTypeOf<boolean | undefined>();
  expectTypeOf(store.list).returns.toEqualTypeOf<AsyncGenerator<Entity, void>>();
  expectTypeOf<EvenkeelError['code']>().toEqualTypeOf<ErrorCode>();
  expectTypeOf<'condition-failed'>().toExtend<ErrorCode>();
  expectTypeOf<'conflict'>().not.toExtend<ErrorCode>();
  // Without an await, a forgotten undefined is an error too.
  expectTypeOf<Entity | undefined>().not.toExtend<Entity>();
});

/** Not run: only its types matter. */
async function calls(user: User, date: Date, bytes: Uint8Array): Promise<void> {
  await store.put('key', 'text', { ttlMs: 1500, ifVersion: '7', replicas: '2/3' });
  await store.put(bytes, bytes, { ifAbsent: true, contentType: 'image/png', meta: { a: 'b' } });
  await store.putJson('key', user);
  await store.putJson('key', { a: [1, null, { b: true }], c: 'text' });
  await store.delete('key', { ifPresent: true });
  await store.deleteRange({ all: true });
  await store.deleteRange({ end: 'b', timeoutMs: 600_000 });
  for await (const entity of store.list({ prefix: 'user/', limit: 3, order: 'desc' }))
    expectTypeOf(entity.json<User>()).toEqualTypeOf<User>();

  await store.batch([
    { key: 'a', value: bytes, ttlMs: 5 },
    { key: 'b', delete: true, ifVersion: '7' },
  ]);
  for (const result of await store.atomic([{ key: 'a', value: 'text' }]))
    expectTypeOf(result.kind).toEqualTypeOf<'put' | 'delete'>();
  for await (const result of store.stream([]))
    if (result.kind === 'failed') expectTypeOf(result.error).toEqualTypeOf<EvenkeelError>();

  // @ts-expect-error an operation puts or deletes
  await store.batch([{ key: 'a', value: 'text', delete: true }]);
  // @ts-expect-error one of them
  await store.batch([{ key: 'a' }]);
  // @ts-expect-error a deletion has no time to live
  await store.batch([{ key: 'a', delete: true, ttlMs: 5 }]);
  // @ts-expect-error one condition per operation
  await store.atomic([{ key: 'a', value: '', ifAbsent: true, ifPresent: true }]);
  // @ts-expect-error putJson takes an object
  await store.put('key', user);
  // @ts-expect-error nor is a number
  await store.put('key', 7);
  // @ts-expect-error a key is text or bytes
  await store.get(7);
  // @ts-expect-error the version of an entity is a string, as the ETag is
  await store.put('key', 'text', { ifVersion: 7 });
  // @ts-expect-error one condition per call
  await store.put('key', 'text', { ifVersion: '7', ifAbsent: true });
  // @ts-expect-error leave the condition out instead
  await store.put('key', 'text', { ifAbsent: false });
  // @ts-expect-error the unit is in the name
  await store.put('key', 'text', { ttl: 1500 });
  // @ts-expect-error a read has no condition
  await store.get('key', { ifVersion: '7' });
  // @ts-expect-error acknowledgements of how many replicas
  await store.get('key', { replicas: 'quorum' });
  // @ts-expect-error a deletion has no time to live
  await store.delete('key', { ttlMs: 5 });
  // @ts-expect-error a prefix is a range already
  store.list({ prefix: 'a', start: 'b' });
  // @ts-expect-error which entities?
  await store.deleteRange({});
  // @ts-expect-error all of them, or those?
  await store.deleteRange({ prefix: 'a', all: true });
  // @ts-expect-error an order has a name
  store.list({ order: 'reverse' });
  // @ts-expect-error JSON would give back text
  await store.putJson('key', date);
  // @ts-expect-error JSON would give back {}
  await store.putJson('key', { tags: new Set(['a']) });
  // @ts-expect-error JSON would give back an object of numbers
  await store.putJson('key', bytes);
  // @ts-expect-error JSON has no text for it
  await store.putJson('key', undefined);
  // @ts-expect-error nor for a function
  await store.putJson('key', { run: () => 1 });
  // @ts-expect-error the entity may be absent
  (await store.get('key')).text();
  // @ts-expect-error a list of keys has no values
  for await (const key of store.listKeys()) key.value;
}

test('the calls of this file are only compiled', () => {
  expect(calls).toBeTypeOf('function');
});
