/** The outcomes as a table of Markdown. */
import { type Outcome, ratioOf } from './run.js';

const columns = [
  'Scenario',
  'Peak memory',
  'p99 alone',
  'p99 beside it',
  'Ratio',
  'Ratio after',
  'New clients',
  'Slowest new',
  'Probe refused',
  'What came of it',
];

export function table(outcomes: readonly Outcome[]): string {
  const rows = outcomes.map(cells);
  return [columns, columns.map(() => '---'), ...rows].map(line).join('\n');
}

export function cells(outcome: Outcome): string[] {
  const { scenario, alone, beside, after, peakBytes, told } = outcome;
  const { maxRatio } = scenario;
  return [
    scenario.name,
    `${(peakBytes / 1024 ** 2).toFixed(0)} MiB`,
    ms(alone.p99Ms),
    ms(beside.p99Ms),
    times(ratioOf(beside, alone)) + (maxRatio === undefined ? '' : ` (bar ${maxRatio})`),
    times(ratioOf(after, alone)),
    `${beside.newConnections}, ${beside.unanswered} unanswered`,
    ms(beside.maxNewMs),
    String(beside.refused),
    told,
  ];
}

function line(row: readonly string[]): string {
  return `| ${row.join(' | ')} |`;
}

function ms(value: number): string {
  return `${value.toFixed(value < 10 ? 1 : 0)} ms`;
}

function times(value: number): string {
  return `${value.toFixed(1)} ×`;
}
