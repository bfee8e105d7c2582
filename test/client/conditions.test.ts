/** Conditions, time to live, and what is kept with a value, against a real server. */
import { expect, test } from 'vitest';
import { EvenkeelClient } from '#client';
import { serveHere } from '../support/serve.js';

async function client(): Promise<EvenkeelClient> {
  return new EvenkeelClient((await serveHere()).url);
}

const failed = { code: 'condition-failed', status: 412, isOutcomeUnknown: false };

test('the version of a put is that of the entity, and changes with the next put', async () => {
  const store = await client();
  const first = await store.put('key', 'one');
  expect(await store.get('key')).toMatchObject(first);
  expect(await store.head('key')).toMatchObject({ ...first, length: 3 });
  const second = await store.put('key', 'one');
  expect(second.version).not.toBe(first.version);
  for await (const entity of store.list()) expect(entity.version).toBe(second.version);
});

test('a write with ifVersion is done only while the entity has that version', async () => {
  const store = await client();
  const { version } = await store.put('key', 'one');
  await store.put('key', 'two', { ifVersion: version });
  await expect(store.put('key', 'three', { ifVersion: version })).rejects.toMatchObject(failed);
  await expect(store.delete('key', { ifVersion: version })).rejects.toMatchObject(failed);
  expect(await store.getText('key')).toBe('two');
  const entity = await store.get('key');
  expect(await store.delete('key', { ifVersion: entity?.version ?? '' })).toBe(true);
});

test('ifAbsent and ifPresent say whether there may be an entity', async () => {
  const store = await client();
  await expect(store.put('key', 'one', { ifPresent: true })).rejects.toMatchObject(failed);
  await store.put('key', 'one', { ifAbsent: true });
  await expect(store.put('key', 'two', { ifAbsent: true })).rejects.toMatchObject(failed);
  await store.putJson('key', { two: 2 }, { ifPresent: true });
  expect(await store.getJson('key')).toEqual({ two: 2 });
});

test('8 clients that count by ifVersion come to the exact number', async () => {
  const { url } = await serveHere();
  await new EvenkeelClient(url).putJson('count', 0);
  const add = async (store: EvenkeelClient): Promise<void> => {
    const entity = await store.get('count');
    if (!entity) throw new Error('the count is gone');
    const next = entity.json<number>() + 1;
    try {
      await store.putJson('count', next, { ifVersion: entity.version });
    } catch (error) {
      if ((error as { code?: string }).code !== 'condition-failed') throw error;
      await add(store);
    }
  };
  const clients = Array.from({ length: 8 }, () => new EvenkeelClient(url));
  await Promise.all(
    clients.map(async (store) => {
      for (let round = 0; round < 8; round++) await add(store);
    }),
  );
  expect(await new EvenkeelClient(url).getJson('count')).toBe(64);
});

test('a deletion says whether there was an entity', async () => {
  const store = await client();
  await store.put('key', 'value');
  expect([await store.delete('key'), await store.delete('key')]).toEqual([true, false]);
});

test('an entity with a time to live says when it ends, and is absent after it', async () => {
  const store = await client();
  const before = Date.now();
  await store.put('long', 'value', { ttlMs: 3_600_000 });
  await store.put('short', 'value', { ttlMs: 1 });
  await store.put('stays', 'value');
  const expiresAt = Number((await store.get('long'))?.expiresAt);
  expect(expiresAt).toBeGreaterThanOrEqual(before + 3_600_000 - 1000);
  expect(expiresAt).toBeLessThanOrEqual(Date.now() + 3_600_000 + 1000);
  await expect.poll(() => store.get('short')).toBeUndefined();
  expect((await store.head('stays'))?.expiresAt).toBeUndefined();
});

test('type, coding and meta fields come back with the value', async () => {
  const store = await client();
  const fields = { contentType: 'text/css;charset=utf-8', meta: { owner: 'ada', 'x-1': 'a, b' } };
  await store.put('key', 'a {}', fields);
  expect(await store.get('key')).toMatchObject(fields);
  expect(await store.head('key')).toMatchObject(fields);
  for await (const entity of store.list()) expect(entity).toMatchObject(fields);
  await store.put('coded', 'anything', { contentEncoding: 'x-own' });
  expect(await store.get('coded')).toMatchObject({ contentEncoding: 'x-own' });
  await store.put('plain', 'a');
  expect(await store.get('plain')).toMatchObject({
    contentType: 'application/octet-stream',
    contentEncoding: undefined,
    meta: {},
  });
});
