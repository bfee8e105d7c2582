/**
 * The record of a run, which `--json` writes and `compare` and other programs read. This one schema
 * gives its type, its check, and docs/load.schema.json. Within a version, optional fields may be
 * added, and nothing else may change. Fields that are not named here are allowed.
 */
import * as v from 'valibot';
import { explanationRecord, slowRequest } from './explanation-record.js';
import { amount, count, flag, list, number, object, oneOf, say, text, upTo } from './schema.js';

export const machineRecord = object({
  node: say('Version of Node.', text),
  platform: say('Operating system and processor architecture.', text),
  cpu: text,
  cores: count,
  memoryBytes: count,
});

const stage = object({
  fromRate: say('Requests per second as it begins.', amount),
  toRate: say('As it ends.', amount),
  durationMs: amount,
});

export const optionsRecord = object({
  url: text,
  ratePerSecond: say('Requests due per second, over all connections.', amount),
  headers: list(object({ name: text, value: text })),
  threads: count,
  connections: count,
  http2: v.exactOptional(
    say(
      'The protocol was HTTP/2, not HTTP/1.1: streams of each connection.',
      object({ streams: count }),
    ),
  ),
  durationMs: amount,
  timeoutMs: amount,
  warmupMs: amount,
  unixSocket: v.exactOptional(text),
  insecure: flag,
  slowMs: v.exactOptional(amount),
  stages: v.exactOptional(
    say('The stages that fill the duration; ratePerSecond is their mean.', list(stage)),
  ),
  arrivals: v.exactOptional(
    say('Requests were due at random.', object({ kind: v.literal('poisson'), seed: number })),
  ),
  expect: v.exactOptional(
    say(
      'A response was right if its status was in a range and its content matched each.',
      object({
        statuses: list(v.tuple([count, count], 'should be two whole numbers')),
        patterns: list(object({ source: text, flags: text })),
      }),
    ),
  ),
  work: v.variant(
    'kind',
    [
      object({
        kind: v.literal('plain'),
        method: v.exactOptional(text),
        contentBytes: v.exactOptional(count),
        listedRequests: v.exactOptional(count),
      }),
      object({ kind: v.literal('script'), file: text, args: list(text) }),
      object({
        kind: v.literal('workload'),
        putShare: upTo(1),
        keys: oneOf('sequential', 'uniform', 'zipfian'),
        keySpace: count,
        valueBytes: count,
        seed: number,
      }),
    ],
    "should be 'plain', 'script' or 'workload'",
  ),
});

const lowerUs = 'In `latency`: this percentile of `latencyWithoutLag`, and at most valueUs.';
const distribution = object({
  count,
  minUs: amount,
  meanUs: amount,
  stdDevUs: amount,
  maxUs: amount,
  percentiles: say(
    '50, 75, 90, 95, 99, 99.9, 99.99, 99.999 and 100, by nearest rank; within 1/1024.',
    list(
      object({
        percentile: upTo(100),
        valueUs: amount,
        lowerUs: v.exactOptional(say(lowerUs, amount)),
      }),
    ),
  ),
  histogram: say("All of it, in µs: HdrHistogram's compressed V2 encoding, in base64.", text),
});

const thread = object({
  calibrationMeanUs: say('Mean latency while calibrating.', amount),
  samplingMs: say("Interval at which the thread's rate is sampled.", amount),
  completed: count,
  busy: say('Share of the run in which the thread computed, 0 … 1.', amount),
  standstills: say(
    'Stretches of over 1 ms in which the thread should have run and did not. Responses that ' +
      'came in one were seen at its end, so they pass for service time.',
    object({ count, totalUs: amount, longestUs: amount }),
  ),
});

const second = object({
  second: say('0 is the first. The last may be shorter.', count),
  seconds: say('How many it covers: 1, or more if the program was too busy to cut them.', count),
  completed: count,
  errors: say('Errors of all kinds, statuses above 399 among them.', count),
  p50Us: amount,
  p99Us: amount,
  p99LowerUs: v.exactOptional(say("p99 without the generator's own lag; at most p99Us.", amount)),
  maxUs: amount,
});

const errors = object({ connect: count, read: count, write: count, timeout: count, status: count });
const unanswered = object({ inFlight: count, unsent: count });

const stageResult = v.object({
  ...stage.entries,
  elapsedUs: say('Of it, as far as the run came.', amount),
  due: count,
  answered: say('Responses in its time, also those to requests of stages before.', count),
  answeredPerSecond: amount,
  errors: say('Failures in its time, by kind.', errors),
  unanswered: say('Due in it and not answered at the end of the run.', unanswered),
  latency: say('Of requests due in it, whenever they were answered.', distribution),
});

