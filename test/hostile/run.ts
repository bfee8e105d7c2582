/** Sends all inputs of the rules to all servers, and says which rules each kept. */
import { judge } from './judge.js';
import { type Delivery, outcomeOf, play, type Seen } from './play.js';
import type { Input, Rule } from './rule.js';
import type { Subject } from './servers.js';

/** One input, sent in one way, to each of the servers. */
export interface Trial {
  readonly rule: Rule;
  readonly input: Input;
  readonly delivery: Delivery;
  /** In the order of the servers. */
  readonly outcomes: readonly Outcome[];
  /** How the first two servers differ, which are the two settings of the lanes. */
  readonly difference: string | undefined;
}

export interface Outcome {
  readonly shown: string;
  /** Undefined: the rule was kept. */
  readonly fault: string | undefined;
}

const atOnce = 16;

export async function run(
  rules: readonly Rule[],
  deliveries: readonly Delivery[],
  subjects: readonly Subject[],
  onProgress: (done: number) => void = () => {},
): Promise<Trial[]> {
  const planned = rules.flatMap((rule) =>
    rule.inputs.flatMap((input) => deliveries.map((delivery) => ({ rule, input, delivery }))),
  );
  const trials: Trial[] = new Array(planned.length);
  let next = 0;
  let done = 0;
  const playOn = async () => {
    for (let at = next++; at < planned.length; at = next++) {
      const plan = planned[at] as (typeof planned)[number];
      trials[at] = await tryOne(plan.rule, plan.input, plan.delivery, subjects);
      onProgress(++done);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, playOn));
  return trials;
}

async function tryOne(
  rule: Rule,
  input: Input,
  delivery: Delivery,
  subjects: readonly Subject[],
): Promise<Trial> {
  const [, bytes] = input;
  const seen = await Promise.all(
    subjects.map(({ url }) => play(url, bytes, delivery, rule.ends ?? false)),
  );
  const [both, full] = seen.map(comparable);
  return {
    rule,
    input,
    delivery,
    outcomes: seen.map((one) => ({ shown: outcomeOf(one), fault: judge(rule, one) })),
    difference: both === full ? undefined : `${both} — ${full}`,
  };
}

/** Each server has versions of its own, and which trials came before is chance. */
const changing = new Set(['date', 'etag', 'evenkeel-existed']);

/**
 * All that a client can see but for the order of fields, and what changes by itself. Whether a
 * refused client sees a close or a reset is up to how much of what it sent was still on the way.
 */
function comparable({ responses, rest, end }: Seen): string {
  return JSON.stringify({
    responses: responses.map(({ status, fields, content }) => ({
      status,
      fields: [...fields].filter(([name]) => !changing.has(name)).sort(),
      content,
    })),
    rest,
    hangs: end === 'hung',
  });
}
