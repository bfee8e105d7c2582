/** Runs a load, and holds its result to what must be true of any. */
import { expect, vi } from 'vitest';
import { type LoadHooks, runLoad } from '#dist/lab/load/load.js';
import { defaultOptions, type LoadOptions } from '#dist/lab/load/load-options.js';
import type { LoadResult } from '#dist/lab/load/result/result.js';

/** 160 requests over 4 connections: each has one due every 10 ms. */
const shortRun = { ...defaultOptions, threads: 1, connections: 4, rate: 400, durationMs: 400 };

export async function measure(
  url: string,
  options: Partial<LoadOptions> = {},
  hooks: LoadHooks = {},
): Promise<LoadResult> {
  const all: LoadOptions = { ...shortRun, ...options, url };
  const stderr = vi.spyOn(process.stderr, 'write');
  try {
    const result = await runLoad(all, hooks);
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
  // Requests carried over from a warm-up were due in it.
  if (!result.endedEarly && options.warmupMs === 0) {
    const due = result.due ?? Math.ceil((options.rate * options.durationMs) / 1000);
    expect(dueIn(result)).toBe(due);
    // A send ends in a response, in flight, or in the failure of its connection.
    const broken = sent - completed - unanswered.inFlight;
    expect(broken).toBeGreaterThanOrEqual(0);
    expect(broken).toBeLessThanOrEqual(errors.read + errors.write);
  }
}
