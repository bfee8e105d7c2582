/** What the dispatcher must not be misled by at the end of a run; what it measures is in exactness.test.ts. */
import { expect, test } from 'vitest';
import { Dispatcher, type Lane } from '#dist/load/generator/dispatcher.js';
import { RecordSet } from '#dist/load/generator/recorder.js';
import { Schedule } from '#dist/load/generator/schedule.js';

const ms = 1000;
const endUs = 50 * ms;

/** One connection, a request each 10 ms, 50 ms long. */
function start(delayMs?: () => number) {
  let nowUs = 0;
  const lane: Lane = { ready: true, send: () => nowUs };
  const schedule = new Schedule({ beginUs: 0, rate: 100, threads: 1, thread: 0, connections: 1 });
  const options = { schedule, lanes: [lane], requestsPerSend: 1, now: () => nowUs, endUs, delayMs };
  const dispatcher = new Dispatcher(options);
  const sendAt = (us: number) => {
    nowUs = us;
    dispatcher.sendDue(us);
  };
  return { dispatcher, sendAt };
}

test('an answer behind the end leaves the request in flight, and does not count as a wait for the connection', () => {
  const { dispatcher, sendAt } = start();
  const records = new RecordSet();
  sendAt(0);
  dispatcher.ready(0, endUs + 30 * ms);
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

test('a request is out of time once, whether it is looked at, answered, or both', () => {
  const { dispatcher, sendAt } = start();
  sendAt(0);
  expect(dispatcher.timedOut(5 * ms, 5 * ms)).toBe(0);
  expect(dispatcher.timedOutOn(0, 6 * ms, 5 * ms)).toBe(1);
  expect(dispatcher.timedOut(7 * ms, 5 * ms)).toBe(0);
  dispatcher.answered(0, 8 * ms, new RecordSet());
  expect(dispatcher.timedOut(20 * ms, 5 * ms)).toBe(0);
  sendAt(20 * ms);
  expect(dispatcher.timedOut(26 * ms, 5 * ms)).toBe(1);
});
