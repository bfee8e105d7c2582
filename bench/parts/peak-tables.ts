/** Peaks as tables and as a picture. */
import type { Measured, Table } from '../part.js';
import { median, type Rounds, ratio } from '../support/rounds.js';
import { barPlot } from '../write/bar-plot.js';
import { thousands } from '../write/words.js';
import type { Group } from './peaks.js';

export const noLanes = 'the full lane alone: this `serve` has no --lanes';

export function peakTables({ groups }: Measured, order: readonly Group[]): Table[] {
  return order.flatMap(({ name, connections }) => {
    const rounds = groups[name];
    return rounds === undefined ? [] : [peakTable(rounds, name, counted(rounds, connections))];
  });
}

/** Numbers of connections that were measured, rising. */
function counted(rounds: Rounds, connections: readonly number[]): number[] {
  const [first] = Object.values(rounds);
  return connections
    .filter((count) => first?.[0]?.[`c${count} rate`] !== undefined)
    .toSorted((a, b) => a - b);
}

function peakTable(rounds: Rounds, name: string, connections: readonly number[]): Table {
  const figures = (side: string, figure: string) =>
    (rounds[side] ?? []).flatMap((round) => round[figure] ?? []);
  const cell = (side: string, figure: string, format: (value: number) => string) => {
    const values = figures(side, figure);
    return values.length === 0 ? '' : format(median(values));
  };
  const put = figures('evenkeel', `c${connections[0]} answer`).length === 0;
  const last = put ? 'written' : 'answer';
  const rows = connections.flatMap((count) =>
    Object.keys(rounds).map((side) => {
      const rates = figures(side, `c${count} rate`);
      return [
        String(count),
        side,
        thousands(median(rates)),
        `${thousands(Math.min(...rates))} … ${thousands(Math.max(...rates))}`,
        side === 'evenkeel' ? '1' : ratio(rounds, `c${count} rate`, 'evenkeel', side).toFixed(2),
        cell(side, `c${count} p50`, (ms) => ms.toFixed(2)),
        cell(side, `c${count} p99`, (ms) => ms.toFixed(2)),
        cell(side, `c${count} ${last}`, (value) =>
          put ? `${value.toFixed(1)} ×` : `${Math.round(value)} B`,
        ),
      ];
    }),
  );
  const columns = ['median/s', 'least … most', 'evenkeel / it', 'p50 ms', 'p99 ms', last];
  return { head: [`connections (${name})`, 'peer', ...columns], rows };
}

export function peakPlot(title: string, { groups }: Measured, order: readonly Group[]): string {
  return barPlot(
    `${title}, requests a second`,
    'median of the rounds; the thin line goes from the least to the most',
    order.flatMap(({ name, connections }) =>
      counted(groups[name] ?? {}, connections).map((count) => ({
        name: `${name}, ${count} connections`,
        bars: Object.entries(groups[name] ?? {}).map(([side, figures]) => ({
          name: side,
          values: figures.map((round) => round[`c${count} rate`] as number),
        })),
      })),
    ),
  );
}
