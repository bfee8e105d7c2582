/** When a read takes the detour over another thread, and that what it asks for comes in, however many ask. The database is a real one. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { makeLimits } from '#dist/limits.js';
import { ColdReads } from '#dist/store/embedded/cold-reads.js';
import { openDatabases, openRoot } from '#dist/store/embedded/environment.js';
import { openEmbedded } from '#dist/store/embedded/open.js';
import { temporaryFolder } from '../support/folder.js';
import { bytes, numbered, openAt, outcome, put } from './suite/factory.js';

async function openEntities() {
  const env = openDatabases(openRoot(await temporaryFolder()));
  onTestFinished(() => env.root.close());
  return env.entities;
}

/** A count that the test raises. */
function counter() {
  const count = { faults: 0 };
  return { count, faults: () => count.faults };
}

describe('a read is expected to be cold', () => {
  test('from one fault in eight reads on, as seen every sixteen reads, and no longer than that', async () => {
    const { count, faults } = counter();
    const reads = new ColdReads(await openEntities(), faults);
    const next = (reads_: number) => Array.from({ length: reads_ }, () => reads.expected());
    expect(next(1)).toEqual([false]);
    count.faults += 1;
    expect(next(16)).toEqual(new Array(16).fill(false));
    count.faults += 2;
    expect(next(16)).toEqual([...new Array(15).fill(false), true]);
    expect(next(16)).toEqual([...new Array(15).fill(true), false]);
  });

  test('at once, if the opening met faults', async () => {
    const { count, faults } = counter();
    const reads = new ColdReads(await openEntities(), faults);
    count.faults += 2;
    expect(reads.expected()).toBe(true);
  });
});

describe('bringing keys in', () => {
  test('goes on in at most four threads at a time, and ends for every key, stored or not', async () => {
    const entities = await openEntities();
    for (const key of numbered(100)) entities.putSync(bytes(key), Buffer.alloc(9000, key));
    let running = 0;
    let most = 0;
    const watched = {
      prefetch: (keys: Buffer[], done: () => void) => {
        running++;
        most = Math.max(most, running);
        return entities.prefetch(keys, () => {
          running--;
          done();
        });
      },
    } as ConstructorParameters<typeof ColdReads>[0];
    const reads = new ColdReads(watched, () => 0);
    await Promise.all(numbered(200).map((key) => reads.bring(bytes(key))));
    expect(running).toBe(0);
    expect(most).toBe(4);
  });
});

describe('a store whose reads are cold', () => {
  async function openCold() {
    let faults = 0;
    const folder = await temporaryFolder();
    const limits = makeLimits({ cacheBytes: 0 });
    const majorFaults = () => (faults += 1000);
    return openAt({ open: () => openEmbedded({ folder, limits, majorFaults }) });
  }

  test('answers later, with what is stored then, under a key of its own', async () => {
    const store = await openCold();
    await put(store, 'a', 'one');
    const key = bytes('a');
    const reading = store.get(key);
    expect(reading).toBeInstanceOf(Promise);
    key.fill('b');
    expect(await reading).toMatchObject({ key: bytes('a'), value: bytes('one') });
    expect(await store.get(bytes('b'))).toBeUndefined();
  });

  test('answers at once what it keeps in its cache', async () => {
    const folder = await temporaryFolder();
    let faults = 0;
    const majorFaults = () => (faults += 1000);
    const store = await openAt({ open: () => openEmbedded({ folder, majorFaults }) });
    await put(store, 'a', 'one');
    expect(store.get(bytes('a'))).toBeInstanceOf(Promise);
    await store.get(bytes('a'));
    expect(store.get(bytes('a'))).toMatchObject({ value: bytes('one') });
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

test('a page of a range ends when reading it has taken rangePageMs, and nothing is left out', async () => {
  const folder = await temporaryFolder();
  const limits = makeLimits({ rangePageEntities: 1e9, rangePageBytes: 1e9, rangePageMs: 1 });
  const store = await openAt({ open: () => openEmbedded({ folder, limits }) });
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
