/** A part of the bench: something that is measured by itself, kept as a record, and written down from it. */
import type { Program } from './support/programs.js';
import type { Rounds } from './support/rounds.js';

export interface Settings {
  readonly rounds: number;
  /** Of one measurement. */
  readonly seconds: number;
  /** Seconds that a peer is under load before its peak is measured. */
  readonly warmup: number;
  /** Of a peak; those that it does not have are left out. Undefined: all that it has. */
  readonly connections: readonly number[] | undefined;
  /** Keys that a store is filled with before its peak is measured. */
  readonly entities: number;
  /** Entities of the stores whose growth is looked at, rising. */
  readonly sizes: readonly number[];
  readonly minutes: number;
  /** Of a store for cold reads over the memory that its server may use. */
  readonly excess: number;
  /** On the disk to be measured. */
  readonly folder: string;
  readonly wrk2: string | undefined;
}

/** What was measured. Everything else in the document follows from it. */
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

/** What the issue of this work asked for. */
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
  readonly plots: Readonly<Record<string, string>>;
}

export interface Part {
  readonly title: string;
  readonly programs: readonly Program[];
  /** What the settings are unless flags say otherwise. */
  readonly defaults?: Partial<Settings>;
  readonly measure: (settings: Settings) => Promise<Measured>;
  readonly section: (measured: Measured) => Section;
}

export function holds({ value, limit, sense }: Bar): boolean {
  return sense === 'at least' ? value >= limit : value <= limit;
}
