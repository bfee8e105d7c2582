/** A thread's run in scripted time: what counts on which side of each boundary, and its ends. */
import { expect, test } from 'vitest';
import { Control, type SecondOver } from '#dist/lab/load/generator/messages.js';
import { SharedRecords } from '#dist/lab/load/generator/recorder.js';
import { Run, type RunOptions } from '#dist/lab/load/generator/run.js';
import { defaultOptions, type LoadOptions } from '#dist/lab/load/load-options.js';
import type { RequestSource } from '#dist/lab/load/request/request-source.js';
import { Aggregator } from '#dist/lab/load/result/aggregator.js';

const ms = 1000;
const secondUs = 1e6;

/** A request each half a second on one connection, for two seconds; sends take no time. */
function start(options: Partial<LoadOptions> = {}, hooks: Partial<RequestSource> = {}) {
  const time = { us: 0 };
  const records = new SharedRecords();
  const control = new Control();
  const seconds: SecondOver[] = [];
  const source = { requestsPerSend: 1, next: () => '', stopped: false, ...hooks };
  const run = { threads: 1, connections: 1, rate: 2, durationMs: 2000 };
  const connection: RunOptions['connections'][number] = {
    ready: true,
    opening: false,
    send: () => time.us,
    close: () => {},
    events: undefined as never,
  };
  const given = {
    load: { ...defaultOptions, url: 'http://a', ...run, ...options },
    thread: 0,
    target: { host: 'a', port: 1 },
    source,
    records,
    control,
    clock: { now: () => time.us },
    post: (message: { kind: string }) =>
      void (message.kind === 'second' && seconds.push(message as SecondOver)),
  };
  const played = new Run(given, { connections: [connection], beginUs: 0, requestsPerSend: 1 });
  const { events } = connection;
  const turnAt = (us: number) => {
    time.us = us;
    return played.turn(us);
  };
  const respondAt = (us: number, status = 200) => {
    time.us = us;
    events.onResponse(status, new Uint8Array(0));
    events.onReady(false);
  };
  const counted = (name: Parameters<SharedRecords['sets'][0]['counted']>[0]) =>
    records.sets[0].counted(name) + records.sets[1].counted(name);
  return {
    run: played,
    events,
    source,
    control,
    time,
    turnAt,
    respondAt,
    counted,
    seconds,
    records,
  };
}

/** Plays a run with a response 1 ms after each send, and adds it up as the main thread does. */
function play(options: Partial<LoadOptions>, latencyFrom: number, status: (us: number) => number) {
  const { run, turnAt, respondAt, seconds, records } = start(options);
  const aggregator = new Aggregator([records], latencyFrom);
  for (let us = 0; turnAt(us) !== undefined; us += secondUs / 2) {
    respondAt(us + ms, status(us));
    for (const second of seconds.splice(0)) aggregator.second(0, second);
  }
  aggregator.finished(0, run.finish());
  return aggregator;
}

test('a response and a failure at the end count as neither: the request is in flight', () => {
  const { run, events, turnAt, respondAt, counted } = start();
  turnAt(0);
  respondAt(2 * secondUs, 500);
  events.onFailure('read', 'too late');
  events.onReady(false);
  expect(turnAt(2 * secondUs)).toBeUndefined();
  const { unanswered, causes } = run.finish();
  expect(unanswered).toEqual({ inFlight: 1, unsent: 3 });
  expect([counted('sent'), counted('completed'), counted('read'), counted('status')]).toEqual([
    1, 0, 0, 0,
  ]);
  expect(causes.size).toBe(0);
});

test('a failure and the send behind it count in the second in which they happen', () => {
  const { events, time, turnAt, counted, seconds } = start();
  turnAt(0);
  time.us = secondUs;
  events.onFailure('read', 'broken');
  events.onReady(false);
  expect(seconds).toEqual([{ kind: 'second', set: 0, from: 0, to: 0 }]);
  expect([counted('sent'), counted('read')]).toEqual([2, 1]);
});

test('what happens right at the end of the warm-up is not forgotten with it', () => {
  const { run, events, time, turnAt, counted } = start({ warmupMs: 1000 });
  turnAt(0);
  events.onFailure('read', 'broken in the warm-up');
  turnAt(10);
  time.us = secondUs;
  events.onFailure('read', 'broken in the run');
  events.onReady(false);
  turnAt(secondUs + 10);
  expect([counted('sent'), counted('read')]).toEqual([1, 1]);
  expect([...run.finish().causes]).toEqual([['read: broken in the run', 1]]);
});

test('a warm-up is sent and counted nowhere', () => {
  const run = play({ warmupMs: 3000 }, 0, (us) => (us < 3 * secondUs ? 500 : 200));
  expect([run.counted('sent'), run.counted('completed'), run.failures]).toEqual([4, 4, 0]);
  expect([run.causes.sorted, run.latencies.latency.count]).toEqual([[], 4]);
  expect(run.timeline.map(({ second }) => second)).toEqual([0, 1]);
});

test('a run of more than 10 s counts latencies from there, and all else from the start', () => {
  const run = play({ durationMs: 11_000 }, 10, () => 200);
  expect([run.latencyFrom, run.latencies.latency.count]).toEqual([10, 2]);
  expect(run.counted('completed')).toBe(22);
  expect(run.timeline.map(({ second, completed }) => [second, completed])).toEqual(
    Array.from({ length: 11 }, (_, second) => [second, 2]),
  );
});

test('a request without a response is one timeout, though nobody looked before the end', () => {
  const { run, turnAt, counted } = start({ timeoutMs: 1999 });
  turnAt(0);
  turnAt(1999 * ms);
  expect(counted('timeout')).toBe(0);
  turnAt(2 * secondUs);
  expect([...run.finish().causes]).toEqual([['timeout: no response within 1999 ms', 1]]);
});

test('a response right behind its timeout counts as both, though nobody looked in time', () => {
  const { turnAt, respondAt, counted } = start({ timeoutMs: 100 });
  turnAt(0);
  respondAt(100 * ms + 1);
  expect([counted('timeout'), counted('completed')]).toEqual([1, 1]);
});

test('a script that stops its thread, and a signal, end the run as of then', () => {
  const [stopped, signalled] = [start(), start()];
  for (const { turnAt } of [stopped, signalled]) turnAt(0);
  stopped.source.stopped = true;
  signalled.control.stop();
  for (const [{ run, turnAt }, endedEarly] of [
    [stopped, 'script'],
    [signalled, 'signal'],
  ] as const) {
    expect(turnAt(700 * ms)).toBeUndefined();
    const unanswered = { inFlight: 1, unsent: 1 };
    expect(run.finish()).toMatchObject({ endUs: 700 * ms, endedEarly, unanswered });
  }
});

test('a thread whose requests are far apart hands over each second, so it seems not hung', () => {
  const { turnAt, seconds, records } = start({ durationMs: 60_000 }, { delayMs: () => 30_000 });
  for (let second = 0; second <= 20; second++) {
    turnAt(second * secondUs);
    for (const set of [0, 1] as const) records.giveBack(set);
  }
  expect(seconds.map(({ to }) => to)).toEqual(Array.from({ length: 20 }, (_, second) => second));
});
