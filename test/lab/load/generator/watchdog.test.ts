/** When a thread counts as hung, by a scripted clock. */
import { expect, test } from 'vitest';
import { Watchdog } from '#dist/lab/load/generator/watchdog.js';

/** Checks each second; each thread speaks in the seconds that it is asked for. */
function watched(
  threads: number,
  until: number,
  speaks: (thread: number, second: number) => boolean,
) {
  const watch = new Watchdog(threads, 5_000, 30_000);
  for (let second = 0; second <= until; second++) {
    const nowMs = second * 1000;
    for (let thread = 0; thread < threads; thread++)
      if (speaks(thread, second)) watch.received(thread, nowMs);
    const found = watch.check(nowMs);
    if (found) return { ...found, second };
  }
  return undefined;
}

test('a thread that speaks every second is never hung', () => {
  expect(watched(2, 200, (_, second) => second >= 5)).toBeUndefined();
});

test('a thread that speaks no more is hung after the limit, whatever the others say', () => {
  const found = watched(3, 200, (thread, second) => thread !== 1 || second <= 60);
  expect(found).toEqual({ thread: 1, silentMs: 31_000, second: 91 });
});

test('before the run nobody need speak', () => {
  expect(watched(1, 35, () => false)).toBeUndefined();
  expect(watched(1, 36, () => false)).toEqual({ thread: 0, silentMs: 31_000, second: 36 });
});

test('a thread that has ended need not speak', () => {
  const watch = new Watchdog(1, 0, 30_000);
  watch.ended(0);
  for (let nowMs = 0; nowMs < 100_000; nowMs += 1000) expect(watch.check(nowMs)).toBeUndefined();
});

test('a stall of the process itself is not a silence', () => {
  const watch = new Watchdog(1, 0, 30_000);
  watch.received(0, 1_000);
  for (let nowMs = 1_000; nowMs <= 11_000; nowMs += 1000) watch.check(nowMs);
  expect(watch.check(500_000)).toBeUndefined();
  for (let nowMs = 501_000; nowMs <= 519_000; nowMs += 1000)
    expect(watch.check(nowMs)).toBeUndefined();
  expect(watch.check(520_000)).toEqual({ thread: 0, silentMs: 31_000 });
});
