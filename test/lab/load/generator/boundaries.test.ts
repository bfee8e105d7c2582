/** What happens exactly at the end of a run or of its warm-up, in scripted time: an answer or a failure is on one side of it. */
import { expect, test } from 'vitest';
import { Causes } from '#dist/lab/load/generator/failure-causes.js';
import { Control, type SecondOver } from '#dist/lab/load/generator/messages.js';
import { Pacer } from '#dist/lab/load/generator/pacer.js';
import { phasesOf } from '#dist/lab/load/generator/phases.js';
import { SharedRecords } from '#dist/lab/load/generator/recorder.js';
import { Run } from '#dist/lab/load/generator/run.js';
import { defaultOptions } from '#dist/lab/load/load-options.js';

const secondUs = 1e6;

/** Two seconds with a request each half a second on one connection, whose sends take no time. */
function start(warmupMs = 0) {
  const time = { us: 0 };
  const clock = { now: () => time.us };
  const records = new SharedRecords();
  const control = new Control();
  const told: SecondOver[] = [];
  const options = {
    ...defaultOptions,
    url: 'http://a',
    threads: 1,
    connections: 1,
    rate: 2,
    durationMs: 2000,
  };
  const given = {
    options: { ...options, warmupMs },
    thread: 0,
    target: { host: 'a', port: 1 },
    source: { requestsPerSend: 1, next: () => '' },
    records,
    control,
    clock,
    tell: (message: { kind: string }) =>
      void (message.kind === 'second' && told.push(message as SecondOver)),
  };
  const lane = { ready: true, send: () => time.us };
  const phases = phasesOf(0, warmupMs, options.durationMs);
  const run = new Run(given, {
    lanes: [lane],
    requestsPerSend: 1,
    phases,
    causes: new Causes(),
    pacer: new Pacer(clock, control.wake, 1),
    opening: () => false,
  });
  const turnAt = (us: number) => {
    time.us = us;
    return run.turn(us);
  };
  const counted = (name: Parameters<SharedRecords['sets'][0]['counted']>[0]) =>
    records.sets[0].counted(name) + records.sets[1].counted(name);
  return { run, time, turnAt, counted, told };
}

test('an answer and a failure at the end count as neither: the request is in flight', () => {
  const { run, time, turnAt, counted } = start();
  turnAt(0);
  time.us = 2 * secondUs;
  run.answered(0, 500);
  run.failed(0, 'read', 'too late');
  run.ready(0, false);
  expect(turnAt(2 * secondUs)).toBeUndefined();
  const { unanswered, causes } = run.finish();
  expect(unanswered).toEqual({ inFlight: 1, unsent: 3 });
  expect([counted('sent'), counted('completed'), counted('read'), counted('status')]).toEqual([
    1, 0, 0, 0,
  ]);
  expect(causes.size).toBe(0);
});

test('a failure and the send behind it count in the second in which they happen', () => {
  const { run, time, turnAt, counted, told } = start();
  turnAt(0);
  time.us = secondUs;
  run.failed(0, 'read', 'broken');
  run.ready(0, false);
  expect(told).toEqual([{ kind: 'second', set: 0, from: 0, to: 0 }]);
  expect([counted('sent'), counted('read')]).toEqual([2, 1]);
});

test('what happens right at the end of the warm-up is not forgotten with it', () => {
  const { run, time, turnAt, counted } = start(1000);
  turnAt(0);
  run.failed(0, 'read', 'broken in the warm-up');
  turnAt(10);
  time.us = secondUs;
  run.failed(0, 'read', 'broken in the run');
  run.ready(0, false);
  turnAt(secondUs + 10);
  expect([counted('sent'), counted('read')]).toEqual([1, 1]);
  expect([...run.finish().causes]).toEqual([['read: broken in the run', 1]]);
});
