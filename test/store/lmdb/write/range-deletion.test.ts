/** The pace of a range's deletion: how many keys a page has, by what the commit before it took. */
import { expect, test } from 'vitest';
import { deletePages, deletionsPerPage } from '#dist/store/lmdb/write/range-deletion.js';

test.each([
  [0, 32],
  [0.5, 32],
  [1, 50],
  [2, 100],
  [4, 200],
  [6, 256],
  [1000, 256],
])('after a commit of %d ms a page has %i keys', (commitMs, keys) => {
  expect(deletionsPerPage(commitMs)).toBe(keys);
});

test('what was there is counted, and a page is read once the one before is removed', async () => {
  const events: string[] = [];
  async function* pagesOf(maxKeys: () => number) {
    for (const keys of ['ab', 'c', '']) {
      events.push('page');
      expect(maxKeys()).toBeGreaterThanOrEqual(32);
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
