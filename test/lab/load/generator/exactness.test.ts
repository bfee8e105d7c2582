/**
 * The promise of the instrument: a service that stalls for a known time gives the percentiles that
 * arithmetic predicts. Time is scripted, so the figures are exact.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { play } from './virtual-service.js';

const ms = 1000;

/** A request each 10 ms for 4 s, answered after 1 ms; but nothing is answered from 1 s to 2 s. */
const stall = {
  rate: 100,
  connections: 1,
  durationUs: 4000 * ms,
  respondUs: (us: number) => (us >= 1000 * ms && us < 2000 * ms ? 2000 * ms : us + ms),
};

/**
 * The request due at 1 s waits the whole stall. The k-th after it is answered at 2 s + k ms, and
 * was due at 1 s + 10k ms: it is 1000 − 9k ms late, down to 10 ms at k = 110. All others take 1 ms.
 */
const predictedMs = [
  ...Array.from({ length: 111 }, (_, k) => 1000 - 9 * k),
  ...new Array<number>(400 - 111).fill(1),
].sort((a, b) => a - b);

function predictedPercentile(percentile: number): number {
  return predictedMs[Math.ceil((percentile * 400) / 100 - 1e-9) - 1] as number;
}

test.each([50, 75, 90, 99, 99.9, 100])(
  'a stall of 1 s gives the p%d that arithmetic predicts',
  (percentile) => {
    const { latency } = play(stall).records;
    const exactUs = predictedPercentile(percentile) * ms;
    expect(latency.count).toBe(400);
    expect(latency.valueAtPercentile(percentile)).toBeGreaterThanOrEqual(exactUs);
    expect(latency.valueAtPercentile(percentile)).toBeLessThanOrEqual(exactUs * (1 + 1 / 1024));
  },
);

test('a clock that starts at the send would have reported 1 ms up to p99.7 of that stall', () => {
  const { service, latency } = play(stall).records;
  expect([50, 90, 99, 99.7].map((p) => Math.floor(service.valueAtPercentile(p) / ms))).toEqual([
    1, 1, 1, 1,
  ]);
  expect(service.max).toBe(1000 * ms);
  expect(latency.valueAtPercentile(99) / service.valueAtPercentile(99)).toBeGreaterThan(900);
});

test('the stall is put down to the wait for the connection, not to the generator', () => {
  const { wait, lag } = play(stall).records;
  expect(lag.max).toBe(0);
  // The request due at 1 010 ms waited until 2 000 ms.
  expect(wait.max).toBe(990 * ms);
});

test('a generator that stalls says so in its lag, for every request that it delayed', () => {
  const asleep = [[500 * ms, 549 * ms]] as const;
  const { lag, wait, latency, service, latencyWithoutLag } = play({
    ...stall,
    respondUs: (us) => us + ms,
    asleep,
  }).records;
  // Due at 500 … 550 ms, sent at 549 … 554 ms one by one; none waited for the service.
  const lags = [...lag.buckets()].map(({ lowest, count }) => [Math.round(lowest / ms), count]);
  expect(lags).toEqual([
    [0, 394],
    [4, 1],
    [13, 1],
    [22, 1],
    [31, 1],
    [40, 1],
    [49, 1],
  ]);
  expect(wait.max).toBe(0);
  expect([latency.max, latencyWithoutLag.max]).toEqual([50 * ms, ms]);
  expect(service.max).toBe(ms);
});

test('a stall of service and generator at once is the service’s as far as it goes', () => {
  // From 1 s to 2 s nothing is answered; the generator sleeps from 1.5 s to 2.5 s.
  const { lag, wait } = play({ ...stall, asleep: [[1500 * ms, 2500 * ms]] }).records;
  const without = play(stall).records;
  expect(without.lag.max).toBe(0);
  expect(wait.max).toBeGreaterThan(without.wait.max);
  expect(lag.max).toBeLessThanOrEqual(1000 * ms);
});

