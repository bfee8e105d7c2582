/** Versions of a gateway, by clocks that the test sets. */
import { expect, test } from 'vitest';
import { VersionClock } from '#dist/store/cassandra/version-clock.js';

function clockAt(ms: number) {
  const clocks = { system: ms, monotonic: ms };
  const clock = new VersionClock({
    systemMs: () => Math.floor(clocks.system),
    monotonicMs: () => clocks.monotonic,
  });
  return { clocks, clock };
}

test('a version is the time in microseconds, and versions of one moment rise by one', () => {
  const { clocks, clock } = clockAt(1000);
  expect([clock.next(), clock.next(), clock.next()]).toEqual([1_000_000, 1_000_001, 1_000_002]);
  clocks.monotonic = clocks.system = 1000.5;
  expect(clock.next()).toBe(1_000_500);
});

test('a step of the system clock ahead is followed, and one back never makes versions fall', () => {
  const { clocks, clock } = clockAt(1000);
  clock.next();
  clocks.system = 61_000;
  expect(clock.next()).toBe(61_000_000);
  clocks.system = 2000;
  expect(clock.next()).toBe(61_000_001);
  expect(clock.next()).toBe(61_000_002);
  clocks.system = 70_000;
  expect(clock.next()).toBe(70_000_000);
});

test('a difference that rounding explains sets nothing anew', () => {
  const { clocks, clock } = clockAt(1000);
  clocks.system = 1001;
  clocks.monotonic = 1002.25;
  expect(clock.next()).toBe(1_002_250);
});

test('a version that is read raises the ones after it; a lower or odd one does not', () => {
  const { clock } = clockAt(1000);
  clock.raise(5_000_000);
  expect(clock.next()).toBe(5_000_001);
  clock.raise(4_000_000);
  clock.raise(2 ** 60);
  clock.raise(Number.NaN);
  expect(clock.next()).toBe(5_000_002);
});
