/** The table of `evenkeel compare`, and the command lines it refuses. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formatComparison, run } from '#dist/cli/compare.js';
import { temporaryDirectory } from '../support/directory.js';

describe('the table', () => {
  it('shows before, after and the change, marks what is worse, and ends with the outcome', () => {
    const lines = formatComparison({
      rows: [
        {
          figure: 'latency p99',
          unit: 'µs',
          before: 1000,
          after: 2500,
          change: 1500,
          changeShare: 1.5,
          judgement: 'worse',
        },
        {
          figure: 'latency max',
          unit: 'µs',
          before: 9000,
          after: 8000,
          change: -1000,
          changeShare: -1 / 9,
          judgement: 'not judged',
        },
        {
          figure: 'rate',
          unit: '/s',
          before: 1000,
          after: 1000,
          change: 0,
          changeShare: 0,
          judgement: 'same',
        },
        { figure: 'errors', unit: '%', before: 0, after: 0.5, change: 0.5, judgement: 'worse' },
      ],
      warnings: ['The runs differ in rate: 1 and 2.'],
      regressed: true,
      undecided: false,
    });
    expect(lines).toEqual([
      '                       before        after       change',
      'latency p99          1.000 ms     2.500 ms    +1.500 ms  +150.0 %  worse',
      'latency max          9.000 ms     8.000 ms    -1.000 ms   -11.1 %  not judged',
      'rate                 1000.0/s     1000.0/s        0.0/s     0.0 %',
      'errors                0.000 %      0.500 %     +0.500 %            worse',
      'Warning: The runs differ in rate: 1 and 2.',
      'REGRESSION: latency p99, errors',
    ]);
  });

  it('keeps a space between its columns, however large a figure is', () => {
    const before = 123_456_789_012;
    const row = { figure: 'latency max', unit: 'µs', change: 0, judgement: 'same' } as const;
    const rows = [{ ...row, before, after: before }];
    expect(formatComparison({ rows, warnings: [], regressed: false, undecided: false })[1]).toMatch(
      /^latency max +123456789\.012 ms 123456789\.012 ms +0\.000 ms$/,
    );
  });
});

it('writes what a file says of a run as text, whatever it is', () => {
  const warnings = ['The first run is not valid: \u001b]0;owned\u0007\u009b31m\u202eback'];
  expect(formatComparison({ rows: [], warnings, regressed: false, undecided: false })[1]).toBe(
    'Warning: The first run is not valid: \\u001b]0;owned\\u0007\\u009b31m\\u202eback',
  );
});

describe('compare refuses', () => {
  const takes = 'compare takes two files, BEFORE.json and AFTER.json';
  it.each([
    [[], `${takes}, got 0`],
    [['a.json'], `${takes}, got 1`],
    [['a.json', 'b.json', 'c.json'], `${takes}, got 3`],
    [['no.json', 'no.json'], "compare takes a file that exists, got 'no.json'"],
    [['a', 'b', '--tolerance', '10'], "--tolerance takes a percentage such as 10%, got '10'"],
    [
      ['a', 'b', '--floor', '1'],
      "--floor takes a time with its unit, such as 50us or 0.05ms, got '1'",
    ],
  ])('%j', async (args, message) => {
    await expect(run(args)).rejects.toMatchObject({ name: 'UsageError', message });
  });

  it.each(['Running 1m test\n', '{"name":"something else"}'])(
    'a file that is not a record, by its name: %s',
    async (text) => {
      const file = join(await temporaryDirectory(), 'run.json');
      await writeFile(file, text);
      await expect(run([file, file])).rejects.toMatchObject({
        name: 'UsageError',
        message: expect.stringMatching(`^${file}: it is not `),
      });
    },
  );
});
