/** The deletion of a range ends, whatever else is written to it. */
import { expect, test } from 'vitest';
import { maxKeyBytes } from '#dist/config/limits.js';
import { openLmdb } from '#dist/store/lmdb/open-lmdb.js';
import { temporaryDirectory } from '../../../support/directory.js';
import { bytes, keys, numbered, openAt, put, value } from '../../suite/factory.js';

test('keys that a writer goes on adding at the end do not keep it from ending', async () => {
  const directory = await temporaryDirectory();
  const store = await openAt({ open: () => openLmdb({ directory }) });
  const all = numbered(100);
  await Promise.all(all.map((key) => put(store, key, 'old')));
  const added: string[] = [];
  let slices = 0;
  const allowance = {
    // More keys per page than a page of the deletion has.
    slice: async () => {
      if (slices++ > 0 && slices < 50) {
        const more = numbered(300).map((key) => `${key}-after-${String(slices).padStart(2, '0')}`);
        added.push(...more.map((key) => `l${key}`));
        await Promise.all(more.map((key) => put(store, `l${key}`, 'new')));
      }
      return 1000;
    },
    take: () => {},
    give: () => {},
  };
  expect(await store.deleteRange({ start: bytes('key') }, allowance)).toBe(all.length);
  expect(slices).toBeLessThan(50);
  expect(await keys(store, 'a')).toEqual(added.toSorted());
});

test('the last key is removed too, be it the longest there may be', async () => {
  const directory = await temporaryDirectory();
  const store = await openAt({ open: () => openLmdb({ directory }) });
  const longest = Buffer.alloc(maxKeyBytes, 'z');
  await store.put(longest, [bytes('v')]);
  await put(store, 'a', 'v');
  expect(await store.deleteRange({ start: bytes('b') })).toBe(1);
  expect(await store.get(longest)).toBeUndefined();
  expect(await value(store, 'a')).toBe('v');
});
