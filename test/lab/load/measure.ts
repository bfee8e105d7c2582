/** Runs a load as the tests of its misbehaving peers do, and holds each result to what must be true of any. */
import { expect, vi } from 'vitest';
import { type LoadHooks, runLoad } from '#dist/lab/load/load.js';
import { defaultOptions, type LoadOptions } from '#dist/lab/load/load-options.js';
import type { LoadResult } from '#dist/lab/load/result/result.js';

/** 160 requests over 4 connections: each has one due every 10 ms. Sums of their due times are exact. */
const shortRun = { ...defaultOptions, threads: 1, connections: 4, rate: 400, durationMs: 400 };

/** What a run may take beyond its duration, on a machine that is busy with other tests. */
const patienceMs = 5_000;

export async function measure(
  url: string,
  options: Partial<LoadOptions> = {},
  hooks: LoadHooks = {},
): Promise<LoadResult> {
  const all: LoadOptions = { ...shortRun, ...options, url };
  const stderr = vi.spyOn(process.stderr, 'write');
  try {
    const began = performance.now();
    const result = await runLoad(all, hooks);
    expect(performance.now() - began).toBeLessThan(all.warmupMs + all.durationMs + patienceMs);
    expectToAddUp(result);
    expect(stderr.mock.calls).toEqual([]);
    return result;
  } finally {
    stderr.mockRestore();
  }
}

export const failures = ({ errors }: LoadResult) =>
  errors.connect + errors.read + errors.write + errors.timeout + errors.status;

/** Due by the schedule within the run. */
export function dueIn({ completed, unanswered }: LoadResult): number {
  return completed + unanswered.inFlight + unanswered.unsent;
}

function expectToAddUp(result: LoadResult): void {
  const { completed, sent, unanswered, errors, latency, wait, service, timeline, options } = result;
  const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);
  expect(sum(timeline.map((second) => second.completed))).toBe(completed);
  expect(sum(timeline.map((second) => second.errors))).toBe(failures(result));
  expect(sum(result.causes.map(([, count]) => count))).toBe(failures(result));
  expect(sum(result.threads.map((thread) => thread.completed))).toBe(completed);
  if (result.latencyFromUs === 0) {
    expect(latency.count).toBe(dueIn(result));
    expect(wait.count).toBe(latency.count);
    expect(service.count).toBe(completed + unanswered.inFlight);
  }
  if (!result.endedEarly) expect(result.elapsedUs).toBeCloseTo(options.durationMs * 1000, 2);
  // What carries over from the warm-up was due in it.
  if (!result.endedEarly && options.warmupMs === 0) {
    expect(dueIn(result)).toBe(Math.ceil((options.rate * options.durationMs) / 1000));
    // A send ends in an answer, in flight, or in the failure of its connection.
    const broken = sent - completed - unanswered.inFlight;
    expect(broken).toBeGreaterThanOrEqual(0);
    expect(broken).toBeLessThanOrEqual(errors.read + errors.write);
  }
}
