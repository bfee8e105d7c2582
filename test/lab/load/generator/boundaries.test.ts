/** A response or a failure exactly at the end of a run, or of its warm-up, in scripted time. */
import { expect, test } from 'vitest';
import { Control, type SecondOver } from '#dist/lab/load/generator/messages.js';
import { SharedRecords } from '#dist/lab/load/generator/recorder.js';
import { Run, type RunOptions } from '#dist/lab/load/generator/run.js';
import { defaultOptions } from '#dist/lab/load/load-options.js';

const secondUs = 1e6;

/** Two seconds with a request each half a second on one connection, whose sends take no time. */
function start(warmupMs = 0) {
  const time = { us: 0 };
  const clock = { now: () => time.us };
  const records = new SharedRecords();
  const control = new Control();
  const seconds: SecondOver[] = [];
  const options = {
    ...defaultOptions,
    url: 'http://a',
    threads: 1,
    connections: 1,
    rate: 2,
    durationMs: 2000,
  };
  const given = {
    load: { ...options, warmupMs },
    thread: 0,
    target: { host: 'a', port: 1 },
    source: { requestsPerSend: 1, next: () => '' },
    records,
    control,
    clock,
    post: (message: { kind: string }) =>
      void (message.kind === 'second' && seconds.push(message as SecondOver)),
  };
  const connection: RunOptions['connections'][number] = {
    ready: true,
    opening: false,
    send: () => time.us,
    close: () => {},
    events: undefined as never,
  };
  const run = new Run(given, { connections: [connection], beginUs: 0, requestsPerSend: 1 });
  const { events } = connection;
  const turnAt = (us: number) => {
    time.us = us;
    return run.turn(us);
  };
  const counted = (name: Parameters<SharedRecords['sets'][0]['counted']>[0]) =>
    records.sets[0].counted(name) + records.sets[1].counted(name);
  return { run, events, time, turnAt, counted, seconds };
}

test('a response and a failure at the end count as neither: the request is in flight', () => {
  const { run, events, time, turnAt, counted } = start();
  turnAt(0);
  time.us = 2 * secondUs;
  events.onResponse(500);
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
  const { run, events, time, turnAt, counted } = start(1000);
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
