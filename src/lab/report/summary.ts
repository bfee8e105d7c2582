/** The end of a report on the terminal: latencies, verdicts, and where the document lies. */
import { formatBounded } from '../load/result/bounds.js';
import { type PhaseRecord, phaseNames, type ReportRecord } from './report-record.js';

const columns = { p50: 50, p99: 99, 'p99.9': 99.9, max: 100 };

/** @param document the file that the report was written to */
export function formatSummary({ phases }: ReportRecord, document: string): string {
  const rows = [
    ['', ...Object.keys(columns), 'verdict'],
    ...phaseNames.map((name) => [name.toUpperCase(), ...cellsOf(phases[name])]),
  ];
  const widthOf = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  const lines = rows.map((row) => row.map((cell, column) => cell.padEnd(widthOf(column))));
  const table = lines.map((cells) => `${cells.join('  ').trimEnd()}\n`);
  return `${table.join('')}Report: ${document}\n`;
}

function cellsOf({ load }: PhaseRecord): string[] {
  const figures = Object.values(columns).map((at) => {
    const found = load.latency.percentiles.find(({ percentile }) => percentile === at);
    const { valueUs = Number.NaN, lowerUs = valueUs } = found ?? {};
    return formatBounded({ valueUs, lowerUs });
  });
  return [...figures, load.verdict.valid ? 'valid' : 'NOT VALID'];
}
