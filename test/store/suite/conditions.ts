/** A trait of stores that keep conditions: each is decided in the transaction of its write. */
import { expect, test } from 'vitest';
import { maxConditionVersions } from '#dist/config/limits.js';
import type { Condition, Store } from '#dist/store/store.js';
import {
  bytes,
  numbered,
  openAt,
  openNew,
  outcome,
  put,
  type StoreFactory,
  sharedStore,
  value,
} from './factory.js';

/** EVENKEEL_RACES sets how many keys are raced for. */
const races = Number(process.env.EVENKEEL_RACES ?? 60);
const absent: Condition = { kind: 'absent' };
const present: Condition = { kind: 'present' };
const versionIs = (...versions: number[]): Condition => ({ kind: 'version', versions });

function putIf(store: Store, key: string, text: string, condition: Condition) {
  return store.put(bytes(key), [bytes(text)], { condition });
}

/** Whether it was done. @throws what failed for another reason than its condition */
async function isDone(write: Promise<unknown>): Promise<boolean> {
  const ending = await outcome(() => write);
  if (ending !== 'no error') expect(ending).toBe('condition-failed');
  return ending === 'no error';
}

/** Adds one to the number under the key, however many others do. */
async function increment(store: Store, key: string): Promise<void> {
  for (;;) {
    const entity = await store.get(bytes(key));
    const next = String(Number(entity ? Buffer.from(entity.value).toString() : 0) + 1);
    if (await isDone(putIf(store, key, next, entity ? versionIs(entity.version) : absent))) return;
  }
}

