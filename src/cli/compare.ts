/** `evenkeel compare`: two records of `evenkeel load --json`, figure by figure. */
import { readFileSync } from 'node:fs';
import { UsageError, withDefault } from '../config/parsers.js';
import type { Comparison, Row } from '../lab/load/judge/compare-runs.js';
import { RecordError } from '../lab/load/load-errors.js';
import { printable } from '../lab/load/printable.js';
import type { LoadRecord } from '../lab/load/result/load-record.js';
import { inputOperand } from './args/files.js';
import { describeFlags, on, parseCommandLine } from './args/flags.js';
import { latency, percentage } from './args/units.js';
import { exitCodes } from './exit-codes.js';

export const flags = {
  tolerance: {
    value: 'PERCENT',
    help: 'a figure may be worse by this share',
    ...withDefault(percentage, 0.1, '10%'),
  },
  floor: {
    value: 'T',
    help: 'times that differ by no more than this are the same',
    ...withDefault(latency, 50, '50us'),
  },
  json: on('print one JSON object instead of the table, for programs'),
};

export const summary = 'compare two records of load, and find regressions';

export const errors = [];

export const help = `evenkeel compare: ${summary}

Usage: evenkeel compare [flags] BEFORE.json AFTER.json

${describeFlags(flags)}

A figure is worse if it changed by more than --tolerance, by more than --floor and by more than
the resolution of the histogram (0.1 %). Failures must also grow by 1 in 10000 requests. The
maximum, and percentiles that fewer than ten requests lie above, are chance: they are shown and not
judged. Nor is the rate, if the runs asked for different rates.

A latency is worse if it is so between all bounds of both runs: with and without the lag of their
generators. One run a side says little about chance: evenkeel ab makes many.

Exit codes:
  ${exitCodes.fine}    nothing is worse
  ${exitCodes.usage}    a wrong command line, or a file that is not a record
  ${exitCodes.regression}    something is worse
  ${exitCodes.undecided}    can't tell: something may be worse, by the bounds of its figures

Examples:
  evenkeel compare before.json after.json --tolerance 20%
  evenkeel load -R1000 --json before.json http://127.0.0.1:8080/v0/status
  evenkeel load -R1000 --json after.json http://127.0.0.1:8080/v0/status
  evenkeel compare before.json after.json
`;

/** Sets the exit code. @throws UsageError */
export async function run(args: readonly string[]): Promise<void> {
  const { values, operands } = parseCommandLine(flags, args);
  const [before, after, ...more] = operands;
  if (before === undefined || after === undefined || more.length > 0)
    throw new UsageError(
      `compare takes two files, BEFORE.json and AFTER.json, got ${operands.length}`,
    );
  const options = { tolerance: values.tolerance, floorUs: values.floor };
  const { compareRuns } = await import('../lab/load/judge/compare-runs.js');
  const comparison = compareRuns(await readRun(before), await readRun(after), options);
  process.stdout.write(
    values.json
      ? `${JSON.stringify({ before, after, ...options, ...comparison }, undefined, 2)}\n`
      : `${formatComparison(comparison).join('\n')}\n`,
  );
  if (comparison.regressed) process.exitCode = exitCodes.regression;
  else if (comparison.undecided) process.exitCode = exitCodes.undecided;
}

/** @throws UsageError */
async function readRun(file: string): Promise<LoadRecord> {
  const { readRecord } = await import('../lab/load/output/read-record.js');
  const text = readFileSync(inputOperand('compare', file), 'utf8');
  try {
    return readRecord(text, file);
  } catch (error) {
    if (error instanceof RecordError) throw new UsageError(error.message);
    throw error;
  }
}

export function formatComparison(comparison: Comparison): string[] {
  const { rows, warnings } = comparison;
  return [
    columns('', ['before', 'after', 'change']),
    ...rows.map(formatRow),
    ...warnings.map((warning) => `Warning: ${printable(warning)}`),
    outcomeOf(comparison),
  ];
}

function outcomeOf({ rows, regressed, undecided }: Comparison): string {
  const named = (wanted: Row['judgement']) =>
    rows.flatMap(({ judgement, figure }) => (judgement === wanted ? [figure] : [])).join(', ');
  if (regressed) return `REGRESSION: ${named('worse')}`;
  if (!undecided) return 'No regression.';
  const open = named("can't tell");
  return open === ''
    ? "Can't tell: the first run had no response."
    : `Can't tell: ${open}; the lag of the generators is as large as the change.`;
}

function formatRow({ figure, unit, before, after, change, changeShare, judgement }: Row): string {
  const format = formats[unit];
  const sign = change > 0 ? '+' : '';
  const share = changeShare === undefined ? '' : `${sign}${(changeShare * 100).toFixed(1)} %`;
  const note = judgement === 'same' ? '' : judgement;
  const figures = [format(before), format(after), `${sign}${format(change)}`, share];
  return columns(figure, figures, note);
}

const formats: Record<Row['unit'], (value: number) => string> = {
  µs: (value) => `${(value / 1000).toFixed(3)} ms`,
  '/s': (value) => `${value.toFixed(1)}/s`,
  '%': (value) => `${value.toFixed(3)} %`,
};

function columns(figure: string, figures: readonly string[], note = ''): string {
  const cells = figures.map((text, index) => ` ${text.padStart(index < 3 ? 12 : 9)}`);
  return `${figure.padEnd(16)}${cells.join('')}  ${note}`.trimEnd();
}
