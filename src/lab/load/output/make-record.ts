/** Makes the JSON record of the result of a run. */
import { encodeHistogram } from '../histogram/encoding.js';
import type { Histogram } from '../histogram/histogram.js';
import type { LoadOptions, PlainWork } from '../load-options.js';
import { boundedLatency } from '../result/bounds.js';
import type { Distribution, LoadRecord } from '../result/load-record.js';
import { achievedRate, perSecond } from '../result/rate.js';
import type { LoadResult, StageResult } from '../result/result.js';
import { withoutSecrets, withoutSecretValues } from './secrets.js';

/** The fields of a record that do not come from the result. */
export type RecordExtras = Pick<
  LoadRecord,
  'machine' | 'verdict' | 'slo' | 'search' | 'explanation'
>;

const percentiles = [50, 75, 90, 95, 99, 99.9, 99.99, 99.999, 100];

export function toRecord(result: LoadResult, extras: RecordExtras): LoadRecord {
  const { sent, completed, bytesRead, requestRates } = result;
  return {
    schema: 'evenkeel-load/1',
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
    latency: distribution(result.latency, (percentile) => boundedLatency(result, percentile)),
    latencyWithoutLag: distribution(result.latencyWithoutLag),
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
    ...(result.due !== undefined && { due: result.due }),
    ...(result.stages && { stages: result.stages.map(recordedStage) }),
    ...(result.slow && { slow: result.slow }),
    ...(extras.explanation && { explanation: extras.explanation }),
    verdict: extras.verdict,
    slo: extras.slo,
    ...(extras.search === undefined ? {} : { search: extras.search }),
  };
}

/** The options without what is secret, and without what is long. */
export function recordedOptions({
  rate,
  headers,
  url,
  // With a private key.
  certificates: _,
  // How it is looked at, not what is sent.
  tail: __,
  work,
  ...others
}: LoadOptions): LoadRecord['options'] {
  return {
    url: withoutSecrets(url),
    ratePerSecond: rate,
    headers: withoutSecretValues(headers).map(([name, value]) => ({ name, value })),
    ...others,
    work: work.kind === 'plain' ? recordedWork(work) : work,
  };
}

/** Content may be secret, and a list is long: their sizes tell runs apart. */
function recordedWork({ kind, method, content, list }: PlainWork): LoadRecord['options']['work'] {
  return {
    kind,
    ...(method !== undefined && { method }),
    ...(content && { contentBytes: content.length }),
    ...(list && { listedRequests: list.length }),
  };
}

function recordedStage(result: StageResult): NonNullable<LoadRecord['stages']>[number] {
  const { stage, elapsedUs, due, answered, errors, unanswered } = result;
  return {
    ...stage,
    ...{ elapsedUs, due, answered, answeredPerSecond: perSecond(answered, result) },
    ...{ errors, unanswered },
    latency: distribution(result.latency, (percentile) => boundedLatency(result, percentile)),
  };
}

/** @param figures of a percentile: a latency also has its lower bound */
function distribution(
  histogram: Histogram,
  figures = (percentile: number): { valueUs: number; lowerUs?: number } => ({
    valueUs: histogram.valueAtPercentile(percentile),
  }),
): Distribution {
  return {
    count: histogram.count,
    minUs: histogram.min,
    meanUs: histogram.mean,
    stdDevUs: histogram.stdDeviation,
    maxUs: histogram.max,
    percentiles: percentiles.map((percentile) => ({ percentile, ...figures(percentile) })),
    histogram: encodeHistogram(histogram),
  };
}