const sloOutcome = object({
  text: say('The clause as it was written.', text),
  unit: oneOf('µs', '%', '/s'),
  limit: say('In the unit.', amount),
  actual: v.exactOptional(say('In the unit. Absent if nothing was answered.', amount)),
  lower: v.exactOptional(say("The same without the generator's own lag, if that differs.", amount)),
  held: flag,
  undecided: v.exactOptional(
    say('It is not held by what was measured, and would be without the lag.', flag),
  ),
  stage: v.exactOptional(say('Which of the stages it is about; 1 is the first.', count)),
});

const searchStep = object({
  rate: amount,
  achieved: amount,
  p50Us: amount,
  p99Us: amount,
  p999Us: amount,
  passed: flag,
  failure: v.exactOptional(say('Why it did not pass.', text)),
});

export const schemaVersion = 'evenkeel-load/1';

export const loadRecord = object({
  schema: v.literal(schemaVersion),
  startedAt: say('When the run started: wall clock, ISO 8601.', text),
  endedEarly: v.exactOptional(say('Why the run ended before its time.', oneOf('signal', 'script'))),
  machine: say('The machine that the load came from.', machineRecord),
  options: say('What was asked for. Secrets are written as `…`.', optionsRecord),
  elapsedUs: say('From the first due time to the end of the run, without the warm-up.', amount),
  latencyFromUs: say(
    "Latencies are of responses from this time on: the end of wrk2's calibration, or 0.",
    amount,
  ),
  requests: object({ sent: count, completed: count, completedPerSecond: amount }),
  bytesRead: say('Heads included.', count),
  bytesReadPerSecond: amount,
  errors: say(
    'Failed requests by kind. `status` counts responses above 399, which are in the percentiles ' +
      'too, or with `expect` those that were not so. `timeout` counts each request once, also if ' +
      'its response came later.',
    errors,
  ),
  causes: say('The failures in words, the most frequent first.', list(object({ text, count }))),
  unanswered: say(
    'Requests due in the run and not answered at its end. They are in the percentiles, at least ' +
      'as late as they were then.',
    unanswered,
  ),
  latency: say('From when a request was due to its response: wait + lag + service.', distribution),
  latencyWithoutLag: v.exactOptional(
    say('latency − lag of each request. Its percentiles are lower bounds.', distribution),
  ),
  wait: say('From due until its connection had the response before it.', distribution),
  lag: say("From due and connection free until sent: the generator's own lateness.", distribution),
  service: say('From sent to answered.', distribution),
  requestRates: say(
    'Requests per second of one thread, sampled at its interval.',
    object({
      count,
      minPerSecond: amount,
      meanPerSecond: amount,
      stdDevPerSecond: amount,
      maxPerSecond: amount,
    }),
  ),
  threads: list(thread),
  due: v.exactOptional(
    say('Requests due in the run, if the rate changes or arrivals are random.', count),
  ),
  stages: v.exactOptional(list(stageResult)),
  timeline: say('Each second of the run, by the time of the response.', list(second)),
  slow: v.exactOptional(
    say(
      'Requests of the whole run that took at least `--slow`, in the order they were due. Those ' +
        'in flight at the end are here as they were then, those unsent are not.',
      object({
        fromUs: amount,
        requests: list(slowRequest),
        unlisted: say('Slow as well, but too many to list.', count),
      }),
    ),
  ),
  explanation: v.exactOptional(
    say('Why requests were slow, as `--explain` found.', explanationRecord),
  ),
  verdict: say(
    'Whether the run may be believed.',
    v.variant(
      'valid',
      [
        object({ valid: v.literal(true) }),
        object({
          valid: v.literal(false),
          reasons: say('Sentences, with the figures and what to change.', list(text)),
        }),
      ],
      'should be true or false',
    ),
  ),
  slo: say('The clauses of the objective, and whether they held.', list(sloOutcome)),
  search: v.exactOptional(
    say('The steps of `--find-max`. The record is of the best one.', list(searchStep)),
  ),
});

type DeepReadonly<T> = T extends object ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> } : T;

export type LoadRecord = DeepReadonly<v.InferOutput<typeof loadRecord>>;
export type Distribution = LoadRecord['latency'];
export type Verdict = LoadRecord['verdict'];
export type SloOutcome = LoadRecord['slo'][number];
export type Unit = SloOutcome['unit'];
export type SearchStep = NonNullable<LoadRecord['search']>[number];
