/** The causes as a table for people: a line for each, and one that shows its worst request. */
import { printable } from '../load/printable.js';
import { ms } from './describe.js';
import type { ExplanationRecord } from './explain.js';

export function formatExplanation(record: ExplanationRecord): string[] {
  const { pid, fromUs, isP99, causes, requests, unlisted, notes } = record;
  const what = `of ${ms(fromUs)} or more${isP99 ? ' (p99)' : ''}`;
  const head = `  Cause: ${requests.length} requests ${what}, in process ${pid}`;
  const more = notes.map((note) => `    Note: ${printable(note)}`);
  if (requests.length === 0) return [head, ...more];
  const shares = percentages(causes.map(({ requests }) => requests));
  const width = Math.max(...causes.map(({ cause }) => cause.length));
  const rows = causes.flatMap(({ cause, requests, behind, worstUs, frame, example }, index) => {
    const { dueUs, latencyUs, seen } = example;
    const queued = behind > 0 ? `, ${behind} of them behind another` : '';
    const ran = frame === undefined ? '' : `, in ${printable(frame)}`;
    return [
      `    ${cause.padEnd(width)} ${String(requests).padStart(8)} ${shares[index]?.padStart(8)}` +
        `  up to ${ms(worstUs)}${queued}${ran}`,
      `      at ${(dueUs / 1e6).toFixed(3)} s, ${ms(latencyUs)}: ${printable(seen)}`,
    ];
  });
  const left = unlisted > 0 ? [`    ${unlisted} more were too many to list`] : [];
  return [`${head}:`, ...rows, ...left, ...more];
}

/** Shares of a whole, rounded to tenths so that they add up to 100 %: the largest rests first. */
export function percentages(counts: readonly number[]): string[] {
  const total = counts.reduce((a, b) => a + b, 0);
  const exact = counts.map((count) => (total === 0 ? 0 : (1000 * count) / total));
  const tenths = exact.map(Math.floor);
  const missing = total === 0 ? 0 : 1000 - tenths.reduce((a, b) => a + b, 0);
  const byRest = exact
    .map((value, index) => ({ index, rest: value - Math.floor(value) }))
    .sort((a, b) => b.rest - a.rest);
  for (const { index } of byRest.slice(0, missing)) tenths[index] = (tenths[index] as number) + 1;
  return tenths.map((tenth) => `${(tenth / 10).toFixed(1)} %`);
}
