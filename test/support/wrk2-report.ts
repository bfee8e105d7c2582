/**
 * The shape of a report, line by line, as wrk2 prints it and with what we add: programs and people
 * know these lines.
 */
import { expect } from 'vitest';

/** A line, or a run of like ones. */
interface Part {
  readonly line: RegExp;
  readonly atLeast: number;
  readonly atMost: number;
}

const once = (line: RegExp): Part => ({ line, atLeast: 1, atMost: 1 });
const maybe = (line: RegExp): Part => ({ line, atLeast: 0, atMost: 1 });
const times = (line: RegExp, atLeast: number, atMost = atLeast): Part => ({
  line,
  atLeast,
  atMost,
});

const time = String.raw`\d+\.\d\d(?:us|ms|s|m|h)`;
const size = String.raw`\d+\.\d\d[KMGT]?B`;
const split = (name: string) =>
  once(new RegExp(String.raw`^ {4}${name.padEnd(12)}(?: {1,9}${time} ?){4}  \S.*$`));

export interface ReportShape {
  readonly threads: number;
  readonly connections: number;
  readonly duration: string;
  readonly latency?: boolean;
  readonly uncorrected?: boolean;
  /** It may have ended before it was calibrated. */
  readonly early?: boolean;
}

/** The lines of a report, each described by a pattern of its own. */
function partsOf({
  threads,
  connections,
  duration,
  latency,
  uncorrected,
  early,
}: ReportShape): Part[] {
  return [
    once(new RegExp(String.raw`^Running ${duration} test @ http://\S+$`)),
    once(new RegExp(`^  ${threads} threads and ${connections} connections$`)),
    times(
      /^ {2}Thread calibration: mean lat\.: \d+\.\d{3}ms, rate sampling interval: \d{2,}ms$/,
      early ? 0 : threads,
      threads,
    ),
    once(/^ {2}Thread Stats {3}Avg {6}Stdev {5}Max {3}\+\/- Stdev$/),
    once(
      new RegExp(
        String.raw`^ {4}Latency {3}(?= *\S+ +\S+ +\S+ +\S+$)(?: *${time} ?){3} +\d+\.\d\d%$`,
      ),
    ),
    once(/^ {4}Req\/Sec {3}(?=.{8}.{10}.{9}.{8}%$)(?: *\d+\.\d\d[kMG]? {0,2}){3} +\d+\.\d\d%$/),
    ...(latency || uncorrected ? spectrum('Recorded Latency') : []),
    ...(uncorrected
      ? [
          once(/^$/),
          ...spectrum(
            String.raw`Uncorrected Latency \(measured without taking delayed starts into account\)`,
          ),
        ]
      : []),
    once(new RegExp(String.raw`^ {2}\d+ requests in ${time}, ${size} read$`)),
    maybe(/^ {2}Socket errors: connect \d+, read \d+, write \d+, timeout \d+$/),
    maybe(/^ {2}Non-2xx or 3xx responses: \d+$/),
    once(/^Requests\/sec: (?=.{9,}$) *\d+\.\d\d$/),
    once(new RegExp(`^Transfer/sec: (?=.{11,}$) *${size}$`)),
    maybe(/^ {2}Unanswered at the end: \d+ in flight, \d+ due but unsent \(.+\)$/),
    once(/^ {2}Latency \(without – with the generator's own lag\)$/),
    ...['p50', 'p99', 'p99.9', 'max'].map((name) =>
      once(new RegExp(`^ {4}${name.padEnd(6)}.*\\d`)),
    ),
    once(/^ {2}Latency, split {7}p50 {7}p99 {5}p99\.9 {7}max$/),
    ...['Wait', 'Lag', 'Service'].map(split),
    maybe(/^ {2}Failures:$/),
    times(/^ {5,9}\d{1,5} {2}\S.*$/, 0, 20),
    once(/^Verdict: (?:NOT VALID|valid \(.+\))$/),
    times(/^ {2}[A-Z0-9].+\.$/, 0, 10),
    times(/^SLO (?:held|MISSED): .+$/, 0, 10),
  ];
}

function spectrum(title: string): Part[] {
  const percentiles = [
    '50.000',
    '75.000',
    '90.000',
    '99.000',
    '99.900',
    '99.990',
    '99.999',
    '100.000',
  ];
  const row = (inverse: string) =>
    new RegExp(
      String.raw`^(?=.{12} .{12} .{12} .{12}$) *\d+\.\d{3} +[01]\.\d{6} +\d+ +${inverse}$`,
    );
  return [
    once(new RegExp(String.raw`^ {2}Latency Distribution \(HdrHistogram - ${title}\)$`)),
    ...percentiles.map((share) => once(new RegExp(`^${share.padStart(7)}%(?=.{10}$) *${time} ?$`))),
    once(/^$/),
    once(/^ {2}Detailed Percentile spectrum:$/),
    once(/^ {7}Value {3}Percentile {3}TotalCount 1\/\(1-Percentile\)$/),
    once(/^$/),
    times(row(String.raw`\d+\.\d\d`), 0, 10_000),
    once(row('inf')),
    once(/^#\[Mean {4}= (?=.{12},) *\d+\.\d{3}, StdDeviation {3}= (?=.{12}\]) *\d+\.\d{3}\]$/),
    once(/^#\[Max {5}= (?=.{12},) *\d+\.\d{3}, Total count {4}= (?=.{12}\]) *\d+\]$/),
    once(/^#\[Buckets = {11}27, SubBuckets {5}= {9}2048\]$/),
    once(/^-{58}$/),
  ];
}

/** Fails at the first line that is not the one to come. */
export function expectReport(lines: readonly string[], shape: ReportShape): void {
  let at = 0;
  for (const { line, atLeast, atMost } of partsOf(shape)) {
    let matched = 0;
    while (matched < atMost && line.test(lines[at] ?? '\0')) {
      matched++;
      at++;
    }
    if (matched < atLeast)
      expect.fail(`line ${at + 1} does not match ${line}: ${JSON.stringify(lines[at])}`);
  }
  expect(lines.slice(at)).toEqual([]);
}
