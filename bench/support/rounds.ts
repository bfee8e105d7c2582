/** Fair comparison on a shared machine: sides in turn, the order reversed each round, medians. */
import { cpus, release } from 'node:os';

/** The exit code of a bench whose bar was missed. */
export const missed = 3;

export type Figures = Readonly<Record<string, number>>;

/** Side → its figures in each round. */
export type Rounds = Readonly<Record<string, readonly Figures[]>>;

/** Measures each side once a round, and prints every round. */
export async function inTurn<Side extends string>(
  rounds: number,
  sides: readonly Side[],
  measure: (side: Side) => Promise<Figures>,
): Promise<Rounds> {
  const results = Object.fromEntries(sides.map((side) => [side, [] as Figures[]]));
  for (let round = 0; round < rounds; round++) {
    for (const side of round % 2 === 0 ? sides : sides.toReversed()) {
      const figures = await measure(side);
      results[side]?.push(figures);
      const text = Object.entries(figures).map(([figure, value]) => `${figure} ${format(value)}`);
      process.stdout.write(`  round ${round + 1}  ${side.padEnd(12)} ${text.join('  ')}\n`);
    }
  }
  return results;
}

/** Prints whether a bar was held, and gives the bench its exit code. */
export function conclude(passed: boolean, bar: string): void {
  process.stdout.write(`${passed ? 'ok' : 'MISSED'}: ${bar}\n`);
  process.exitCode = passed ? 0 : missed;
}

/** NaN if there are no values. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  const upper = sorted[half] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? Number.NaN) + upper) / 2;
}

/** One figure of one side in each round that has it. */
export function valuesOf(rounds: Rounds | undefined, figure: string, side: string): number[] {
  return (rounds?.[side] ?? []).flatMap((figures) => figures[figure] ?? []);
}

/** Their median. NaN if the figure was not measured. */
export function middle(rounds: Rounds | undefined, figure: string, side: string): number {
  return median(valuesOf(rounds, figure, side));
}

/** In each round, the figure of one side divided by that of the other. */
export function ratios(rounds: Rounds, figure: string, side: string, other: string): number[] {
  return (rounds[side] ?? []).map(
    (figures, round) => (figures[figure] as number) / (rounds[other]?.[round]?.[figure] as number),
  );
}

/** The median of these ratios. */
export function ratio(rounds: Rounds, figure: string, side: string, other: string): number {
  return median(ratios(rounds, figure, side, other));
}

/** `median (min … max)` of one figure over the rounds. */
export function spread(rounds: Rounds, figure: string, side: string): string {
  return spreadOf(valuesOf(rounds, figure, side), format);
}

export function spreadOf(values: readonly number[], format: (value: number) => string): string {
  const [middle, min, max] = [median(values), Math.min(...values), Math.max(...values)].map(format);
  return `${middle} (${min} … ${max})`;
}

function format(value: number): string {
  return Number.isInteger(value) || value >= 1000 ? String(Math.round(value)) : value.toFixed(3);
}

export function machineLine(): string {
  const [first] = cpus();
  const system = `${process.platform} ${release()}, Node ${process.version}`;
  return `${cpus().length} × ${first?.model}, ${system}`;
}
