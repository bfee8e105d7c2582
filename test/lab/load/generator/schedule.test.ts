/** Due times of stages, ramps and random arrivals, exactly: by arithmetic, in virtual time. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Schedule, type ScheduleOptions } from '#dist/lab/load/generator/schedule.js';
import type { Stage } from '#dist/lab/load/load-options.js';
import { randomFrom, unitInterval } from '#dist/lab/load/request/random.js';
import { play } from './virtual-service.js';

const ms = 1000;
const second = 1e6;

const stage = (fromRate: number, toRate: number, seconds: number): Stage => ({
  fromRate,
  toRate,
  durationMs: seconds * 1000,
});

function scheduleOf(load: Partial<ScheduleOptions['load']>, change: Partial<ScheduleOptions> = {}) {
  return new Schedule({
    beginUs: 0,
    load: { rate: 1000, threads: 1, warmupMs: 0, ...load },
    thread: 0,
    connections: 1,
    requestsPerSend: 1,
    ...change,
  });
}

/** The times at which a service that is never slow is asked. */
function sends(stages: readonly Stage[], connections = 3): readonly number[] {
  const durationUs = stages.reduce((sum, { durationMs }) => sum + durationMs * ms, 0);
  return play({ rate: 0, connections, durationUs, stages, respondUs: (us) => us }).sentAtUs;
}

describe('stages', () => {
  test('of constant rates send at even distances, and change at the very moment', () => {
    const times = sends([stage(10, 10, 1), stage(4, 4, 1), stage(0, 0, 0.5), stage(5, 5, 1)]);
    expect(times.map((us) => us / ms)).toEqual([
      ...[0, 100, 200, 300, 400, 500, 600, 700, 800, 900],
      ...[1000, 1250, 1500, 1750],
      ...[2500, 2700, 2900, 3100, 3300],
    ]);
  });

  test('whose rate rises or falls evenly send when the area below it is a whole number', () => {
    // n = 50·t² up, and n = 100·t − 50·t² down: the times follow by hand.
    const up = Array.from({ length: 50 }, (_, n) => Math.sqrt(n / 50) * second);
    const down = Array.from(
      { length: 50 },
      (_, n) => second + (1 - Math.sqrt(1 - n / 50)) * second,
    );
    const times = sends([stage(0, 100, 1), stage(100, 0, 1)]);
    expect(times).toHaveLength(100);
    for (const [n, us] of [...up, ...down].entries()) expect(times[n]).toBeCloseTo(us, 6);
  });

  test('a fraction of a request at the end of a stage is carried into the next', () => {
    // 1.5 requests in the first second: the second one is due half-way to the next.
    expect(sends([stage(1.5, 1.5, 1), stage(2, 2, 1)]).map((us) => us / ms)).toEqual([
      0,
      2000 / 3,
      1250,
      1750,
    ]);
  });

  test('a warm-up has the rate with which the first stage begins', () => {
    const schedule = scheduleOf({ warmupMs: 1000, stages: [stage(2, 4, 1), stage(1, 1, 1)] });
    expect([0, 1, 2].map((n) => schedule.dueUs(n) / ms)).toEqual([0, 500, 1000]);
    expect([5, 6].map((n) => schedule.dueUs(n) / ms)).toEqual([2000, 3000]);
  });

  test('threads take turns, and pipelined requests are due with the first of their send', () => {
    const stages = [stage(100, 100, 1), stage(200, 200, 1)];
    const due = (thread: number, sequence: number) =>
      scheduleOf({ threads: 2, stages }, { thread, requestsPerSend: 5 }).dueUs(sequence) / ms;
    expect([due(0, 0), due(1, 0), due(0, 1), due(1, 9), due(0, 10), due(1, 10)]).toEqual([
      0, 50, 100, 950, 1000, 1025,
    ]);
  });

  test('a latency belongs to the stage in which its request was due', () => {
    // One connection; from 0.95 s on nothing is answered before 1.5 s.
    const { stages, records } = play({
      rate: 0,
      connections: 1,
      durationUs: 2 * second,
      stages: [stage(20, 20, 1), stage(10, 10, 1)],
      respondUs: (us) => (us >= 950 * ms && us < 1500 * ms ? 1500 * ms : us + ms),
    });
    expect(stages.map(({ latency }) => [latency.count, latency.max / ms])).toEqual([
      [20, 550],
      [10, 501],
    ]);
    expect(records.latency.count).toBe(30);
  });

  test('each request that is due is in one stage, whatever the service does', () => {
    const rates = fc.integer({ min: 0, max: 500 });
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            fromRate: rates,
            toRate: rates,
            durationMs: fc.integer({ min: 1, max: 900 }),
          }),
          {
            minLength: 1,
            maxLength: 5,
          },
        ),
        fc.integer({ min: 1, max: 20 }),
        fc.array(fc.integer({ min: 1, max: 400 * ms }), { minLength: 1, maxLength: 20 }),
        fc.constantFrom(undefined, { kind: 'poisson' as const, seed: 3 }),
        (stages, connections, services, arrivals) => {
          const durationUs = stages.reduce((sum, { durationMs }) => sum + durationMs * ms, 0);
          let call = 0;
          const run = play({
            ...{ rate: 0, connections, durationUs, stages, arrivals },
            respondUs: (us) => us + (services[call++ % services.length] as number),
          });
          const load = { stages, ...(arrivals && { arrivals }) };
          const schedule = scheduleOf(load, { connections });
          let us = 0;
          for (const [index, { durationMs }] of stages.entries()) {
            const before = schedule.sendsBefore(us);
            us += durationMs * ms;
            expect(run.stages[index]?.latency.count).toBe(schedule.sendsBefore(us) - before);
          }
          expect(run.records.latency.count).toBe(schedule.sendsBefore(durationUs));
          const { inFlight, unsent } = run.unanswered;
          expect(run.responses + inFlight + unsent).toBe(run.records.latency.count);
        },
      ),
      { numRuns: 150 },
    );
  });
});

