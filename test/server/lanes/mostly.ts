/**
 * How the parts of a request are drawn: plain most of the time, so that most requests are good or
 * have one flaw.
 */
import fc from 'fast-check';

/** @param weight plain ones for one odd one */
export function mostly<T>(plain: T, odd: readonly T[], weight = 20): fc.Arbitrary<T> {
  return fc.oneof(
    { weight, arbitrary: fc.constant(plain) },
    { weight: 1, arbitrary: fc.constantFrom(...odd) },
  );
}
