/** The bench's figures as Markdown: medians over the rounds, and ratios to the first store taken within each round. */
import { type Figures, median } from '../support/rounds.js';
import { type Comparison, nameOf, type Plan } from './plan.js';
import type { Variant } from './variants.js';

/** The figures of a store under a load, by round. */
export type Results = (variant: string, load: string) => readonly Figures[];

export function comparisonTables(comparison: Comparison, results: Results): string {
  const [first = ''] = comparison.variants;
  const rows = (atRate: boolean) =>
    comparison.loads
      .filter(({ load }) => 'perSecond' in load === atRate)
      .flatMap((load) => comparison.variants.map((variant) => ({ variant, load: nameOf(load) })));
  const peak = rows(false).map(({ variant, load }) => {
    const rounds = results(variant, load);
    return [
      load,
      variant,
      spread(rounds, 'rate', 0),
      variant === first ? '' : ratios(rounds, results(first, load), 'rate'),
      ...['settled rate', 'p50', 'p99', 'p99.9', 'max', 'written/given', 'CPU µs', 'rss MiB'].map((name) =>
        middle(rounds, name),
      ),
    ];
  });
  const rate = rows(true).map(({ variant, load }) => {
    const rounds = results(variant, load);
    return [
      load,
      variant,
      middle(rounds, 'rate'),
      ...['p50', 'p99', 'p99.9', 'max'].map((name) => spread(rounds, name, 2)),
      ...['written/given', 'stalled ms', 'rss MiB'].map((name) => middle(rounds, name)),
    ];
  });
  return `### ${comparison.title}

As fast as it goes. Latencies in ms; "settled" counts the time until everything is in the tree.

${table(['load', 'store', 'PUT/s (least … most)', 'ratio (least … most)', 'settled PUT/s', 'p50', 'p99', 'p99.9', 'max', 'written / given', 'CPU µs a PUT', 'memory, MiB'], peak)}

At a constant rate, in ms from when a PUT was due (least … most).

${table(['load', 'store', 'PUT/s', 'p50', 'p99', 'p99.9', 'max', 'written / given', 'waited for a checkpoint, ms', 'memory, MiB'], rate)}
`;
}

export function sharesTable(shares: Readonly<Record<string, readonly Figures[]>>): string {
  const names = Object.keys(Object.values(shares)[0]?.[0] ?? {});
  const rows = Object.entries(shares).map(([run, rounds]) => [
    run,
    ...names.map((name) => middle(rounds, name)),
  ]);
  return `### Where the time of a commit goes today\n\n${table(['load', ...names], rows)}\n`;
}

export function variantsTable(variants: Readonly<Record<string, Variant>>): string {
  return table(
    ['store', 'what it is'],
    Object.entries(variants).map(([name, { what }]) => [name, what]),
  );
}

export function planText({ rounds, entities, peakSeconds, rateSeconds }: Plan): string {
  return `Medians of ${rounds} rounds, the order of the stores reversed each round, each run in a process of its own, each store on a copy of the same ${entities} entities; values of 100 B, in process, without HTTP; ${peakSeconds} s a run at full speed and ${rateSeconds} s at a constant rate, after half a second that is not counted.`;
}

function ratios(rounds: readonly Figures[], base: readonly Figures[], name: string): string {
  const each = rounds.map((round, at) => (round[name] as number) / (base[at]?.[name] as number));
  return spreadOf(each, 2);
}

function spread(rounds: readonly Figures[], name: string, digits: number): string {
  return spreadOf(valuesOf(rounds, name), digits);
}

function spreadOf(values: readonly number[], digits: number): string {
  return `${median(values).toFixed(digits)} (${Math.min(...values).toFixed(digits)} … ${Math.max(...values).toFixed(digits)})`;
}

function middle(rounds: readonly Figures[], name: string): string {
  const value = median(valuesOf(rounds, name));
  return value.toFixed(value >= 100 ? 0 : value >= 10 ? 1 : 2);
}

function valuesOf(rounds: readonly Figures[], name: string): number[] {
  return rounds.map((round) => round[name] as number);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
