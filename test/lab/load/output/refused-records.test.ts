/** A file that is not a record, or damaged, is refused with its name and the field. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeHistogram } from '#dist/lab/load/histogram/encoding.js';
import { RecordError } from '#dist/lab/load/load-errors.js';
import { readRecord } from '#dist/lab/load/output/read-record.js';
import { filled, full } from './sample.js';

const parse = (record: unknown) => readRecord(JSON.stringify(record), 'a.json');

/** The record's text with one field changed, or taken out. */
function without(path: string): unknown {
  return withValue(path, undefined);
}

function withValue(path: string, value: unknown): unknown {
  const copy: unknown = structuredClone(full);
  const names = path.split('.');
  const last = names.pop() ?? '';
  let inner = copy as Record<string, unknown>;
  for (const name of names) inner = inner[name] as Record<string, unknown>;
  inner[last] = value;
  return copy;
}

describe('a text is refused because', () => {
  const moved = { ...full, lag: { ...full.lag, histogram: encodeHistogram(filled(1)) } };
  test.each<[why: string, value: unknown, message: string]>([
    [
      'it is of another program',
      { latency: 3 },
      "it is not the record of a load run: it has no field 'schema'",
    ],
    ['it is null', null, "it is not the record of a load run: it has no field 'schema'"],
    [
      'it is of a later version',
      { ...full, schema: 'evenkeel-load/2' },
      'its schema is "evenkeel-load/2", and this',
    ],
    ['a field is missing', without('latency'), 'latency is missing'],
    ['a field within is missing', without('service.maxUs'), 'service.maxUs is missing'],
    ['a number is a text', withValue('elapsedUs', '1'), 'elapsedUs should be a number, and is "1"'],
    [
      'a number is null',
      withValue('wait.meanUs', null),
      'wait.meanUs should be a number, and is null',
    ],
    [
      'a count is a fraction',
      withValue('requests.sent', 1.5),
      'requests.sent should be a whole number, and is 1.5',
    ],
    ['a time is negative', withValue('lag.minUs', -1), 'lag.minUs should be at least 0, and is -1'],
    [
      'a percentile is none',
      withValue('lag.percentiles.0.percentile', 101),
      'lag.percentiles[0].percentile should be at most 100',
    ],
    [
      'a list is an object',
      withValue('timeline', {}),
      'timeline should be an array, and is an object',
    ],
    [
      'a word is none we know',
      withValue('endedEarly', 'storm'),
      "endedEarly should be 'signal' or 'script', and is \"storm\"",
    ],
    [
      'the work is of no kind that we know',
      withValue('options.work', { kind: 'storm' }),
      "options.work.kind should be 'plain', 'script' or 'workload', and is \"storm\"",
    ],
    ['a verdict has no reasons', without('verdict.reasons'), 'verdict.reasons is missing'],
    [
      'a script has no file',
      withValue('options.work', { kind: 'script' }),
      'options.work.file is missing',
    ],
    [
      'a histogram is damaged',
      withValue('wait.histogram', 'HIST'),
      'wait.histogram cannot be read: 3 bytes are too few',
    ],
    ['a histogram is of another count', moved, 'lag.histogram holds 1 values, but lag.count is 3'],
  ])('%s', (_why, value, message) => {
    expect(() => parse(value)).toThrow(RecordError);
    expect(() => parse(value)).toThrow(`a.json: ${message}`);
  });

  test('it is not JSON', () => {
    expect(() => readRecord('{', 'b.json')).toThrow(RecordError);
    expect(() => readRecord('{', 'b.json')).toThrow('b.json: it is not JSON: ');
  });

  test('or it is a record that later code can rely on, whatever is in it', () => {
    const paths = Object.entries(full).flatMap(([name, value]) =>
      typeof value === 'object' && value !== null
        ? [name, ...Object.keys(value).map((key) => `${name}.${key}`)]
        : [name],
    );
    fc.assert(
      fc.property(fc.constantFrom(...paths), fc.jsonValue(), (path, value) => {
        try {
          expect(
            parse(withValue(path, value)).latency.percentiles.every(({ valueUs }) => valueUs >= 0),
          ).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(RecordError);
        }
      }),
    );
  });

  test('but not because it is of a release that knew no bounds', () => {
    const { latencyWithoutLag, ...others } = full;
    const percentiles = full.latency.percentiles.map(({ lowerUs, ...known }) => known);
    const older = { ...others, latency: { ...full.latency, percentiles } };
    expect(parse(older)).toEqual(older);
  });

  test('but not because it has a field more', () => {
    expect(() => parse({ ...full, later: 1 })).not.toThrow();
  });
});
