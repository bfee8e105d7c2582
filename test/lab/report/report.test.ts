/**
 * `evenkeel report` as a user runs it, small: a real server, a real load, real profiles, and the
 * document they end in.
 */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { readRecord } from '#dist/lab/load/output/read-record.js';
import { formatTimeUs } from '#dist/lab/load/output/wrk2-units.js';
import type { LoadRecord } from '#dist/lab/load/result/load-record.js';
import { readReport } from '#dist/lab/report/read-report.js';
import { phaseNames, profileKinds } from '#dist/lab/report/report-record.js';
import { mainFile, runCommand } from '../../support/process.js';
import { lastingDirectory } from './lasting-directory.js';

const out = lastingDirectory();
const small = [
  '--rate',
  '500',
  '--threads',
  '1',
  '--connections',
  '4',
  '--duration',
  '1s',
  '--out',
  out,
];
let experiment: { readonly code?: number; readonly stdout: string; readonly stderr: string };

beforeAll(async () => {
  // It ends with 3 where the generator was late, as it may be here.
  experiment = await promisify(execFile)(process.execPath, [mainFile, 'report', ...small]).catch(
    (error) => error,
  );
}, 120_000);

const text = (name: string) => readFileSync(join(out, name), 'utf8');

test('it ends with a table of its figures and where the document is', () => {
  const verdict = '(valid|NOT VALID)';
  const row = ` +\\d+\\.\\d\\d ms.*  ${verdict}`;
  expect(experiment.stdout.split('\n')).toEqual([
    expect.stringMatching(/^ +p50 +p99 +p99\.9 +max +verdict$/),
    expect.stringMatching(new RegExp(`^PUT${row}$`)),
    expect.stringMatching(new RegExp(`^GET${row}$`)),
    `Report: ${join(out, 'async.md')}`,
    '',
  ]);
});

test('it leaves neither its server nor its store behind', () => {
  expect(readdirSync(out).filter((name) => name.startsWith('.store'))).toEqual([]);
});

test('the verdicts are on the terminal, first in the document, and in the exit code', () => {
  const { phases } = readReport(join(out, 'async.json')).record;
  const verdicts = phaseNames.map((name) => phases[name].load.verdict.valid);
  expect(experiment.code ?? 0).toBe(verdicts.every(Boolean) ? 0 : 3);
  const [put, get] = verdicts.map((valid) => (valid ? 'valid' : 'NOT VALID'));
  expect(text('async.md')).toMatch(
    new RegExp(`^\\*\\*PUT: ${put}\\.\\*\\*.*\\n\\*\\*GET: ${get}\\.\\*\\*`),
  );
  expect(experiment.stderr).toMatch(new RegExp(`PUT: ${put}.*GET: ${get}`, 's'));
});

test('GET reads nothing but what PUT wrote', () => {
  const { load, commandLine } = readReport(join(out, 'async.json')).record.phases.get;
  expect(commandLine).toMatch(/ -- \d+$/);
  expect(load.errors.status).toBe(0);
});

test('the document has the reference’s order: for each phase the graphs, then the text', () => {
  const parts = phaseNames.flatMap((name) => [
    `### ${name.toUpperCase()}`,
    `![CPU ${name.toUpperCase()}](async/cpu-${name}.svg)`,
    `![ALLOC ${name.toUpperCase()}](async/alloc-${name}.svg)`,
    `\`\`\`\nevenkeel load -t1 -c4 -d1s -R500 -s wrk/${name}.lua --latency http://127.0.0.1:`,
    'Verdict: ',
    '```',
  ]);
  let from = 0;
  for (const part of parts) {
    const at = text('async.md').indexOf(part, from);
    expect(at, part).toBeGreaterThanOrEqual(from);
    from = at + part.length;
  }
});

test('every picture that the document shows is there, and is an SVG with a title', () => {
  const pictures = [...text('async.md').matchAll(/!\[[^\]]*\]\(([^)]+)\)/g)].map(
    ([, file]) => file as string,
  );
  expect(pictures).toHaveLength(6);
  for (const file of pictures) expect(text(file)).toMatch(/^<\?xml [^>]*>\n?<svg .*<\/svg>\n?$/s);
});

describe.each(phaseNames)('%s', (name) => {
  const loadOf = (): LoadRecord => readReport(join(out, 'async.json')).record.phases[name].load;

  test('its record is one of evenkeel load', () => {
    expect(readRecord(JSON.stringify(loadOf()), name).requests.completed).toBe(
      loadOf().requests.completed,
    );
  });

  test('the figures of the text are those of the record', () => {
    const { latency, requests, elapsedUs } = loadOf();
    const { text: printed } = readReport(join(out, 'async.json')).record.phases[name];
    expect(printed).toContain(`  ${requests.completed} requests in ${formatTimeUs(elapsedUs)}, `);
    for (const [percentile, label] of [
      [50, ' 50.000%'],
      [99, ' 99.000%'],
      [100, '100.000%'],
    ] as const) {
      const { valueUs } = latency.percentiles.find((entry) => entry.percentile === percentile) ?? {
        valueUs: -1,
      };
      expect(printed).toMatch(
        new RegExp(`^${label} +${formatTimeUs(valueUs).replace('.', '\\.')} *$`, 'm'),
      );
    }
    expect(text('async.md')).toContain(printed);
  });

  test('the time line sums to the totals', () => {
    const { timeline, requests } = loadOf();
    expect(timeline.reduce((sum, { seconds }) => sum + seconds, 0)).toBe(1);
    expect(timeline.reduce((sum, { completed }) => sum + completed, 0)).toBe(requests.completed);
  });

  test('each profile counts the requests of its window, and names functions of the server', () => {
    const { record, profiles } = readReport(join(out, 'async.json'));
    const filesOf = (kind: (typeof profileKinds)[number]) =>
      profiles[name][kind].stacks.flatMap(({ frames }) => frames.map(({ file }) => file));
    const files = profileKinds.flatMap(filesOf);
    // A second of a busy machine may have a few samples of one kind only.
    expect(files.some((file) => file?.includes('server/'))).toBe(true);
    // The directories of this machine are nobody's business.
    expect(files.filter((file) => file?.startsWith('/'))).toEqual([]);
    for (const kind of profileKinds) {
      const { seconds, requests, top, beside } = record.phases[name].windows[kind];
      expect(Math.abs(requests - 500 * seconds)).toBeLessThan(500);
      expect(top.length).toBeGreaterThan(0);
      expect(beside?.processCpuUs.user).toBeGreaterThan(0);
    }
  });
});

test('a report compares with itself without a change', async () => {
  const file = join(out, 'async.json');
  const ended = await runCommand(['report', '--out', out, '--compare', file, file]);
  expect([ended.code, ended.stdout]).toEqual([0, `Report: ${join(out, 'async-vs-async.md')}\n`]);
  expect(text('async-vs-async.md')).not.toContain('worse');
  expect(existsSync(join(out, 'async-vs-async', 'cpu-put.svg'))).toBe(true);
});
