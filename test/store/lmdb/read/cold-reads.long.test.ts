/**
 * A cold read takes the detour over another thread, and gets what it asks for, however many ask.
 * The database is a real one.
 */
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Limits, makeLimits } from '#dist/config/limits.js';
import { openDatabases, openRoot } from '#dist/store/lmdb/file/environment.js';
import { openLmdb } from '#dist/store/lmdb/open-lmdb.js';
import { ColdReads } from '#dist/store/lmdb/read/cold-reads.js';
import type { Store } from '#dist/store/store.js';
import { temporaryDirectory } from '../../../support/directory.js';
import { bytes, numbered, openAt, outcome, put, value } from '../../suite/factory.js';

async function openEntities() {
  const env = openDatabases(openRoot(await temporaryDirectory()));
  onTestFinished(() => env.root.close());
  return env.entities;
}

const limits = makeLimits();

/** A count that the test raises. */
function counter() {
  const count = { faults: 0 };
  return { count, faults: () => count.faults };
}

describe('a read is expected to be cold', () => {
  test('from one fault in eight reads on, until sixteen reads met none', async () => {
    const { count, faults } = counter();
    const reads = new ColdReads(await openEntities(), faults, 0, limits);
    const next = (reads_: number) => Array.from({ length: reads_ }, () => reads.isCold());
    expect(next(1)).toEqual([false]);
    count.faults += 1;
    expect(next(16)).toEqual(new Array(16).fill(false));
    count.faults += 2;
    expect(next(16)).toEqual([...new Array(15).fill(false), true]);
    count.faults += 1;
    expect(next(16)).toEqual(new Array(16).fill(true));
    expect(next(16)).toEqual([...new Array(15).fill(true), false]);
    count.faults += 1;
    expect(next(16)).toEqual(new Array(16).fill(false));
  });

  test('at once, if the opening met faults', async () => {
    const reads = new ColdReads(await openEntities(), () => 7, 5, limits);
    expect(reads.isCold()).toBe(true);
  });

  test('by what this process met since the opening of its store began', async () => {
    let asked = 0;
    // The first count is taken before anything is opened, the second by the first read.
    const majorFaults = () => (asked++ === 0 ? 100 : 102);
    const directory = await temporaryDirectory();
    const store = await openAt({ open: () => openLmdb({ directory, majorFaults }) });
    expect(asked).toBe(1);
    const first = store.get(bytes('a'));
    expect(first).toBeInstanceOf(Promise);
    expect(await first).toBeUndefined();
  });
});

/** A database whose `prefetch` counts how many run at a time, and how many began. */
async function watchedEntities() {
  const entities = await openEntities();
  const seen = { running: 0, most: 0, begun: 0 };
  const prefetch = (keys: Buffer[], done: () => void) => {
    seen.begun++;
    seen.most = Math.max(seen.most, ++seen.running);
    return entities.prefetch(keys, () => {
      seen.running--;
      done();
    });
  };
  return { entities, seen, watched: { prefetch } as ConstructorParameters<typeof ColdReads>[0] };
}

describe('bringing keys in', () => {
  test('goes on in at most four threads, and ends for all keys, stored or not', async () => {
    const { entities, seen, watched } = await watchedEntities();
    for (const key of numbered(100)) entities.putSync(bytes(key), Buffer.alloc(9000, key));
    const reads = new ColdReads(watched, () => 0, 0, limits);
    await Promise.all(numbered(200).map((key) => reads.prefetch(bytes(key))));
    expect(seen).toEqual({ running: 0, most: 4, begun: 200 });
  });

  test('is refused where more wait than may, until there is room again', async () => {
    const { seen, watched } = await watchedEntities();
    const reads = new ColdReads(watched, () => 0, 0, makeLimits({ maxQueuedReads: 10 }));
    const ends = await Promise.all(
      numbered(20).map((key) => outcome(() => reads.prefetch(bytes(key)))),
    );
    expect(ends).toEqual([...new Array(14).fill('no error'), ...new Array(6).fill('overloaded')]);
    expect(seen.begun).toBe(14);
    expect(await outcome(() => reads.prefetch(bytes('later')))).toBe('no error');
  });

  test('ends at once for what still waits at the close, which is not looked up', async () => {
    const { seen, watched } = await watchedEntities();
    const reads = new ColdReads(watched, () => 0, 0, limits);
    const all = numbered(50).map((key) => reads.prefetch(bytes(key)));
    reads.close();
    await Promise.all(all);
    expect(seen).toEqual({ running: 0, most: 4, begun: 4 });
  });

  test('ends, one after the other, even if nothing can be looked up', async () => {
    const reads = new ColdReads(
      {
        prefetch: () => {
          throw new Error('refused');
        },
      },
      () => 0,
      0,
      limits,
    );
    const all = await Promise.all(
      numbered(10).map((key) => outcome(() => reads.prefetch(bytes(key)))),
    );
    expect(all).toEqual(new Array(10).fill('no error'));
  });
});

