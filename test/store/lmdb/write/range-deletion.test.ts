/** The pace of a range's deletion: how many keys a page has, by what those before it took. */
import { expect, test } from 'vitest';
import { DeletionPace, deletePages } from '#dist/store/lmdb/write/range-deletion.js';

/** The keys of each page, the next one's last, if the pages take these times. */
function keysOver(times: readonly number[], pace = new DeletionPace()): number[] {
  const keys = times.map((ms) => {
    const now = pace.keys;
    pace.pageTook(ms);
    return now;
  });
  return [...keys, pace.keys];
}

test('the first page is small, and each is a few keys larger than the one before', () => {
  const keys = keysOver(Array.from({ length: 200 }, () => 4));
  expect(keys.slice(0, 4)).toEqual([16, 17, 18, 19]);
  for (const [index, count] of keys.entries())
    expect(count - (keys[index - 1] ?? count)).toBeLessThanOrEqual(6);
  expect(keys.slice(0, 60).every((count) => count < 150)).toBe(true);
  expect(keys.at(-1)).toBe(256);
});

test('a page that takes much longer than usual makes the next one smaller, not larger', () => {
  const pace = new DeletionPace();
  keysOver(
    Array.from({ length: 200 }, () => 4),
    pace,
  );
  expect(keysOver([7, 16, 4, 400], pace)).toEqual([256, 256, 129, 132, 66]);
});

test('no slow page takes the keys below a minimum, and a slow disk becomes the usual one', () => {
  const pace = new DeletionPace();
  pace.pageTook(1);
  const keys = keysOver(
    Array.from({ length: 400 }, () => 50),
    pace,
  );
  expect(Math.min(...keys)).toBe(16);
  expect(keys.at(-1)).toBe(256);
});

test('what was there is counted, and a page is read once the one before is removed', async () => {
  const events: string[] = [];
  async function* pagesOf(maxKeys: () => number) {
    for (const keys of ['ab', 'c', '']) {
      events.push('page');
      expect(maxKeys()).toBeGreaterThanOrEqual(16);
      yield [...Buffer.from(keys)].map((byte) => Buffer.of(byte));
    }
  }
  const removed = await deletePages(pagesOf, async (key) => {
    await null;
    events.push(`removed ${Buffer.from(key)}`);
    return { existed: key[0] !== 0x62 };
  });
  expect(removed).toBe(2);
  expect(events).toEqual(['page', 'removed a', 'removed b', 'page', 'removed c', 'page']);
});
