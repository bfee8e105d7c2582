/** Fair comparison on a shared machine: the sides in turn, the order reversed each round, medians with their spread. */
import { cpus, release } from 'node:os';
import { priority } from '#dist/lab/report/host.js';

/** The exit code of a bench whose bar was missed. */
export const missed = 3;

export type Figures = Readonly<Record<string, number>>;

export type Rounds = Readonly<Record<string, readonly Figures[]>>;

/** Runs each side once a round. Prints every round, and returns the figures of each side by round. */
export async function inTurn(
  rounds: number,
  sides: Readonly<Record<string, () => Promise<Figures>>>,
): Promise<Rounds> {
  const names = Object.keys(sides);
  const results = Object.fromEntries(names.map((name) => [name, [] as Figures[]]));
  for (let round = 0; round < rounds; round++) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const figures = await (sides[name] as () => Promise<Figures>)();
      results[name]?.push(figures);
      const text = Object.entries(figures).map(([figure, value]) => `${figure} ${format(value)}`);
      process.stdout.write(`  round ${round + 1}  ${name.padEnd(12)} ${text.join('  ')}\n`);
    }
  }
  return results;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}

/** The median over the rounds of one side's figure divided by the other's in the same round. */
export function ratio(rounds: Rounds, figure: string, side: string, other: string): number {
  return median(ratios(rounds, figure, side, other));
}

/** That ratio in each round. */
export function ratios(rounds: Rounds, figure: string, side: string, other: string): number[] {
  return (rounds[side] ?? []).map(
    (figures, round) => (figures[figure] as number) / (rounds[other]?.[round]?.[figure] as number),
  );
}

/** The median of one side's figure; undefined if it was not measured. */
export function middle(
  rounds: Rounds | undefined,
  figure: string,
  side: string,
): number | undefined {
  const values = (rounds?.[side] ?? []).flatMap((figures) => figures[figure] ?? []);
  return values.length === 0 ? undefined : median(values);
}

/** `median (least … most)` of one figure over the rounds. */
export function spread(figures: readonly Figures[] | undefined, name: string): string {
  const values = (figures ?? []).map((round) => round[name] as number);
  return `${format(median(values))} (${format(Math.min(...values))} … ${format(Math.max(...values))})`;
}

export function format(value: number): string {
  return Number.isInteger(value) || value >= 1000 ? String(Math.round(value)) : value.toFixed(3);
}

export function describeMachine(): string {
  const [first] = cpus();
  return `${cpus().length} × ${first?.model}, ${process.platform} ${release()}, Node ${process.version}, ${priority()}`;
}
