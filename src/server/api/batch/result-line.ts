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
    existed: v.pipe(v.boolean(), v.description('Whether there was an entity to remove.')),
  }),
  v.strictObject({
    status: v.pipe(status, v.description('As of a request for this entity alone.')),
    title: v.string(),
    detail: v.pipe(v.string(), v.description('What was wrong, and what to change.')),
    line: v.pipe(v.number(), v.integer(), v.description('From 1.')),
  }),
]);

export function lineOfResult(result: Result): string {
  return 'version' in result
    ? `{"status":201,"version":"${result.version}"}\n`
    : `{"status":202,"existed":${result.existed}}\n`;
}

/** @param line its number, from 1 */
export function lineOfProblem(problem: Problem, line: number): string {
  return `${JSON.stringify({ ...problem.toJSON(), line })}\n`;
}
