/**
 * The shape of a LoadRecord as a JSON Schema, by which records are checked when they are read. What each field means stands in
 * record.ts; docs/load.schema.json is this, written out.
 */
import { schemaVersion } from '../result/load-record.js';
import type { Schema } from './validate.js';

const text: Schema = { type: 'string' };
const flag: Schema = { type: 'boolean' };
const count: Schema = { type: 'integer', minimum: 0 };
const amount: Schema = { type: 'number', minimum: 0 };

/** Fields whose names end in `?` may be absent. */
function object(fields: Readonly<Record<string, Schema>>): Schema {
  const names = Object.keys(fields);
  return {
    type: 'object',
    required: names.filter((name) => !name.endsWith('?')),
    properties: Object.fromEntries(
      Object.entries(fields).map(([name, schema]) => [name.replace('?', ''), schema]),
    ),
  };
}

function array(items: Schema): Schema {
  return { type: 'array', items };
}

function oneOf(...values: readonly string[]): Schema {
  return { type: 'string', enum: values };
}

const distribution = object({
  count,
  minUs: amount,
  meanUs: amount,
  stdDevUs: amount,
  maxUs: amount,
  percentiles: array(
    object({ percentile: { type: 'number', minimum: 0, maximum: 100 }, valueUs: amount }),
  ),
  histogram: text,
});

const work: Schema = {
  anyOf: [
    object({ kind: oneOf('plain') }),
    object({ kind: oneOf('script'), file: text, args: array(text) }),
    object({
      kind: oneOf('workload'),
      putShare: { type: 'number', minimum: 0, maximum: 1 },
      keys: oneOf('sequential', 'uniform', 'zipfian'),
      keySpace: count,
      valueBytes: count,
      seed: { type: 'number' },
    }),
  ],
};

const options = object({
  url: text,
  ratePerSecond: amount,
  headers: array(object({ name: text, value: text })),
  threads: count,
  connections: count,
  durationMs: amount,
  timeoutMs: amount,
  warmupMs: amount,
  'unixSocket?': text,
  insecure: flag,
  'slowMs?': amount,
  work,
});

const second = object({
  second: count,
  seconds: count,
  completed: count,
  errors: count,
  p50Us: amount,
  p99Us: amount,
  maxUs: amount,
});

const slowRequest = object({
  dueUs: { type: 'number' },
  dueAtMs: amount,
  latencyUs: amount,
  waitUs: amount,
  lagUs: amount,
  serviceUs: amount,
  thread: count,
  connection: count,
});

export const loadSchema: Schema = object({
  schema: oneOf(schemaVersion),
  startedAt: text,
  'endedEarly?': oneOf('signal', 'script'),
  machine: object({ node: text, platform: text, cpu: text, cores: count, memoryBytes: count }),
  options,
  elapsedUs: amount,
  latencyFromUs: amount,
  requests: object({ sent: count, completed: count, completedPerSecond: amount }),
  bytesRead: count,
  bytesReadPerSecond: amount,
  errors: object({ connect: count, read: count, write: count, timeout: count, status: count }),
  causes: array(object({ text, count })),
  unanswered: object({ inFlight: count, unsent: count }),
  latency: distribution,
  wait: distribution,
  lag: distribution,
  service: distribution,
  requestRates: object({
    count,
    minPerSecond: amount,
    meanPerSecond: amount,
    stdDevPerSecond: amount,
    maxPerSecond: amount,
  }),
  threads: array(
    object({
      calibrationMeanUs: amount,
      samplingMs: amount,
      completed: count,
      busy: amount,
      standstills: object({ count, totalUs: amount, longestUs: amount }),
    }),
  ),
  timeline: array(second),
  'slow?': object({ fromUs: amount, requests: array(slowRequest), unlisted: count }),
  verdict: object({ valid: flag, 'reasons?': array(text) }),
  slo: array(object({ text, unit: text, limit: amount, 'actual?': amount, held: flag })),
  'search?': array(
    object({
      rate: amount,
      achieved: amount,
      p50Us: amount,
      p99Us: amount,
      p999Us: amount,
      passed: flag,
      'failure?': text,
    }),
  ),
});
