/** A part of the bench: it is measured by itself, kept as a record, and written down from it. */
import type { Program } from './support/programs.js';
import type { Rounds } from './support/rounds.js';

/** Settings of the parts; flags override them. */
export const defaults = {
  rounds: 3,
  /** Of one measurement. */
  seconds: 3,
  /** Seconds that a peer is under load before its peak is measured. */
  warmup: 5,
  /** Of a peak: only these. Empty: all that it has. */
  connections: [] as readonly number[],
  /** Keys that a store is filled with before its peak is measured. */
  entities: 200_000,
  /** Entities of the stores whose growth is measured, rising. */
  sizes: [100_000, 1_000_000, 10_000_000] as readonly number[],
  /** Size of a store for cold reads over the memory that its server may use. */
  excess: 8,
  minutes: 10,
};

export type Settings = Readonly<typeof defaults> & {
  /** Fresh and empty, on the disk to be measured. */
  readonly directory: string;
  readonly wrk2: string | undefined;
};

/** Everything in the document follows from this. */
export interface Measured {
  /** What the figures depend on. */
  readonly settings: Readonly<Record<string, string | number>>;
  readonly groups: Readonly<Record<string, Rounds>>;
  /** What was left out this time, and why. */
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
  readonly measure: (settings: Settings) => Promise<Measured>;
  readonly section: (measured: Measured) => Section;
}

export function atMost(what: string, value: number, limit: number, unit?: string): Bar {
  return { what, value, limit, sense: 'at most', ...(unit !== undefined && { unit }) };
}

export function holds({ value, limit, sense }: Bar): boolean {
  return sense === 'at least' ? value >= limit : value <= limit;
}
