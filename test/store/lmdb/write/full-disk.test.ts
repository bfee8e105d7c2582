/** When a disk begins to be full, and when that is over: by a scripted clock. */
import { expect, test } from 'vitest';
import { FullDisk } from '#dist/store/lmdb/write/full-disk.js';

test('a disk is full from the first refusal on, until none came for 10 s', () => {
  const told: boolean[] = [];
  let nowMs = 0;
  const disk = new FullDisk(
    (isFull) => told.push(isFull),
    () => nowMs,
  );
  disk.stored();
  expect(told).toEqual([]);
  disk.refused();
  disk.refused();
  expect(told).toEqual([true]);

  // Small values may fit where large ones do not.
  nowMs = 9000;
  disk.stored();
  disk.refused();
  nowMs = 18_999;
  disk.stored();
  expect(told).toEqual([true]);
  expect(disk.isFull).toBe(true);

  nowMs = 19_000;
  disk.stored();
  disk.stored();
  expect(told).toEqual([true, false]);
  disk.refused();
  expect(told).toEqual([true, false, true]);
});
