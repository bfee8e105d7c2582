/** Written keys are new, and behind all that are read: a range is the same before and after. */
let last = 1_000_000_000;

/** The number of a key from which on no run has written. */
export function unwrittenKeys(): number {
  last += 10_000_000;
  return last;
}
