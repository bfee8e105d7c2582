/** A part of the bench: it is measured by itself, kept as a record, and written down from it. */
import type { Program } from './support/programs.js';
import type { Rounds } from './support/rounds.js';

/** Settings of the parts. Flags override them, and `npm run bench -- --help` says what each is. */
export const defaults = {
  rounds: 3,
  seconds: 3,
  warmup: 5,
  /** Empty: all that a peak has. */
  connections: [] as readonly number[],
  entities: 200_000,
  sizes: [100_000, 1_000_000, 10_000_000] as readonly number[],
  excess: 8,
  minutes: 10,
  operations: 60_000,
  rate: 10_000,
};

export type Settings = Readonly<typeof defaults> & {
  /** Fresh and empty, on the disk to be measured. */
  readonly directory: string;
  readonly wrk2: string | undefined;
  /** How the only phase of ten-minutes begins. */
  readonly phase: string | undefined;
  /** Another checkout of Evenkeel, built. */
  readonly checkout: string | undefined;
};

/** Everything in the document follows from this. */
export interface Measured {
  /** The figures depend on these. */
  readonly settings: Readonly<Record<string, string | number>>;
  readonly groups: Readonly<Record<string, Rounds>>;
  /** Things that were left out this time, and why. */
  readonly skipped: readonly string[];
}

export interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A value that a figure is to reach. */
export interface Bar {
  readonly what: string;
  readonly value: number;
  readonly limit: number;
  readonly sense: 'at least' | 'at most';
  readonly unit?: string;
}

export interface Section {
  readonly intro: string;
  readonly tables: readonly Table[];
  readonly bars: readonly Bar[];
  /** File name → SVG. */
  readonly plots?: Readonly<Record<string, string>>;
}

export interface Part {
  readonly title: string;
  readonly programs: readonly Program[];
  /** Settings that flags may override. */
  readonly defaults?: Partial<Settings>;
  /** Set by --quick for this part: what suits the others would be too small. */
  readonly quick?: Partial<Settings>;
  /** Only if it is named: it needs more than the others, and more time. */
  readonly isApart?: boolean;
  readonly measure: (settings: Settings) => Promise<Measured>;
  readonly section: (measured: Measured) => Section;
}

export function atMost(what: string, value: number, limit: number, unit?: string): Bar {
  return { what, value, limit, sense: 'at most', ...(unit !== undefined && { unit }) };
}

export function atLeast(what: string, value: number, limit: number): Bar {
  return { what, value, limit, sense: 'at least' };
}

export function holds({ value, limit, sense }: Bar): boolean {
  return sense === 'at least' ? value >= limit : value <= limit;
}
