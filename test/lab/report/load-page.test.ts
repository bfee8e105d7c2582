/** The page of a run: all in one file, well-formed, and safe to open whatever a server said. */
import { expect, test } from 'vitest';
import { toRecord } from '#dist/lab/load/output/make-record.js';
import { formatLoadPage } from '#dist/lab/report/load-page.js';
import { histogram, noErrors } from '../load/judge/result.js';
import { emptyResult, extras, full, fullExtras, sampleResult } from '../load/output/sample.js';
import { elements, parseXml } from '../profile/xml.js';

/** The page as XML: its elements without an end are known. */
const parsed = (page: string) =>
  parseXml(page.replace('<!doctype html>\n', '').replace(/<meta[^>]*>/g, ''));

test('it holds the verdict, the objective, both plots and the figures of the record', () => {
  const page = formatLoadPage(full);
  const text = elements(parsed(page), 'td').map((cell) => cell.text);
  expect(page).toContain('Not valid');
  expect(page).toContain('It was late.');
  expect(page).toContain('p99&#60;5ms (7.410 ms)');
  expect(elements(parsed(page), 'svg').map(({ attributes }) => attributes['aria-label'])).toEqual([
    'Latency by percentile',
    'Each second',
  ]);
  expect(text).toEqual(expect.arrayContaining(['failed: status', '93', 'status 503']));
});

test('it loads nothing, and runs nothing', () => {
  const page = formatLoadPage(full);
  expect(page).not.toMatch(/<(script|link|img|iframe)|url\(|@import|\bon[a-z]+=/i);
  expect(page.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(/(src|href)=/);
});

test('what a server or a command line said stays text', () => {
  const evil = '<script>alert(1)</script>';
  const record = toRecord(
    {
      ...sampleResult,
      causes: [[evil, 1]],
      options: { ...sampleResult.options, url: `http://a/${evil}` },
    },
    { ...fullExtras, verdict: { valid: false, reasons: [evil] } },
  );
  expect(formatLoadPage(record)).not.toContain('<script');
});

test('stages have a table, and lines of their own while they can be told apart', () => {
  const stage = {
    stage: { fromRate: 100, toRate: 200, durationMs: 1000 },
    ...{ elapsedUs: 1e6, due: 150, answered: 140, errors: noErrors },
    unanswered: { inFlight: 0, unsent: 10 },
    latency: histogram([1000, 150]),
    latencyWithoutLag: histogram([900, 150]),
  };
  const page = (count: number) =>
    formatLoadPage(
      toRecord({ ...sampleResult, stages: Array.from({ length: count }, () => stage) }, extras),
    );
  expect(page(1)).toContain('<td>1: 100–200/s for 1s</td><td>150</td><td>140.0</td>');
  const names = (text: string) => elements(parsed(text), 'text').map((one) => one.text);
  expect(names(page(3))).toContain('stage 3');
  expect(names(page(4))).not.toContain('stage 1');
});

test('it is well-formed when nothing was answered', () => {
  const page = formatLoadPage(toRecord(emptyResult, extras));
  parsed(page);
  expect(page).not.toMatch(/NaN|Infinity|undefined/);
});
