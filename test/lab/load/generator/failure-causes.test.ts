/** Failures in words: counted, bounded, and harmless to a terminal. */
import { expect, test } from 'vitest';
import { FailureCauses } from '#dist/lab/load/generator/failure-causes.js';

test('what a peer sent is kept without a character that a terminal obeys', () => {
  const causes = new FailureCauses();
  causes.add('no HTTP: \u001b[31m\u009b2J\u007f\u202e\u200e\r\nx\u2028\u{e0001} é ✓\n');
  expect(causes.sorted).toEqual([
    ['no HTTP: \\u001b[31m\\u009b2J\\u007f\\u202e\\u200e\\r\\nx\\u2028\\u{e0001} é ✓', 1],
  ]);
});

test('the same failure is counted in one place, also when added from a count', () => {
  const [one, all] = [new FailureCauses(), new FailureCauses()];
  one.add(`\u0001${'x'.repeat(300)}`);
  for (const cause of [one, one]) for (const [text, count] of cause.counts) all.add(text, count);
  expect(all.sorted).toEqual([[`\\u0001${'x'.repeat(193)}…`, 2]]);
});
