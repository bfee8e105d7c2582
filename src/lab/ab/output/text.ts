/** A comparison as text for a terminal. */
import { printable } from '../../load/printable.js';
import type { AbRecord } from '../ab-record.js';
import {
  aboutOf,
  amountOf,
  intervalOf,
  judgementOf,
  nameOf,
  outcomeOf,
  signed,
  smallestOf,
} from './words.js';

const heads = ['', 'A', 'B', 'change', 'interval', 'smallest', ''];

export function formatComparison(record: AbRecord): string {
  const rows = record.changes.map((change) => [
    nameOf(change.figure),
    amountOf(change.figure, change.a),
    amountOf(change.figure, change.b),
    signed(change.change),
    intervalOf(change),
    smallestOf(change),
    judgementOf(change),
  ]);
  const repeated = record.repeated.map(
    ({ build, reason }) => `A run of ${build.toUpperCase()} was made again: ${printable(reason)}`,
  );
  return [...columns([heads, ...rows]), ...repeated, aboutOf(record), outcomeOf(record), ''].join(
    '\n',
  );
}

/** The first and the last column at the left, the others at the right. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]?.map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const width = widths?.[column] ?? 0;
        return column === 0 || column === row.length - 1
          ? cell.padEnd(width)
          : cell.padStart(width);
      })
      .join('  ')
      .trimEnd(),
  );
}
