/** Whether what came back keeps a rule. */
import { outcomeOf, type Seen } from './play.js';
import type { Rule } from './rule.js';

/** Undefined if the rule is kept; otherwise what happened. */
export function judge(rule: Rule, seen: Seen): string | undefined {
  const matching = rule.allowed.some((pattern) => matches(pattern, seen));
  if (!matching) return outcomeOf(seen);
  return rule.check?.(seen.responses);
}

/** @param pattern see {@link Rule.allowed} */
export function matches(pattern: string, { responses, rest, end }: Seen): boolean {
  if (end === 'hung' || rest !== '') return false;
  const [, words = '', mark] = /^(.*?)([+!]?)$/.exec(pattern) ?? [];
  const wanted = words.split(' ').filter((word) => word !== '');
  const statuses = responses.map(({ status }) => status);
  const own = statuses.slice(0, wanted.length);
  if (own.length < wanted.length || !own.every((status, at) => isOne(wanted[at] ?? '', status)))
    return false;
  const behind = statuses.slice(wanted.length);
  const wasServed = behind.length === 1 && behind[0] === 200 && end === 'closed';
  const wasClosed = behind.length === 0;
  return mark === '+' ? wasServed : mark === '!' ? wasClosed : wasServed || wasClosed;
}

function isOne(word: string, status: number): boolean {
  return word.endsWith('xx') ? word[0] === String(status)[0] : word === String(status);
}
