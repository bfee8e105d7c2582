/** A comparison as JUnit's XML, which continuous integration shows: a test for each figure. */
import type { AbRecord } from '../ab-record.js';
import {
  amountOf,
  intervalOf,
  judgementOf,
  nameOf,
  outcomeOf,
  type RecordedChange,
} from './words.js';

export function formatJunit(record: AbRecord): string {
  const { changes } = record;
  const isUnfair = record.outcome === 'unfair';
  const failures = changes.filter(({ judgement }) => judgement === 'worse').length;
  const skipped = isUnfair
    ? changes.length
    : changes.filter(({ judgement }) => judgement === "can't tell").length;
  const failed = isUnfair ? 0 : failures;
  const counts = `tests="${changes.length}" failures="${failed}" skipped="${skipped}"`;
  const cases = changes.map((change) => {
    const inner = isUnfair ? `<skipped message="${escaped(outcomeOf(record))}"/>` : outcome(change);
    const name = `classname="evenkeel ab" name="${nameOf(change.figure)}"`;
    return `    <testcase ${name}>${inner}</testcase>`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites ${counts}>
  <testsuite name="evenkeel ab" ${counts} timestamp="${record.startedAt}">
${cases.join('\n')}
  </testsuite>
</testsuites>
`;
}

function outcome(change: RecordedChange): string {
  const { figure, a, b } = change;
  const what =
    `${judgementOf(change)}: ${amountOf(figure, a)} in A, ${amountOf(figure, b)} in B, ` +
    `change ${intervalOf(change)}`;
  if (change.judgement === 'worse') return `<failure message="${escaped(what)}"/>`;
  if (change.judgement === "can't tell") return `<skipped message="${escaped(what)}"/>`;
  return `<system-out>${escaped(what)}</system-out>`;
}

function escaped(text: string): string {
  return text.replace(/[<>&"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
