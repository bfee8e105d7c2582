/** How large the journal may be, and how long a write may be in it alone. */

export interface JournalOptions {
  /** The largest size of a segment, a multiple of 128 KiB. */
  readonly maxSegmentBytes: number;
  /** A segment with frames is sealed after so long, so that a quiet store has an empty journal. */
  readonly maxAgeMs: number;
}

export const journalDefaults: JournalOptions = {
  maxSegmentBytes: 16 * 1024 * 1024,
  maxAgeMs: 5000,
};
