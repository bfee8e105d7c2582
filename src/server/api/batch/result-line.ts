/** A line of the response to a batch: how one operation ended. */
import * as v from 'valibot';
import type { Result } from '../../../store/store.js';
import type { Problem } from '../problem.js';

const status = v.pipe(v.number(), v.integer());

/** One line of the response to `POST /v0/entities`. */
export const resultLine = v.union([
  v.strictObject({
    status: v.literal(201),
    version: v.pipe(v.string(), v.description('The version of the entity stored.')),
  }),
  v.strictObject({
    status: v.literal(202),
    existed: v.optional(
      v.pipe(v.boolean(), v.description('Whether there was one, if the store looks.')),
    ),
  }),
  v.strictObject({
    status: v.pipe(status, v.description('As of a request for this entity alone.')),
    title: v.string(),
    detail: v.pipe(v.string(), v.description('What was wrong, and what to change.')),
    needed: v.optional(v.pipe(v.number(), v.description('Replicas that had to respond.'))),
    answered: v.optional(v.pipe(v.number(), v.description('Those that did, or could.'))),
    written: v.optional(
      v.pipe(v.picklist(['no', 'unknown']), v.description('Whether it may be done.')),
    ),
    line: v.pipe(v.number(), v.integer(), v.description('From 1.')),
  }),
]);

export function lineOfResult(result: Result): string {
  if ('version' in result) return `{"status":201,"version":"${result.version}"}\n`;
  if (result.existed === undefined) return '{"status":202}\n';
  return `{"status":202,"existed":${result.existed}}\n`;
}

/** @param line its number, from 1 */
export function lineOfProblem(problem: Problem, line: number): string {
  return `${JSON.stringify({ ...problem.toJSON(), line })}\n`;
}
