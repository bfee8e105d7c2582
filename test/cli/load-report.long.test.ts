/**
 * The reference line of wrk2, typed after `evenkeel load`, against a real server: every line of its
 * report is there, in order, and says the same as the files for programs. Runs are short; the whole
 * minute is test/system/load.test.ts.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decodeFromCompressedBase64 } from 'hdr-histogram-js';
import { expect, it } from 'vitest';
import { temporaryDirectory } from '../support/directory.js';
import { entityUrl } from '../support/http.js';
import { linesOf, loadCommand, measure, measureByCommand, noErrors } from '../support/load.js';
import { serveHere } from '../support/serve.js';
import { expectReport } from '../support/wrk2-report.js';

const script = (name: string) => fileURLToPath(new URL(`../../wrk/${name}.lua`, import.meta.url));
const key = (thread: number, number: number) => `t${thread}-${String(number).padStart(10, '0')}`;
const number = (text: string, pattern: RegExp) => Number(pattern.exec(text)?.[1]);

/** A time as the report has it, and half of the last digit it shows, in µs. */
function timeOf(text: string): { us: number; within: number } {
  const [, amount, unit = ''] = /^([\d.]+)(us|ms|s|m)$/.exec(text) ?? [];
  const unitUs = { us: 1, ms: 1000, s: 1e6, m: 60e6 }[unit] as number;
  return { us: Number(amount) * unitUs, within: 0.0051 * unitUs };
}

it('the reference line writes, wrk/get.lua reads that, and both print wrk2’s report', async () => {
  const { url } = await serveHere();
  const shape = { threads: 4, connections: 20, latency: true };
  const line = ['-t4', '-c20', '-R800', '--latency'];

  // Long enough for each thread to complete requests on a busy machine.
  const put = await measureByCommand(...line, '-d2s', '-s', script('put'), url);
  expectReport(put.lines, { ...shape, duration: '2s' });
  expect(put.record.errors).toEqual(noErrors);
  // The first request of the first thread is made for wrk2's check before the run, and not sent.
  for (const [thread, first] of [2, 1, 1, 1].entries()) {
    const response = await fetch(entityUrl(url, key(thread + 1, first)));
    expect(await response.text()).toBe(`${'v'.repeat(64)}${String(first).padStart(10, '0')}`);
  }
  expect((await fetch(entityUrl(url, key(1, 1)))).status).toBe(404);

  for (const { completed } of put.record.threads) expect(completed).toBeGreaterThan(0);
  const get = await measure(...line, '-d400ms', '-s', script('get'), url, '--', '5');
  expectReport(get.lines, { ...shape, duration: '0.40s' });
  expect(get.record.errors).toEqual(noErrors);
  // A value of 74 bytes comes back with each response.
  expect(get.record.bytesRead).toBeGreaterThan(74 * get.record.requests.completed);
});

it('the text, the JSON and the percentile file of a run say the same', async () => {
  const { url } = await serveHere();
  const hgrm = join(await temporaryDirectory(), 'run.hgrm');
  const { text, record } = await measure(
    '-t2',
    '-c4',
    '-d400ms',
    '-R1000',
    '-L',
    '--hgrm',
    hgrm,
    `${url}/v0/status`,
  );

  const { requests, latency, unanswered, timeline, errors } = record;
  expect(errors).toEqual(noErrors);
  expect(number(text, /^ {2}(\d+) requests in 4\d\d\.\d\dms, /m)).toBe(requests.completed);
  expect(number(text, /^Requests\/sec: +(\S+)$/m)).toBeCloseTo(requests.completedPerSecond, 2);
  // So short a run is not calibrated away: each request that was due is in the percentiles.
  expect(number(text, /Total count {4}= +(\d+)\]/)).toBe(latency.count);
  expect(latency.count).toBe(requests.completed + unanswered.inFlight + unanswered.unsent);
  expect(latency.count).toBe(400);
  expect(timeline.reduce((sum, second) => sum + second.completed, 0)).toBe(requests.completed);
  for (const [, share, printed = ''] of text.matchAll(/^ *(\d+\.\d{3})% +(\S+) *$/gm)) {
    const { us, within } = timeOf(printed);
    const recorded = latency.percentiles.find(
      ({ percentile }) => percentile === Number(share),
    )?.valueUs;
    expect(
      Math.abs(us - (recorded ?? Number.NaN)),
      `${share}: ${printed}, ${recorded}`,
    ).toBeLessThanOrEqual(within);
  }

  expect(text).toContain(await readFile(hgrm, 'utf8'));
  expect(number(text, /^#\[Max {5}= +(\S+),/m)).toBe(latency.maxUs / 1000);
  // By another implementation than ours.
  const theirs = decodeFromCompressedBase64(latency.histogram);
  expect(theirs.totalCount).toBe(latency.count);
  for (const { percentile, valueUs } of latency.percentiles.filter(
    ({ percentile }) => percentile < 100,
  ))
    expect(Math.min(theirs.getValueAtPercentile(percentile), latency.maxUs)).toBe(valueUs);
});

it('-U adds wrk2’s second block, of the service times', async () => {
  const { url } = await serveHere();
  const { lines, record } = await measure(
    '-t2',
    '-c4',
    '-d400ms',
    '-R200',
    '-U',
    `${url}/v0/status`,
  );
  expectReport(lines, { threads: 2, connections: 4, duration: '0.40s', uncorrected: true });
  const counts = lines
    .filter((line) => line.startsWith('#[Max '))
    .map((line) => line.replace(/ +/g, ' '));
  expect(counts).toEqual(
    [record.latency, record.service].map(
      ({ maxUs, count }) => `#[Max = ${(maxUs / 1000).toFixed(3)}, Total count = ${count}]`,
    ),
  );
});

it('without --latency there are no percentiles, as with wrk2', async () => {
  const { url } = await serveHere();
  const { lines } = await measure('-t1', '-c2', '-d400ms', '-R100', `${url}/v0/status`);
  expectReport(lines, { threads: 1, connections: 2, duration: '0.40s' });
});

it('--json - writes the record to standard output, and the report to standard error', async () => {
  const { url } = await serveHere();
  const given = [
    '-t1',
    '-c2',
    '-d400ms',
    '-R100',
    '-L',
    '--json',
    '-',
    '--allow-invalid',
    `${url}/v0/status`,
  ];
  const { code, stdout, stderr } = await loadCommand(...given);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    schema: 'evenkeel-load/1',
    options: { ratePerSecond: 100 },
  });
  expectReport(linesOf(stderr), { threads: 1, connections: 2, duration: '0.40s', latency: true });
});
