/** Writes the result of a run as a record, and reads records back. What is read may be any file: all of it is checked. */

import { decodeHistogram, encodeHistogram } from '../histogram/encoding.js';
import type { Histogram } from '../histogram/histogram.js';
import type { LoadOptions } from '../load-options.js';
import {
  type Distribution,
  type LoadRecord,
  RecordError,
  type RecordedOptions,
  schemaVersion,
} from '../result/load-record.js';
import { achievedRate, perSecond } from '../result/rate.js';
import type { LoadResult } from '../result/result.js';
import { loadSchema } from './schema.js';
import { withoutSecrets, withoutSecretValues } from './secrets.js';
import { findFault } from './validate.js';

/** What a record tells besides the result. */
export type RecordExtras = Pick<LoadRecord, 'machine' | 'verdict' | 'slo' | 'search'>;

const percentiles = [50, 75, 90, 95, 99, 99.9, 99.99, 99.999, 100];

export function toJson(result: LoadResult, extras: RecordExtras): LoadRecord {
  const { sent, completed, bytesRead, requestRates } = result;
  return {
    schema: schemaVersion,
    startedAt: result.startedAt,
    ...(result.endedEarly === undefined ? {} : { endedEarly: result.endedEarly }),
    machine: extras.machine,
    options: recordedOptions(result.options),
    elapsedUs: result.elapsedUs,
    latencyFromUs: result.latencyFromUs,
    requests: { sent, completed, completedPerSecond: achievedRate(result) },
    bytesRead,
    bytesReadPerSecond: perSecond(bytesRead, result),
    errors: result.errors,
    causes: result.causes.map(([text, count]) => ({ text, count })),
    unanswered: result.unanswered,
    latency: distribution(result.latency),
    wait: distribution(result.wait),
    lag: distribution(result.lag),
    service: distribution(result.service),
    requestRates: {
      count: requestRates.count,
      minPerSecond: requestRates.min,
      meanPerSecond: requestRates.mean,
      stdDevPerSecond: requestRates.stdDeviation,
      maxPerSecond: requestRates.max,
    },
    threads: result.threads,
    timeline: result.timeline,
    ...(result.slow && { slow: result.slow }),
    verdict: extras.verdict,
    slo: extras.slo,
    ...(extras.search === undefined ? {} : { search: extras.search }),
  };
}

function recordedOptions({ rate, headers, url, ...others }: LoadOptions): RecordedOptions {
  return {
    url: withoutSecrets(url),
    ratePerSecond: rate,
    headers: withoutSecretValues(headers).map(([name, value]) => ({ name, value })),
    ...others,
  };
}

function distribution(histogram: Histogram): Distribution {
  return {
    count: histogram.count,
    minUs: histogram.min,
    meanUs: histogram.mean,
    stdDevUs: histogram.stdDeviation,
    maxUs: histogram.max,
    percentiles: percentiles.map((percentile) => ({
      percentile,
      valueUs: histogram.valueAtPercentile(percentile),
    })),
    histogram: encodeHistogram(histogram),
  };
}

/**
 * @param file the name that messages begin with
 * @throws RecordError naming file and field
 */
export function fromJson(text: string, file: string): LoadRecord {
  const fail = (fault: string, cause?: unknown) => new RecordError(`${file}: ${fault}`, { cause });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw fail(`it is not JSON: ${(error as Error).message}`, error);
  }
  const version = (value as { schema?: unknown } | null)?.schema;
  if (version === undefined)
    throw fail("it is no record of a load run, for it has no field 'schema'");
  if (version !== schemaVersion)
    throw fail(
      `its schema is ${JSON.stringify(version)}, and this version reads "${schemaVersion}"`,
    );
  const fault = findFault(loadSchema, value);
  if (fault !== undefined) throw fail(fault);
  const record = value as LoadRecord;
  for (const part of ['latency', 'wait', 'lag', 'service'] as const) {
    let count: number;
    try {
      count = decodeHistogram(record[part].histogram).count;
    } catch (error) {
      throw fail(`${part}.histogram cannot be read: ${(error as Error).message}`, error);
    }
    if (count !== record[part].count)
      throw fail(
        `${part}.histogram holds ${count} values, but ${part}.count is ${record[part].count}`,
      );
  }
  return record;
}
