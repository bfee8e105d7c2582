/** The report, line by line against one that wrk2 printed of equal data. */
import { describe, expect, test } from 'vitest';
import { formatCalibration, formatHeader, formatReport } from '#dist/lab/load/output/wrk2-text.js';
import type { LoadResult } from '#dist/lab/load/result/result.js';
import { emptyResult, filled, sampleResult, wrk2Report } from './sample.js';

const everything = { latency: true, uncorrected: true };

function print(result: LoadResult, options = everything): string {
  return [
    formatHeader(result.options),
    ...result.threads.map(formatCalibration),
    formatReport(result, options),
  ].join('');
}

/** Each number with the blanks before it, and its unit, as a field of its width. */
const shape = (line: string) =>
  line.replace(/ *[\d.]+(us|ms|[smkMGT](?=\s|$))?/g, (field) => '#'.repeat(field.length));

/**
 * Lines whose values wrk2's tables do not tell: they lie between rows, or are rounded down to their
 * bucket.
 */
const untold = /^ {4}(Latency|Req\/Sec) | Thread calibration|^#\[M| 99\.000%| 99\.900%/;

describe('the report of a run', () => {
  test('is wrk2’s, byte for byte', () => {
    const ours = print(sampleResult).split('\n');
    const theirs = wrk2Report.trimEnd().split('\n');
    expect(theirs.length).toBeGreaterThan(150);
    const told = theirs.map((line, at) => [line, ours[at] ?? ''] as const);
    expect(told.filter(([line]) => !untold.test(line)).map(([, own]) => own)).toEqual(
      theirs.filter((line) => !untold.test(line)),
    );
    for (const [line, own] of told) expect(shape(own)).toBe(shape(line));
  });

  test('without --latency has no percentiles, and with -U has both blocks', () => {
    const short = formatReport(sampleResult, { latency: false, uncorrected: false });
    expect(short.split('\n').slice(0, 4)).toEqual([
      '  Thread Stats   Avg      Stdev     Max   +/- Stdev',
      expect.stringMatching(/^ {4}Latency /),
      expect.stringMatching(/^ {4}Req\/Sec /),
      '  9091 requests in 15.00s, 1.41MB read',
    ]);
    const recorded = formatReport(sampleResult, { latency: true, uncorrected: false });
    expect(recorded.match(/HdrHistogram - .*/g)).toEqual(['HdrHistogram - Recorded Latency)']);
    expect(formatReport(sampleResult, { latency: false, uncorrected: true })).toBe(
      formatReport(sampleResult, everything),
    );
  });

  test('mentions errors only if there are any', () => {
    const quiet = { ...sampleResult, errors: emptyResult.errors };
    expect(formatReport(quiet, everything)).not.toMatch(/errors|responses/);
    const failing = { ...quiet, errors: { connect: 1, read: 2, write: 3, timeout: 4, status: 5 } };
    expect(formatReport(failing, everything)).toContain(`
  Socket errors: connect 1, read 2, write 3, timeout 4
  Non-2xx or 3xx responses: 5
Requests/sec: `);
  });

  test('prints the share of the samples within one standard deviation', () => {
    const oneFarOff = { ...sampleResult, latency: filled(...Array(99).fill(1000), 50_000) };
    expect(formatReport(oneFarOff, everything)).toContain(
      '    Latency     1.49ms    4.88ms  50.00ms   99.00%\n',
    );
    const alike = { ...sampleResult, latency: filled(700, 700, 700) };
    expect(formatReport(alike, everything)).toContain(
      '    Latency   700.00us    0.00us 700.00us  100.00%\n',
    );
  });

  test('of nothing is all zeros', () => {
    const text = formatReport(emptyResult, everything);
    expect(text).not.toMatch(/nan|infinity|undefined/i);
    expect(text).toContain(`
    Latency     0.00us    0.00us   0.00us    0.00%
    Req/Sec     0.00      0.00     0.00      0.00%
`);
    expect(text).toContain('100.000%    0.00us\n');
    expect(text).toContain(`
  0 requests in 0.00us, 0.00B read
Requests/sec:      0.00
Transfer/sec:       0.00B
`);
  });
});

describe('below wrk2’s lines', () => {
  const below = (result: LoadResult) =>
    formatReport(result, everything).split(/Transfer\/sec: .*\n/)[1];
  const busy = 'the connection was busy with earlier requests';
  const inPercentiles = '(in the percentiles as at least that late)';
  const split = `  Latency (without – with the generator's own lag)
    p50   3.37 ms (1.27–3.37)
    p99   102.27 ms (16.61–102.27)
    p99.9 146.81 ms (125.69–146.81)
    max   151.04 ms (125.95–151.04)
  Latency, split       p50       p99     p99.9       max
    Wait           10.00us  120.00ms  120.00ms  120.00ms  ${busy}
    Lag             3.00us    0.90ms    0.90ms    0.90ms  the generator itself was late
    Service         1.27ms   16.61ms  125.69ms  125.95ms  from sent to answered
`;

  test('stands what the latency is made of', () => {
    expect(below(sampleResult)).toBe(split);
  });

  test('stand the unanswered requests and the causes of failures, if any', () => {
    const result: LoadResult = {
      ...sampleResult,
      unanswered: { inFlight: 8, unsent: 120 },
      causes: [
        ['status 503', 93],
        ['connection \u001b[31mreset\r\nby peer', 2],
      ],
    };
    expect(below(result)).toBe(
      `  Unanswered at the end: 8 in flight, 120 due but unsent ${inPercentiles}
${split}  Failures:
        93  status 503
         2  connection \\u001b[31mreset\\r\\nby peer
`,
    );
  });
});

test('the header shows the run, and no password', () => {
  const { options } = sampleResult;
  const url = 'http://ann:p%40ss@[::1]:8080/v0/entity?id=a@b';
  expect(formatHeader({ ...options, url, durationMs: 60_000, threads: 4, connections: 20 })).toBe(
    'Running 1m test @ http://…@[::1]:8080/v0/entity?id=a@b\n  4 threads and 20 connections\n',
  );
  expect(formatHeader({ ...options, url: 'http://a/?access_token=abc' })).toContain(
    '@ http://a/?access_token=…\n',
  );
  expect(formatHeader({ ...options, connections: 2, http2: { streams: 5 } })).toContain(
    '\n  2 threads and 2 connections of HTTP/2 with 5 streams each\n',
  );
  const plain = 'http://127.0.0.1:8080/u@v';
  expect(formatHeader({ ...options, url: plain })).toContain(`@ ${plain}\n`);
});