describe('a store whose reads are cold', () => {
  async function openCold(changes: Partial<Limits> = {}) {
    let faults = 0;
    const directory = await temporaryDirectory();
    const majorFaults = () => (faults += 1000);
    return openAt({
      open: () => openLmdb({ directory, limits: makeLimits(changes), majorFaults }),
    });
  }

  test('answers later, with what is stored then, under a key of its own', async () => {
    const store = await openCold({ cacheBytes: 0 });
    await put(store, 'a', 'one');
    const key = bytes('a');
    const reading = store.get(key);
    expect(reading).toBeInstanceOf(Promise);
    key.fill('b');
    expect(await reading).toMatchObject({ key: bytes('a'), value: bytes('one') });
    expect(await store.get(bytes('b'))).toBeUndefined();
  });

  test('answers at once what it keeps in its cache', async () => {
    const store = await openCold();
    await put(store, 'a', 'one');
    const first = store.get(bytes('a'));
    expect(first).toBeInstanceOf(Promise);
    expect(await first).toMatchObject({ value: bytes('one') });
    expect(store.get(bytes('a'))).toMatchObject({ value: bytes('one') });
  });

  test.each([
    ['put', (store: Store) => put(store, 'a', 'two'), 'two'],
    ['delete', (store: Store) => store.delete(bytes('a')), undefined],
  ])('tells of a %s also after several reads of the key at once', async (_, change, expected) => {
    const store = await openCold();
    await put(store, 'a', 'one');
    const read = () => value(store, 'a');
    expect(await Promise.all([read(), read(), read()])).toEqual(['one', 'one', 'one']);
    const written = change(store);
    const meanwhile = [read(), read()];
    await written;
    const after = [read(), read()];
    await Promise.all(meanwhile);
    expect(await Promise.all(after)).toEqual([expected, expected]);
    expect(await read()).toBe(expected);
  });

  test("is 'overloaded' by more reads than may wait, and answers the others", async () => {
    const store = await openCold({ maxQueuedReads: 10 });
    await put(store, 'a', 'one');
    const ends = await Promise.all(
      new Array(20).fill(0).map(() => outcome(() => store.get(bytes('a')))),
    );
    expect(ends).toEqual([...new Array(14).fill('no error'), ...new Array(6).fill('overloaded')]);
    expect(await value(store, 'a')).toBe('one');
  });

  test('that is closed meanwhile ends every read, saying so', async () => {
    const store = await openCold();
    await Promise.all(numbered(50).map((key) => put(store, key, key)));
    const reading = numbered(50).map((key) => outcome(() => store.get(bytes(key))));
    const closed = store.close();
    const ends = await Promise.all(reading);
    await closed;
    expect(new Set(ends)).toEqual(new Set(['closed']));
    expect(await outcome(() => store.get(bytes('key-0001')))).toBe('closed');
  });
});

test('a page ends when reading it has taken rangePageMs, and nothing is left out', async () => {
  const directory = await temporaryDirectory();
  const limits = makeLimits({ rangePageEntities: 1e9, rangePageBytes: 1e9, rangePageMs: 1 });
  const store = await openAt({ open: () => openLmdb({ directory, limits }) });
  const names = Array.from({ length: 15_000 }, (_, i) => String(i).padStart(5, '0'));
  await Promise.all(names.map((key) => put(store, key, key)));
  let pages = 0;
  const found: string[] = [];
  for await (const page of store.range({ start: bytes('0') })) {
    pages++;
    for (const { key } of page) found.push(Buffer.from(key).toString());
  }
  expect(found).toEqual(names);
  // A microsecond an entity, at the very least.
  expect(pages).toBeGreaterThan(3);
});
