/** Promises cost a server of small writes: each call makes as few as its caller can await. */
import { createHook } from 'node:async_hooks';
import { expect, test } from 'vitest';
import { openLmdb } from '#dist/store/lmdb/open-lmdb.js';
import type { Operation } from '#dist/store/store.js';
import { temporaryDirectory } from '../../../support/directory.js';
import { bytes, numbered, openAt } from '../../suite/factory.js';

/** Makes the call, and counts the promises that are made before it returns. */
function counted<T>(call: () => T): [result: T, promises: number] {
  let promises = 0;
  const hook = createHook({
    init: (_id, type) => {
      if (type === 'PROMISE') promises++;
    },
  }).enable();
  try {
    return [call(), promises];
  } finally {
    hook.disable();
  }
}

test('a put makes one promise, a delete too; a batch as many for any length', async () => {
  const directory = await temporaryDirectory();
  const store = await openAt({ open: () => openLmdb({ directory }) });
  const [put, promisesOfPut] = counted(() => store.put(bytes('a'), [bytes('v')]));
  const [removal, promisesOfDelete] = counted(() => store.delete(bytes('a')));
  const batchOf = (length: number) =>
    counted(() =>
      store.commitAll(
        numbered(length).map((key): Operation => ({ kind: 'delete', key: bytes(key) })),
      ),
    );
  const [short, promisesOfShort] = batchOf(1);
  const [long, promisesOfLong] = batchOf(100);
  expect(promisesOfPut).toBe(1);
  expect(promisesOfDelete).toBe(1);
  expect(promisesOfLong).toBe(promisesOfShort);
  await Promise.all([put, removal, short, long]);
});