export function conditionTrait(factory: StoreFactory): void {
  const openEmpty = sharedStore(factory);

  test('the store says that it keeps them', async () => {
    expect((await openEmpty()).capabilities.conditions).toBe(true);
  });

  test('a put says the version that reads have from then on', async () => {
    const store = await openEmpty();
    const first = await put(store, 'a', 'one');
    expect((await store.get(bytes('a')))?.version).toBe(first.version);
    const second = await put(store, 'a', 'two');
    expect(second.version).toBeGreaterThan(first.version);
    expect((await store.get(bytes('a')))?.version).toBe(second.version);
  });

  test('a deletion says whether there was an entity', async () => {
    const store = await openEmpty();
    await put(store, 'a', 'one');
    expect(await store.delete(bytes('a'))).toEqual({ existed: true });
    expect(await store.delete(bytes('a'))).toEqual({ existed: false });
    const answers = await Promise.all([
      store.delete(bytes('b')),
      put(store, 'b', 'two'),
      store.delete(bytes('b')),
      store.delete(bytes('b')),
    ]);
    expect(answers).toMatchObject([{ existed: false }, {}, { existed: true }, { existed: false }]);
  });

  test('absent: only the first put is done', async () => {
    const store = await openEmpty();
    expect(await isDone(putIf(store, 'a', 'one', absent))).toBe(true);
    expect(await isDone(putIf(store, 'a', 'two', absent))).toBe(false);
    expect(await value(store, 'a')).toBe('one');
    await store.delete(bytes('a'));
    expect(await isDone(putIf(store, 'a', 'three', absent))).toBe(true);
    expect(await value(store, 'a')).toBe('three');
  });

  test('present: no write brings an entity into being', async () => {
    const store = await openEmpty();
    expect(await isDone(putIf(store, 'a', 'one', present))).toBe(false);
    expect(await isDone(store.delete(bytes('a'), { condition: present }))).toBe(false);
    expect(await value(store, 'a')).toBeUndefined();
    await put(store, 'a', 'two');
    expect(await isDone(putIf(store, 'a', 'three', present))).toBe(true);
    expect(await value(store, 'a')).toBe('three');
    expect(await store.delete(bytes('a'), { condition: present })).toEqual({ existed: true });
  });

  test('version: one of those named, and no other', async () => {
    const store = await openEmpty();
    expect(await isDone(putIf(store, 'a', 'x', versionIs(1)))).toBe(false);
    const { version } = await put(store, 'a', 'one');
    for (const others of [[], [version + 1], [version - 1, 0], [-version, Number.NaN]]) {
      expect(await isDone(putIf(store, 'a', 'x', versionIs(...others)))).toBe(false);
      const condition = versionIs(...others);
      expect(await isDone(store.delete(bytes('a'), { condition }))).toBe(false);
    }
    expect(await store.get(bytes('a'))).toMatchObject({ value: bytes('one'), version });
    const many = Array.from({ length: maxConditionVersions - 1 }, (_, i) => i);
    expect(await isDone(putIf(store, 'a', 'two', versionIs(...many, version)))).toBe(true);
    expect(await isDone(putIf(store, 'a', 'three', versionIs(version)))).toBe(false);
    expect(await value(store, 'a')).toBe('two');
  });

  test('more versions than one condition may name are misuse', async () => {
    const store = await openEmpty();
    const many = versionIs(...new Array<number>(maxConditionVersions + 1).fill(1));
    await expect(putIf(store, 'a', 'x', many)).rejects.toThrow(TypeError);
    await expect(store.delete(bytes('a'), { condition: many })).rejects.toThrow(TypeError);
  });

  test('writes before it in the same turn count', async () => {
    const store = await openEmpty();
    const calls = [
      putIf(store, 'a', 'one', absent),
      putIf(store, 'a', 'two', absent),
      putIf(store, 'a', 'three', present),
      store.delete(bytes('a'), { condition: present }),
      store.delete(bytes('a'), { condition: present }),
      putIf(store, 'a', 'four', present),
      putIf(store, 'a', 'five', absent),
    ];
    const done = await Promise.all(calls.map(isDone));
    expect(done).toEqual([true, false, true, true, false, false, true]);
    expect(await value(store, 'a')).toBe('five');
  });

  test('a write that is not done leaves the others of its turn as they are', async () => {
    const store = await openEmpty();
    await put(store, 'taken', 'old');
    const names = numbered(300);
    const done = await Promise.all(
      names.map((key, i) => isDone(putIf(store, i % 3 === 0 ? 'taken' : key, key, absent))),
    );
    expect(done).toEqual(names.map((_, i) => i % 3 !== 0));
    expect(await value(store, 'taken')).toBe('old');
    for (const [i, key] of names.entries())
      expect(await value(store, key)).toBe(i % 3 === 0 ? undefined : key);
  });

  test('of many writers of an absent key, exactly one wins, and its value stays', {
    timeout: 120_000 + races * 100,
  }, async () => {
    const store = await openEmpty();
    for (const [round, key] of numbered(races).entries()) {
      const writers = numbered(2 + (round % 15));
      const writes = writers.map(async (name, i) => {
        if (round % 2 === 1 && i % 3 === 0) await new Promise(setImmediate);
        return isDone(putIf(store, key, name, absent));
      });
      const winners = (await Promise.all(writes)).flatMap((won, i) => (won ? [writers[i]] : []));
      expect(winners).toHaveLength(1);
      expect(await value(store, key)).toBe(winners[0]);
    }
  });

  test('a counter that 16 clients increment by compare-and-swap is exact', async () => {
    const store = await openEmpty();
    const client = async () => {
      for (let i = 0; i < 20; i++) await increment(store, 'counter');
    };
    await Promise.all(Array.from({ length: 16 }, client));
    expect(await value(store, 'counter')).toBe('320');
  });

  test('they hold for what was stored before the store was opened', async () => {
    const place = await factory.place();
    const first = await openAt(place);
    const { version } = await put(first, 'a', 'one');
    await first.close();
    const store = await openAt(place);
    expect(await isDone(putIf(store, 'a', 'two', absent))).toBe(false);
    expect(await isDone(putIf(store, 'a', 'two', versionIs(version)))).toBe(true);
    expect(await store.delete(bytes('a'))).toEqual({ existed: true });
  });

  test('they hold for large values that were stored before the store was opened', async () => {
    const place = await factory.place();
    const first = await openAt(place);
    const large = [Buffer.alloc(1_000_000, 'x')];
    const { version } = await first.put(bytes('a'), large);
    const other = await first.put(bytes('b'), large);
    await first.close();
    const store = await openAt(place);
    expect(await isDone(putIf(store, 'a', 'two', absent))).toBe(false);
    expect(await isDone(putIf(store, 'a', 'two', versionIs(version + 1)))).toBe(false);
    expect(await isDone(putIf(store, 'a', 'two', versionIs(version)))).toBe(true);
    expect(await store.delete(bytes('b'), { condition: versionIs(other.version) })).toEqual({
      existed: true,
    });
  });

  test('large values have them too', async () => {
    const store = await openNew(factory);
    const large = [Buffer.alloc(1_000_000, 'x')];
    const { version } = await store.put(bytes('a'), large, { condition: absent });
    expect(await isDone(store.put(bytes('a'), large, { condition: absent }))).toBe(false);
    const again = store.put(bytes('a'), large, { condition: versionIs(version) });
    expect(await isDone(again)).toBe(true);
    expect(await isDone(putIf(store, 'a', 'small', versionIs(version)))).toBe(false);
    expect(await store.delete(bytes('a'), { condition: present })).toEqual({ existed: true });
  });
}

export function conditionExpiryTrait(factory: StoreFactory): void {
  test('an expired entity is absent to conditions, and did not exist', async () => {
    const clock = { ms: Date.UTC(2026, 0, 1) };
    const store = await openNew(factory, { now: () => clock.ms });
    const names = ['a', 'b', 'c', 'd', 'e'];
    const puts = await Promise.all(names.map((key) => put(store, key, 'old', 1)));
    clock.ms += 999;
    expect(await isDone(putIf(store, 'a', 'new', absent))).toBe(false);
    clock.ms += 1;
    expect(await isDone(putIf(store, 'a', 'new', absent))).toBe(true);
    expect(await isDone(putIf(store, 'b', 'new', present))).toBe(false);
    expect(await isDone(putIf(store, 'c', 'new', versionIs(puts[2]?.version ?? 0)))).toBe(false);
    expect(await store.delete(bytes('d'))).toEqual({ existed: false });
    expect(await isDone(store.delete(bytes('e'), { condition: present }))).toBe(false);
    expect(await value(store, 'a')).toBe('new');
    clock.ms += 1000;
    expect(await value(store, 'a')).toBe('new');
  });
}
