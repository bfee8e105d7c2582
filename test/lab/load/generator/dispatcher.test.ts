/** Ends of a run that must not mislead the dispatcher; see also exactness.test.ts. */
import { expect, test } from 'vitest';
import { Dispatcher } from '#dist/lab/load/generator/dispatcher.js';
import { RecordSet } from '#dist/lab/load/generator/recorder.js';
import { Schedule } from '#dist/lab/load/generator/schedule.js';
import { Slot } from '#dist/lab/load/generator/slot.js';

const ms = 1000;
const endUs = 50 * ms;

function scheduleOf(requestsPerSend = 1): Schedule {
  const load = { rate: 100 * requestsPerSend, threads: 1, warmupMs: 0 };
  return new Schedule({ beginUs: 0, load, thread: 0, connections: 1, requestsPerSend });
}

/** One connection, a request each 10 ms, 50 ms long. */
function start(delayMs?: () => number) {
  let nowUs = 0;
  const slot = new Slot({ ready: true, send: () => nowUs }, 0);
  const schedule = scheduleOf();
  const options = { schedule, slots: [slot], requestsPerSend: 1, now: () => nowUs, endUs, delayMs };
  const dispatcher = new Dispatcher(options);
  const sendAt = (us: number) => {
    nowUs = us;
    dispatcher.sendDue(us);
  };
  return { dispatcher, slot, sendAt };
}

test('a response after the end leaves the request in flight, and is not a wait', () => {
  const { dispatcher, slot, sendAt } = start();
  const records = new RecordSet();
  sendAt(0);
  dispatcher.ready(slot, endUs + 30 * ms, false);
  expect(dispatcher.finish(endUs, records)).toEqual({ inFlight: 1, unsent: 4 });
  expect(records.service.max).toBe(50 * ms);
  // Those behind it wait for it, the one due at 10 ms for 40 ms: not for the generator.
  expect([records.lag.max, records.wait.max]).toEqual([0, 40 * ms]);
});

test('a request that delay() moves beyond the end is not due, nor are those behind it', () => {
  const { dispatcher, sendAt } = start(() => 100);
  const records = new RecordSet();
  sendAt(0);
  expect(dispatcher.finish(endUs, records)).toEqual({ inFlight: 0, unsent: 0 });
  expect(records.latency.count).toBe(0);
});

test('a request is out of time once, whether it is looked at, gets a response, or both', () => {
  const { dispatcher, slot, sendAt } = start();
  sendAt(0);
  expect(dispatcher.timedOut(5 * ms, 5 * ms)).toBe(0);
  expect(dispatcher.timedOutIn(slot, 6 * ms, 5 * ms)).toBe(1);
  expect(dispatcher.timedOut(7 * ms, 5 * ms)).toBe(0);
  dispatcher.received(slot, 8 * ms, new RecordSet());
  expect(dispatcher.timedOut(20 * ms, 5 * ms)).toBe(0);
  sendAt(20 * ms);
  expect(dispatcher.timedOut(26 * ms, 5 * ms)).toBe(1);
});

test('a request behind one that delay() moved is taken to be moved as far', () => {
  const { dispatcher, sendAt } = start(() => 25);
  const records = new RecordSet();
  sendAt(25 * ms);
  // The next are due at 10 + 25 and 20 + 25 ms; those at 30 + 25 and 40 + 25 after the end.
  expect(dispatcher.finish(endUs, records)).toEqual({ inFlight: 1, unsent: 2 });
  expect(records.latency.min).toBe(5 * ms);
});

test('responses that a pipelined send had before its connection broke count once', () => {
  let nowUs = 0;
  const slot = new Slot({ ready: true, send: () => nowUs }, 0);
  const schedule = scheduleOf(3);
  const dispatcher = new Dispatcher({
    schedule,
    slots: [slot],
    requestsPerSend: 3,
    now: () => nowUs,
    endUs,
  });
  const records = new RecordSet();
  dispatcher.sendDue(0);
  expect(dispatcher.received(slot, ms, records)).toBe(ms);
  dispatcher.failed(slot);
  nowUs = 2 * ms;
  dispatcher.ready(slot, nowUs, true);
  expect([3, 4, 5].map((at) => dispatcher.received(slot, at * ms, records))).toEqual([
    undefined,
    4 * ms,
    5 * ms,
  ]);
  expect(records.latency.count).toBe(3);
});

test('a generator that stops sending is late with all that is due, and blames nobody else', () => {
  const { dispatcher } = start();
  const records = new RecordSet();
  expect(dispatcher.finish(endUs, records)).toEqual({ inFlight: 0, unsent: 5 });
  expect([records.lag.count, records.lag.min, records.lag.max]).toEqual([5, 10 * ms, 50 * ms]);
  for (const { count, max } of [records.wait, records.latencyWithoutLag])
    expect([count, max]).toEqual([5, 0]);
});
