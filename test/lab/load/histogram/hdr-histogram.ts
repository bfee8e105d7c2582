/** Histograms with our settings from hdr-histogram-js, an independent implementation. */
import { build, JsHistogram } from 'hdr-histogram-js';
import { highestTrackableUs } from '#dist/lab/load/histogram/histogram.js';

export type Runs = readonly (readonly [us: number, times: number])[];

export function theirHistogramOf(runs: Runs): JsHistogram {
  const histogram = build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: highestTrackableUs,
    numberOfSignificantValueDigits: 3,
    bitBucketSize: 64,
    autoResize: false,
  });
  if (!(histogram instanceof JsHistogram))
    throw new Error('expected the implementation in JavaScript');
  for (const [us, times] of runs) histogram.recordValueWithCount(us, times);
  return histogram;
}
