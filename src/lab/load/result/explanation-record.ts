/** The part of a run's record that says why requests were slow. */
import * as v from 'valibot';
import { amount, count, flag, list, number, object, say, text, upTo } from './schema.js';

const times = {
  dueUs: say('When it was due, from the start of the run. Below 0: in the warm-up.', number),
  dueAtMs: say('The same by the wall clock: ms since 1970.', amount),
  latencyUs: say('waitUs + lagUs + serviceUs.', amount),
  waitUs: amount,
  lagUs: amount,
  serviceUs: amount,
  thread: count,
  connection: say('Its number in its thread.', count),
};

export const slowRequest = object(times);

const attributed = {
  ...times,
  cause: text,
  behind: say('It queued behind a request that has this cause.', flag),
  partsUs: say(
    'How long each cause held it up; they add up to latencyUs.',
    v.record(v.string(), amount),
  ),
};

export const explanationRecord = object({
  pid: say('The process that was watched.', count),
  fromUs: say('Requests that took so long are explained: `--slow`, or p99 of the run.', amount),
  isP99: flag,
  causes: say(
    'The most frequent first. Shares add up to 1.',
    list(
      object({
        cause: text,
        requests: count,
        behind: say('Of these, how many queued behind another that has this cause.', count),
        share: upTo(1),
        worstUs: amount,
        frame: v.exactOptional(say('What ran then, most often.', text)),
        example: say(
          'The worst one, and what was seen of it.',
          object({ ...attributed, seen: text }),
        ),
      }),
    ),
  ),
  requests: say('Each that is explained, in the order they were due.', list(object(attributed))),
  unlisted: say('Slow as well, but too many to list.', count),
  notes: say('What could not be seen.', list(text)),
});
