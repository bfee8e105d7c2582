/** What a run came to, once it is judged: what judge/ finds, and output/ prints and keeps. */

/** Whether the run may be believed. */
export type Verdict =
  | { readonly valid: true }
  /** Whole sentences, with the figures and what to change. */
  | { readonly valid: false; readonly reasons: readonly string[] };

/** Of a figure that an objective may limit. */
export type Unit = 'µs' | '%' | '/s';

/** What became of one clause of an objective. */
export interface SloOutcome {
  readonly text: string;
  readonly unit: Unit;
  /** In the unit. */
  readonly limit: number;
  /** Absent if the run has no such figure, because nothing was answered. */
  readonly actual?: number;
  readonly held: boolean;
}
