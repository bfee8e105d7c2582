/** A check of a budget in words, as JUnit's XML, and as annotations of GitHub. */
import { printable } from '../load/printable.js';
import type { CostName } from './budget-record.js';
import type { Growth, Spending } from './judge-budget.js';

const names: Readonly<Record<CostName, string>> = {
  bytes: 'bytes allocated per request',
  cpuUs: 'CPU per request',
};

function amount(cost: CostName, value: number): string {
  return cost === 'bytes' ? `${value.toFixed(1)} B` : `${value.toFixed(1)} µs`;
}

function share(value: number): string {
  return `${value > 0 ? '+' : ''}${(100 * value).toFixed(1)} %`;
}

/** `extra (src/a.js) +200.0 B` */
function grown(cost: CostName, { function: name, where, before, after }: Growth): string {
  return printable(`${name} (${where}) +${amount(cost, after - before)}`);
}

/** A line for each cost. */
export function describe(spending: Spending): string {
  const { cost, budget, actual, change, tolerance, judgement, grew } = spending;
  const figures = `${amount(cost, actual)} of ${amount(cost, budget)}, ${share(change)}`;
  const allowed = `± ${100 * tolerance} %`;
  const why = grew.length === 0 ? '' : `; grew: ${grew.map((one) => grown(cost, one)).join(', ')}`;
  switch (judgement) {
    case 'above':
      return `ABOVE BUDGET: ${names[cost]} ${figures} (${allowed})${why}`;
    case 'below':
      return `Below budget: ${names[cost]} ${figures} (${allowed}); write the budget again`;
    case 'within':
      return `Within budget: ${names[cost]} ${figures} (${allowed})`;
    case 'not judged':
      return `Not judged: ${names[cost]} ${figures}; the budget is of another processor or Node`;
  }
}

export function toJunit(spendings: readonly Spending[], startedAt: string): string {
  const count = (wanted: string) => spendings.filter((one) => one.judgement === wanted).length;
  const counts =
    `tests="${spendings.length}" failures="${count('above')}" ` +
    `skipped="${count('not judged')}"`;
  const cases = spendings.map((spending) => {
    const name = `classname="evenkeel budget" name="${names[spending.cost]}"`;
    return `    <testcase ${name}>${outcome(spending)}</testcase>`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites ${counts}>
  <testsuite name="evenkeel budget" ${counts} timestamp="${startedAt}">
${cases.join('\n')}
  </testsuite>
</testsuites>
`;
}

function outcome(spending: Spending): string {
  const said = escaped(describe(spending));
  if (spending.judgement === 'above') return `<failure message="${said}"/>`;
  if (spending.judgement === 'not judged') return `<skipped message="${said}"/>`;
  return `<system-out>${said}</system-out>`;
}

function escaped(text: string): string {
  return text.replace(/[<>&"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** A line that GitHub shows at the file of the function that grew most. */
export function annotation(spending: Spending): string {
  const [most] = spending.grew;
  const isFile = most !== undefined && /\.[a-z]+$/.test(most.where) && !/^node:/.test(most.where);
  const file = isFile ? `file=${property(most.where)},` : '';
  return `::error ${file}title=evenkeel budget::${message(describe(spending))}`;
}

/** The characters that end a message or a property of GitHub's commands. */
function message(text: string): string {
  return text.replace(/[%\r\n]/g, (character) => `%${hex(character)}`);
}

function property(text: string): string {
  return text.replace(/[%\r\n:,]/g, (character) => `%${hex(character)}`);
}

function hex(character: string): string {
  return character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0');
}
