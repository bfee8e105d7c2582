/** The LMDB store tells of its commits on the diagnostics channel. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { expect, onTestFinished, test } from 'vitest';
import { makeLimits } from '#dist/config/limits.js';
import { openLmdb } from '#dist/store/lmdb/open-lmdb.js';
import type { CommitEvent } from '#dist/store/lmdb/write/commit-channel.js';
import { temporaryDirectory } from '../../../support/directory.js';
import { bytes, keys, numbered, openAt, value } from '../../suite/factory.js';

/** The commits told of from here on, until the test ends. */
function hearCommits(): CommitEvent[] {
  const told: CommitEvent[] = [];
  const hear = (event: unknown) => void told.push(event as CommitEvent);
  subscribe('evenkeel:commit', hear);
  onTestFinished(() => void unsubscribe('evenkeel:commit', hear));
  return told;
}

const inOrder = (times: readonly number[]) =>
  expect(times).toEqual(times.toSorted((a, b) => a - b));

test('each commit tells how many writes it had, and when, before they settle', async () => {
  const directory = await temporaryDirectory();
  const store = await openAt({ open: () => openLmdb({ directory }) });
  const put = (key: string) => store.put(bytes(key), [bytes('value')]);
  await put('unheard');
  const told = hearCommits();

  const beganMs = performance.now();
  await Promise.all(numbered(7).map(put));
  const heard = told.length;
  await put('alone');
  const endedMs = performance.now();

  expect(heard).toBe(1);
  expect(told.map(({ writes }) => writes)).toEqual([7, 1]);
  inOrder([beganMs, ...told.flatMap((commit) => [commit.beganMs, commit.endedMs]), endedMs]);
});

test('writes of many turns of the event loop share the commits that they wait for', async () => {
  const directory = await temporaryDirectory();
  const store = await openAt({ open: () => openLmdb({ directory }) });
  const told = hearCommits();
  const turns = 200;
  const calls: Promise<unknown>[] = [];
  for (const key of numbered(turns)) {
    calls.push(store.put(bytes(key), [bytes('value')]));
    await new Promise(setImmediate);
  }
  await Promise.all(calls);
  expect(told.reduce((sum, { writes }) => sum + writes, 0)).toBe(turns);
  expect(told.length).toBeLessThan(turns);
  inOrder(told.flatMap((commit) => [commit.beganMs, commit.endedMs]));
});

test('a write that has settled no longer counts among those that wait', async () => {
  const directory = await temporaryDirectory();
  const limits = makeLimits({ maxQueuedWrites: 10 });
  const store = await openAt({ open: () => openLmdb({ directory, limits }) });
  const put = (key: string) => store.put(bytes(key), [bytes('value')]);
  const calls = numbered(10).map(put);
  await expect(put('one too many')).rejects.toMatchObject({ code: 'overloaded' });
  await calls[0];
  await put('in its place');
  await Promise.all(calls);
});

test('a store that is closed while batches wait for the writer stores them first', async () => {
  const directory = await temporaryDirectory();
  const store = await openLmdb({ directory });
  const calls: Promise<unknown>[] = [];
  for (const key of numbered(40)) {
    calls.push(store.put(bytes(key), [bytes('value')]));
    if (calls.length % 4 === 0) await new Promise(setImmediate);
  }
  await store.close();
  await Promise.all(calls);
  const again = await openAt({ open: () => openLmdb({ directory }) });
  expect(await keys(again, 'key')).toEqual(numbered(40));
});

test.each([
  { what: 'bytes', perTurn: 24, valueBytes: 128 * 1024, most: 8 },
  { what: 'writes', perTurn: 200, valueBytes: 10, most: 512 },
])('writes that are more $what than one frame may have are stored, in order', async (bounds) => {
  const { perTurn, valueBytes, most } = bounds;
  const directory = await temporaryDirectory();
  const store = await openAt({ open: () => openLmdb({ directory }) });
  const told = hearCommits();
  const all = numbered(12 * perTurn);
  const calls: Promise<unknown>[] = [];
  for (let i = 0; i < all.length; i += perTurn) {
    for (const key of all.slice(i, i + perTurn))
      calls.push(store.put(bytes(key), [Buffer.alloc(valueBytes)]));
    calls.push(store.put(bytes('last'), [bytes(`${i}`)]));
    await new Promise(setImmediate);
  }
  await Promise.all(calls);
  expect(told.filter(({ writes }) => writes > most)).toEqual([]);
  expect(await value(store, 'last')).toBe(`${all.length - perTurn}`);
  expect(await keys(store, 'key', 'last')).toEqual(all);
});
