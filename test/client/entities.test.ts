/** The client against a real server: one entity at a time. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EvenkeelClient } from '#client';
import { serveHere } from '../support/serve.js';

async function client(): Promise<EvenkeelClient> {
  return new EvenkeelClient((await serveHere()).url);
}

test('what is put as text, bytes or JSON comes back as it was', async () => {
  const store = await client();
  await store.put('text', 'größer');
  await store.put('bytes', Uint8Array.of(0, 255, 10));
  await store.put('empty', '');
  await store.putJson('json', { name: 'Ada', born: 1815, tags: ['a', null] });

  expect(await store.getText('text')).toBe('größer');
  expect((await store.get('bytes'))?.value).toEqual(Uint8Array.of(0, 255, 10));
  expect((await store.get('empty'))?.value).toEqual(new Uint8Array());
  expect(await store.getJson('json')).toEqual({ name: 'Ada', born: 1815, tags: ['a', null] });
});

test('an absent key is undefined, for each way to read it', async () => {
  const store = await client();
  expect(await store.get('absent')).toBeUndefined();
  expect(await store.getText('absent')).toBeUndefined();
  expect(await store.getJson('absent')).toBeUndefined();
  expect(await store.head('absent')).toBeUndefined();
});

test('any key and any value come back, whether the key is text or bytes', async () => {
  const store = await client();
  const bytes = fc.uint8Array({ minLength: 1, maxLength: 40 });
  const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(fc.oneof(bytes, text), fc.uint8Array(), async (key, value) => {
      await store.put(key, value);
      const entity = await store.get(key);
      expect(entity?.value).toEqual(value);
      expect(entity?.keyBytes).toEqual(Uint8Array.from(Buffer.from(key)));
      // The two spellings of one key mean one entity.
      expect((await store.get(Buffer.from(key)))?.value).toEqual(value);
    }),
    { numRuns: 50 },
  );
});

test('a value of some megabytes comes back whole', async () => {
  const store = await client();
  const value = new Uint8Array(5_000_000).map((_, index) => index);
  await store.put('large', value);
  expect(Buffer.compare((await store.get('large'))?.value ?? value.subarray(1), value)).toBe(0);
});

test('a deleted entity is absent', async () => {
  const store = await client();
  await store.put('key', 'value');
  await store.delete('key');
  expect(await store.get('key')).toBeUndefined();
});

test('a value that is not what is asked for is an error, not another value', async () => {
  const store = await client();
  await store.put(Uint8Array.of(255), Uint8Array.of(255));
  const entity = await store.get(Uint8Array.of(255));
  expect(() => entity?.text()).toThrow(/^the value is not UTF-8; read its bytes: value$/);
  expect(() => entity?.key).toThrow(/^the key is not UTF-8; read its bytes: keyBytes$/);
  await store.put('text', '{');
  await expect(store.getJson('text')).rejects.toThrow(SyntaxError);
});

test('misuse is a TypeError that says what was given, and nothing is sent', async () => {
  const fetch = () => Promise.reject(new Error('sent'));
  const store = new EvenkeelClient('http://127.0.0.1:1', { fetch });
  // As a caller without types may write it.
  const untyped = store as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>;
  const wrong: [unknown[], RegExp][] = [
    [['put', '', 'value'], /a key has at least one byte/],
    [['put', 7, 'value'], /a key is a string or a Uint8Array, got number/],
    [['put', '\ud800', 'value'], /lone surrogate/],
    [['put', 'key', '\udc00'], /lone surrogate/],
    [['put', 'key', { a: 1 }], /a value is a string or a Uint8Array, got object; putJson/],
    [['putJson', 'key', undefined], /JSON has no text for undefined/],
    [['put', 'key', 'value', { ttlMs: 1.5 }], /ttlMs is a whole number from 1 to \d+, got 1.5/],
    [['put', 'key', 'value', { ttlMs: 0 }], /ttlMs/],
    [['put', 'key', 'value', { ifVersion: 7 }], /ifVersion is the version of an entity, got 7/],
    [['put', 'key', 'value', { ifVersion: '7', ifAbsent: true }], /has one condition, got/],
    [['put', 'key', 'value', { ifAbsent: false }], /ifAbsent is true, got false; leave it out/],
    // A slip must not make a write unconditional, or a deletion boundless.
    [['put', 'key', 'value', { ifVersion: undefined }], /got undefined; leave it out/],
    [['delete', 'key', { ifPresent: undefined }], /got undefined; leave it out/],
    [['deleteRange', {}], /takes a prefix, a start or an end, or all: true/],
    [['deleteRange', { prefix: undefined }], /takes a prefix/],
    [['deleteRange', { prefix: 'a', all: true }], /takes a prefix/],
    [['deleteRange', { prefix: '' }], /a key has at least one byte/],
    [['put', 'key', 'value', { meta: { owner: 'a\nb' } }], /./],
    [['get', 'key', { timeoutMs: -1 }], /timeoutMs is a whole number from 1 to \d+, got -1/],
    [['get', 'key', { retries: 1.5 }], /retries is a whole number from 0 to 100, got 1.5/],
  ];
  for (const [[method, ...args], message] of wrong) {
    const failed = untyped[String(method)]?.call(store, ...args);
    await expect(failed, JSON.stringify(args)).rejects.toThrow(TypeError);
    await expect(failed).rejects.toThrow(message);
  }
  for (const url of ['ftp://host', 'http://user@host', 'http://host?token=1', 'host'])
    expect(() => new EvenkeelClient(url)).toThrow(TypeError);
});
