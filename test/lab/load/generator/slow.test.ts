/** Slow requests: which are listed, with what split, and which are counted only. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Slowest, SlowLog } from '#dist/lab/load/generator/slow-log.js';
import { Histogram } from '#dist/lab/load/histogram/histogram.js';
import { play } from './virtual-service.js';

const ms = 1000;

describe('the list of slow requests', () => {
  // A request each 10 ms, answered after 1 ms; but those of 100 ms to 150 ms at its end.
  const stall = {
    rate: 100,
    connections: 1,
    durationUs: 300 * ms,
    respondUs: (us: number) => (us >= 100 * ms && us < 150 * ms ? 150 * ms : us + ms),
  };

  test('has all that took so long, with the parts of their latency', () => {
    const slow = new SlowLog(24 * ms, 20 * ms);
    play({ ...stall, slow });
    const of = (dueUs: number, waitUs: number, serviceUs: number) => {
      return { connection: 0, dueUs, latencyUs: waitUs + serviceUs, waitUs, lagUs: 0, serviceUs };
    };
    // Latencies are 50, 41, 32, 23 ms; due times count from the run's start, which is at 20 ms.
    expect(slow.take()).toEqual({
      requests: [of(80 * ms, 0, 50 * ms), of(90 * ms, 40 * ms, ms), of(100 * ms, 31 * ms, ms)],
      unlisted: 0,
      standstills: [],
    });
    expect(slow.take()).toEqual({ requests: [], unlisted: 0, standstills: [] });
  });

  test('has one of exactly the limit, and none that is faster', () => {
    const slow = new SlowLog(50 * ms, 0);
    play({ ...stall, slow });
    expect(slow.take().requests.map(({ latencyUs }) => latencyUs)).toEqual([50 * ms]);
  });

  test('tells the connections apart, and has what was unanswered at the end as it was then', () => {
    const slow = new SlowLog(50 * ms, 0);
    const deaf = { rate: 100, connections: 3, durationUs: 100 * ms, respondUs: () => undefined };
    play({ ...deaf, slow });
    expect(
      slow
        .take()
        .requests.map(({ connection, dueUs, latencyUs }) => [connection, dueUs, latencyUs]),
    ).toEqual([
      [0, 0, 100 * ms],
      [1, 10 * ms, 90 * ms],
      [2, 20 * ms, 80 * ms],
    ]);
  });

  test('puts what the generator delayed down to lag', () => {
    const slow = new SlowLog(30 * ms, 0);
    play({ ...stall, respondUs: (us) => us + ms, asleep: [[50 * ms, 85 * ms]], slow });
    expect(slow.take().requests).toEqual([
      {
        connection: 0,
        dueUs: 50 * ms,
        latencyUs: 36 * ms,
        waitUs: 0,
        lagUs: 35 * ms,
        serviceUs: ms,
      },
    ]);
  });
});

test('the list of the tail follows the slowest 5 %, of the run and of the last second', () => {
  const log = new SlowLog('tail', 0);
  const second = (fastUs: number) => {
    const latency = new Histogram();
    latency.record(fastUs, 94);
    latency.record(10 * fastUs, 6);
    return latency;
  };
  expect(log.fromUs).toBe(0);
  log.follow(second(100));
  expect(log.fromUs).toBe(1000);
  // A slow second does not hide what is slow in the run.
  log.follow(second(5000));
  expect(log.fromUs).toBeLessThanOrEqual(5000 + 5);
  log.follow(second(100));
  expect(log.fromUs).toBe(1000);
  log.follow(new Histogram());
  expect(log.fromUs).toBe(1000);
});

test('standstills count from the start of the run, and are told once', () => {
  const log = new SlowLog(1, 20 * ms);
  log.stoodStill(30 * ms, 35 * ms);
  expect(log.take().standstills).toEqual([{ fromUs: 10 * ms, toUs: 15 * ms }]);
  expect(log.take().standstills).toEqual([]);
});

test('the slowest are kept, whatever the order, and the others counted', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(50), { maxLength: 100 }),
      fc.integer({ min: 1, max: 12 }),
      (all, most) => {
        const slowest = new Slowest<{ latencyUs: number }>(most);
        for (const latencyUs of all) slowest.add({ latencyUs });
        slowest.addUnlisted(2);
        const { requests, unlisted } = slowest.take();
        const sorted = all.toSorted((a, b) => b - a);
        expect(requests.map(({ latencyUs }) => latencyUs).sort((a, b) => b - a)).toEqual(
          sorted.slice(0, most),
        );
        expect(unlisted).toBe(Math.max(0, all.length - most) + 2);
      },
    ),
  );
});