describe('arrivals at random', () => {
  const poisson = (seed: number) => ({ arrivals: { kind: 'poisson' as const, seed } });

  test('are due when the sums of their gaps say, which follow from the seed', () => {
    const random = randomFrom(7, 2 ** 31);
    let sum = 0;
    const expected = Array.from({ length: 100 }, () => {
      sum -= Math.log(1 - unitInterval(random));
      return (sum * second) / 1000;
    });
    const { sentAtUs } = play({
      ...{ rate: 1000, connections: 200, durationUs: (expected[99] as number) + 0.001 },
      ...poisson(7),
      respondUs: (us) => us,
    });
    expect(sentAtUs).toEqual(expected);
  });

  test('of the same seed are the same, however far back a connection is', () => {
    const [one, other] = [scheduleOf(poisson(1)), scheduleOf(poisson(1))];
    const far = one.dueUs(300_000);
    for (const sequence of [0, 299_999, 5000, 1023, 1024, 300_000])
      expect(other.dueUs(sequence)).toBe(one.dueUs(sequence));
    expect(other.dueUs(300_000)).toBe(far);
    expect(scheduleOf(poisson(2)).dueUs(300_000)).not.toBe(far);
    expect(one.sendsBefore(far)).toBe(300_000);
    expect(one.sendsBefore(far + 1e-3)).toBe(300_001);
  });

  test('of all threads together have exponential gaps of the asked mean', () => {
    const count = 50_000;
    const times = [0, 1].flatMap((thread) => {
      const schedule = scheduleOf({ threads: 2, ...poisson(1) }, { thread });
      return Array.from({ length: count }, (_, n) => schedule.dueUs(n));
    });
    times.sort((a, b) => a - b);
    const gaps = times.slice(1, count).map((us, n) => us - (times[n] as number));
    // The largest distance to the distribution function, 1 − e^(−gap/1 ms): Kolmogorov's bound at
    // one in a million is 2.7/√n.
    gaps.sort((a, b) => a - b);
    const distance = Math.max(
      ...gaps.map((us, n) => Math.abs(1 - Math.exp(-us / ms) - n / gaps.length)),
    );
    expect(distance).toBeLessThan(2.7 / Math.sqrt(gaps.length));
  });

  test('follow the rate of stages', () => {
    const { stages } = play({
      ...{ rate: 0, connections: 50, durationUs: 20 * second },
      stages: [stage(1000, 1000, 10), stage(0, 400, 10)],
      ...poisson(5),
      respondUs: (us) => us,
    });
    const [even = 0, ramp = 0] = stages.map(({ latency }) => latency.count);
    // Five standard deviations of a Poisson number.
    expect(Math.abs(even - 10_000)).toBeLessThan(5 * Math.sqrt(10_000));
    expect(Math.abs(ramp - 2000)).toBeLessThan(5 * Math.sqrt(2000));
  });
});
