/** The outcomes as a table of Markdown. */
import { ratioOf } from './judge.js';
import type { Outcome } from './run.js';
import { type WindowResult, windowNames } from './window.js';

const columns = [
  'Scenario',
  'Peak memory',
  'p99 alone',
  'p99 beside it',
  'Ratio',
  'Ratio after',
  'New clients',
  'Slowest new',
  'Refused',
  'What came of it',
];

export function table(outcomes: readonly Outcome[]): string {
  const rows = outcomes.map(cells);
  return [columns, columns.map(() => '---'), ...rows].map(line).join('\n');
}

export function cells(outcome: Outcome): string[] {
  const { scenario, windows, peakBytes, told } = outcome;
  const memory = `${(peakBytes / 1024 ** 2).toFixed(0)} MiB`;
  if (windows === undefined)
    return [scenario.name, memory, ...columns.slice(3).map(() => ''), told];
  const { maxRatio } = scenario;
  const { alone, beside, after } = windows;
  const all = windowNames.map((name) => windows[name]);
  const sum = (figure: (window: WindowResult) => number) =>
    all.reduce((total, window) => total + figure(window), 0);
  return [
    scenario.name,
    memory,
    ms(alone.p99Ms),
    ms(beside.p99Ms),
    times(ratioOf(beside, alone)) + (maxRatio === undefined ? '' : ` (bar ${maxRatio})`),
    times(ratioOf(after, alone)),
    `${sum((window) => window.newConnections)}, ${sum((window) => window.unanswered)} unanswered`,
    ms(Math.max(...all.map((window) => window.maxNewMs))),
    String(sum((window) => window.refused + window.newRefused)),
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