test('what is unanswered at the end counts as late as it is by then', () => {
  // Nothing is answered from 3 s on: 3 000 is in flight, 3 010 … 3 990 are unsent.
  const { records, responses, unanswered } = play({
    ...stall,
    respondUs: (us) => (us < 3000 * ms ? us + ms : undefined),
  });
  expect(responses).toBe(300);
  expect(unanswered).toEqual({ inFlight: 1, unsent: 99 });
  expect(records.latency.count).toBe(400);
  expect(records.latency.max).toBe(1000 * ms);
  // 25 % are between 10 and 1 000 ms late, evenly.
  expect(records.latency.valueAtPercentile(75)).toBe(ms);
  expect(records.latency.valueAtPercentile(90) / ms).toBeCloseTo(600, -1);
  expect(records.latency.valueAtPercentile(99) / ms).toBeCloseTo(960, -1);
  // A request never sent has no service time, and is nobody's lag.
  expect(records.service.count).toBe(301);
  expect(records.lag.max).toBe(0);
});

test('a service that never answers leaves a report that says so', () => {
  const { records, unanswered } = play({ ...stall, connections: 4, respondUs: () => undefined });
  expect(unanswered).toEqual({ inFlight: 4, unsent: 396 });
  expect(records.latency.count).toBe(400);
  expect(records.latency.max).toBe(4000 * ms);
});

test('a connection that never gets a response holds up no others', () => {
  // Two connections take turns, 10 ms apart; the first is deaf.
  const respondUs = (us: number) => (us % (20 * ms) === 0 ? undefined : us + ms);
  const { records, responses, unanswered } = play({
    rate: 100,
    connections: 2,
    durationUs: 400 * ms,
    respondUs,
  });
  expect([responses, unanswered]).toEqual([20, { inFlight: 1, unsent: 19 }]);
  expect(records.latency.valueAtPercentile(50)).toBe(ms);
});

test('sends of all connections are spread evenly over the period', () => {
  const { sentAtUs } = play({
    rate: 10_000,
    connections: 20,
    durationUs: 100 * ms,
    respondUs: (us) => us + 90,
  });
  expect(sentAtUs).toHaveLength(1000);
  expect(sentAtUs.slice(0, 5)).toEqual([0, 100, 200, 300, 400]);
  expect(new Set(sentAtUs.slice(1).map((us, n) => us - (sentAtUs[n] as number)))).toEqual(
    new Set([100]),
  );
});

test('pipelined requests count one by one, from the due time of their send', () => {
  const { records, responses, sentAtUs } = play({
    rate: 100,
    requestsPerSend: 5,
    connections: 2,
    durationUs: 1000 * ms,
    respondUs: (us) => us + 3 * ms,
  });
  expect(sentAtUs).toHaveLength(20);
  expect(sentAtUs[1]).toBe(50 * ms);
  expect(responses).toBe(100);
  expect([records.latency.min, records.latency.max, records.latency.count]).toEqual([
    3 * ms,
    3 * ms,
    100,
  ]);
});

test('delay() moves the sends, and is nobody’s latency', () => {
  const delays = [5, 0, 20, 3];
  let call = 0;
  const { records, sentAtUs } = play({
    ...stall,
    durationUs: 60 * ms,
    delayMs: () => delays[call++] ?? 0,
    respondUs: (us) => us + ms,
  });
  // Due at 0 + 5, 10 + 0, 20 + 20, 30 + 3, 40 and 50; those at 33 and 40 wait for 20 + 20.
  expect(sentAtUs.map((us) => us / ms)).toEqual([5, 10, 40, 41, 42, 50]);
  expect(records.latency.max).toBe(3 * ms);
});

test('each request that was due is counted exactly once, whatever the service does', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 2000 }),
      fc.integer({ min: 1, max: 30 }),
      fc.array(fc.integer({ min: 1, max: 400 * ms }), { minLength: 1, maxLength: 20 }),
      (rate, connections, services) => {
        let call = 0;
        const respondUs = (us: number) => us + (services[call++ % services.length] as number);
        const { records, responses, unanswered } = play({
          rate,
          connections,
          durationUs: 1000 * ms,
          respondUs,
        });
        const due = Math.ceil(rate);
        expect(responses + unanswered.inFlight + unanswered.unsent).toBe(due);
        expect(records.latency.count).toBe(due);
        expect(records.wait.count).toBe(due);
        expect(records.latencyWithoutLag.count).toBe(due);
        expect(records.service.count).toBe(responses + unanswered.inFlight);
      },
    ),
    { numRuns: 200 },
  );
});
