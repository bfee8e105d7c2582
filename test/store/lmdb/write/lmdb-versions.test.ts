/** Versions as a reader of the embedded store sees them. The rule: version-clock.test.ts. */
import { expect, test } from 'vitest';
import { openLmdb } from '#dist/store/lmdb/open-lmdb.js';
import { temporaryDirectory } from '../../../support/directory.js';
import { bytes, openAt, put } from '../../suite/factory.js';
import { startChild } from '../child/child.js';

test('versions rise across opening again, with the clock set back, stopped or ahead', async () => {
  const directory = await temporaryDirectory();
  const startMs = Date.UTC(2026, 0, 1);
  let last = 0;
  for (const ms of [startMs, startMs - 3_600_000, 0, startMs + 0.25, startMs + 9.9, 5]) {
    const store = await openAt({ open: () => openLmdb({ directory, now: () => ms }) });
    for (let i = 0; i < 3; i++) {
      await put(store, 'a', 'one');
      const version = (await store.get(bytes('a')))?.version ?? 0;
      expect(version).toBeGreaterThan(last);
      last = version;
    }
    await store.close();
  }
});

test('a version is the time of its put in microseconds, while the clock goes on', async () => {
  const directory = await temporaryDirectory();
  let ms = Date.UTC(2026, 0, 1);
  const store = await openAt({ open: () => openLmdb({ directory, now: () => ms }) });
  for (const step of [0, 0.001, 1, 1000, 86_400_000]) {
    ms += step;
    await put(store, 'a', 'one');
    expect((await store.get(bytes('a')))?.version).toBe(Math.floor(ms * 1000));
  }
});

test('versions rise above those of another store, also in a store that was killed', async () => {
  const directory = await temporaryDirectory();
  const ms = Date.UTC(2026, 0, 1);
  const ahead = (ms + 3_600_000) * 1000;
  const child = await startChild('./holder.mjs');
  expect(await child.ask({ do: 'open', directory })).toEqual({});
  expect(await child.ask({ do: 'load', key: 'a', value: 'theirs', version: ahead })).toEqual({});
  await child.kill();
  const store = await openAt({ open: () => openLmdb({ directory, now: () => ms }) });
  expect((await store.get(bytes('a')))?.version).toBe(ahead);
  const { version } = await put(store, 'a', 'mine');
  expect(version).toBeGreaterThan(ahead);
  await store.load([{ key: bytes('b'), value: bytes('theirs'), version: version + 5 }]);
  expect((await put(store, 'c', 'mine')).version).toBe(version + 6);
});
