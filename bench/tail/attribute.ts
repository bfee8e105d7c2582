/**
 * Names the cause of a slow request: of all that was seen to hold up a thread between the moment it was due and its answer, what took
 * most. It is named if together they took at least half of the latency; else nobody knows.
 */
import type { SlowRequest } from '#dist/lab/load/result/result.js';
import type { StallGroup } from '#dist/lab/load/result/stall-groups.js';
import { type Busy, type Evidence, within } from './evidence.js';
import { causes, type Held, type HoldUps, holdUps } from './hold-ups.js';

export type Cause = Held | `behind: ${Held}` | 'first second' | 'unknown';

export interface Attributed {
  readonly request: SlowRequest;
  readonly cause: Cause;
  /** How long each can have held it up. */
  readonly held: HoldUps;
  /** Who took the CPU meanwhile, of those that run beside: the busiest first. */
  readonly others: readonly Busy[];
}

const firstSecondUs = 1e6;

/**
 * Names the causes of a moment's requests, in the order in which they were due.
 * @param loadBeganUs when the load began: below 0 if it had a warm-up
 */
export function attribute(moment: StallGroup, evidence: Evidence, loadBeganUs = 0): Attributed[] {
  const near = within(evidence, { fromUs: moment.beganUs, toUs: moment.endedUs });
  /** Of the last slow request on each connection. */
  const before = new Map<string, Held>();
  return moment.requests.map((request) => {
    const held = holdUps(request, near);
    const connection = `${request.thread}.${request.connection}`;
    const named = causeOf(request, held, before.get(connection));
    const cause =
      named ?? (request.dueUs - loadBeganUs < firstSecondUs ? 'first second' : 'unknown');
    const own = cause.replace('behind: ', '') as Held;
    if (causes.includes(own)) before.set(connection, own);
    else before.delete(connection);
    const { others = [] } = within(near, {
      fromUs: request.dueUs,
      toUs: request.dueUs + request.latencyUs,
    });
    return { request, cause, held, others: others.toSorted((a, b) => b.cpuUs - a.cpuUs) };
  });
}

function causeOf(
  request: SlowRequest,
  held: HoldUps,
  inFront: Held | undefined,
): Cause | undefined {
  const { latencyUs, waitUs } = request;
  const total = Object.values(held).reduce((a, b) => a + b);
  if (total >= latencyUs / 2)
    return causes.reduce((most, cause) => (held[cause] > held[most] ? cause : most));
  if (inFront !== undefined && waitUs >= latencyUs / 2) return `behind: ${inFront}`;
  return undefined;
}
