/** The probe of a quorum, with a cluster that the test answers for. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { StatusProbe } from '#dist/store/cassandra/status-probe.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('a lost quorum is told once, stays while it lasts, and passes by itself', async () => {
  let isThere = true;
  const told: string[] = [];
  const probe = new StatusProbe(
    () => (isThere ? Promise.resolve() : Promise.reject(new Error('too few'))),
    ({ code, message }) => told.push(`${code}: ${message}`),
  );
  await vi.advanceTimersByTimeAsync(1500);
  expect(probe.failure).toBeUndefined();
  isThere = false;
  await vi.advanceTimersByTimeAsync(3000);
  expect(probe.failure).toMatchObject({ code: 'no-quorum' });
  expect(told).toEqual(['no-quorum: no quorum of the cluster can be reached: too few']);
  isThere = true;
  await vi.advanceTimersByTimeAsync(1000);
  expect(probe.failure).toBeUndefined();
  isThere = false;
  await vi.advanceTimersByTimeAsync(1000);
  expect(told).toHaveLength(2);
  probe.stop();
});

test('once stopped, it asks no more', async () => {
  const ask = vi.fn(() => Promise.resolve());
  const probe = new StatusProbe(ask, () => {});
  probe.stop();
  await vi.advanceTimersByTimeAsync(5000);
  expect(ask).toHaveBeenCalledTimes(1);
});
