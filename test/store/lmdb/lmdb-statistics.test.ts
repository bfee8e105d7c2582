/** The figures that the LMDB store gives of itself. */
import { statfs } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { openLmdb } from '#dist/store/lmdb/open-lmdb.js';
import { temporaryDirectory } from '../../support/directory.js';
import { until } from '../../support/process.js';
import { bytes, numbered, openAt } from '../suite/factory.js';

/** As statfs(2) names it. */
const tmpfs = 0x01_02_19_94;

test('count writes, commits, lookups and checkpoints', async () => {
  const directory = await temporaryDirectory();
  const journal = { maxAgeMs: 50 };
  const store = await openAt({ open: () => openLmdb({ directory, journal }) });
  const read = () => {
    if (!store.statistics) throw new TypeError('this store has figures');
    return store.statistics.read();
  };
  expect(store.statistics?.lastCommit).toBeUndefined();
  expect(read()).toMatchObject({
    queued: { writes: 0, bytes: 0 },
    isFull: false,
    entities: { stored: 0, expired: 0 },
    commits: { syncUs: { count: 0 }, writes: { count: 0 }, heldMs: 0 },
    journal: {
      fill: 0,
      keys: 0,
      slots: { count: 0, bytes: 0 },
      written: { frames: 0, slots: 0 },
    },
    checkpoints: { count: 0, entries: 0, isRunning: false, progress: 1 },
    cache: { hits: 0, misses: 0 },
    coldReads: { waiting: 0 },
  });

  const began = performance.now();
  const writes = numbered(7).map((key) => store.put(bytes(key), [bytes('value')]));
  expect(read().queued.writes).toBe(7);
  expect(read().queued.bytes).toBeGreaterThan(7 * 'value'.length);
  await Promise.all(writes);
  expect(read()).toMatchObject({
    queued: { writes: 0, bytes: 0 },
    commits: { syncUs: { count: 1 }, writes: { count: 1, sum: 7 } },
    journal: { written: { frames: 512, slots: 0 } },
  });
  const { beganMs = 0, endedMs = 0 } = store.statistics?.lastCommit ?? {};
  expect(beganMs).toBeGreaterThanOrEqual(began);
  expect(endedMs).toBeGreaterThanOrEqual(beganMs);
  expect(performance.now()).toBeGreaterThanOrEqual(endedMs);

  const [key = ''] = numbered(1);
  for (let n = 0; n < 3; n++) await store.get(bytes(key));
  await store.get(bytes('absent'));
  expect(read().cache).toEqual({ hits: 2, misses: 2 });

  await until('the journal is in the data file', () => read().checkpoints?.count === 1);
  expect(read()).toMatchObject({ entities: { stored: 7 }, checkpoints: { entries: 7 } });
  const { dataBytes = 0, usedBytes = 0, journalBytes = 0 } = read().files ?? {};
  expect(usedBytes).toBeGreaterThan(4096);
  expect(dataBytes).toBeGreaterThanOrEqual(usedBytes);
  expect(journalBytes).toBeGreaterThan(0);
});

test('count large values, and their slots until a checkpoint has taken them', async () => {
  const directory = await temporaryDirectory();
  const store = await openAt({ open: () => openLmdb({ directory, journal: { maxAgeMs: 50 } }) });
  const read = () => store.statistics?.read();
  const value = new Uint8Array(1_000_000);
  await store.put(bytes('large'), [value]);
  expect(read()?.journal).toMatchObject({
    slots: { count: 1, bytes: value.length },
    written: { slots: value.length },
  });
  await until('it is in the data file', () => read()?.checkpoints?.count === 1);
  expect(read()?.journal?.slots).toEqual({ count: 0, bytes: 0 });
  const { isRunning, progress, writtenBytes } = read()?.checkpoints ?? {};
  expect([isRunning, progress]).toEqual([false, 1]);
  // Linux counts what goes to a disk: nothing does in a directory in memory.
  if (process.platform !== 'linux') expect(writtenBytes).toBeUndefined();
  else if ((await statfs(directory)).type !== tmpfs)
    expect(writtenBytes).toBeGreaterThan(value.length);
});

test('count the entities that have expired, once they are removed', async () => {
  const directory = await temporaryDirectory();
  let nowMs = Date.now();
  const options = { directory, now: () => nowMs, sweepIntervalMs: 20, journal: { maxAgeMs: 20 } };
  const store = await openAt({ open: () => openLmdb(options) });
  for (const key of numbered(3)) await store.put(bytes(key), [bytes('v')], { ttlMs: 1000 });
  await store.put(bytes('stays'), [bytes('v')]);
  await until('they are in the file', () => store.statistics?.read().entities?.stored === 4);
  nowMs += 2000;
  await until('they are removed', () => store.statistics?.read().entities?.expired === 3);
  expect(store.statistics?.read().entities?.stored).toBe(1);
});
