/**
 * Names the cause of a slow request. Whatever held it up longest is the cause, if together all took
 * at least half of its latency. A request that waited behind a slow one has the cause of that one.
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
  /** Other processes that took CPU time, the busiest first. */
  readonly others: readonly Busy[];
}

/**
 * Names the causes of the requests of a stall, in the order in which they were due.
 * @param loadBeganUs when the load began: below 0 if it had a warm-up
 */
export function attribute(moment: StallGroup, evidence: Evidence, loadBeganUs = 0): Attributed[] {
  const near = within(evidence, { fromUs: moment.beganUs, toUs: moment.endedUs });
  /** The cause of the last slow request on each connection. */
  const before = new Map<string, Held | undefined>();
  return moment.requests.map((request) => {
    const { dueUs, latencyUs, waitUs, thread, connection } = request;
    const seen = within(near, { fromUs: dueUs, toUs: dueUs + latencyUs });
    const held = holdUps(request, seen);
    const lane = `${thread}.${connection}`;
    const inFront = before.get(lane);
    const own = ownCause(held, latencyUs);
    const inherited = own === undefined && waitUs >= latencyUs / 2 ? inFront : undefined;
    before.set(lane, own ?? inherited);
    const nameless = dueUs - loadBeganUs < 1e6 ? 'first second' : 'unknown';
    const cause = own ?? (inherited ? (`behind: ${inherited}` as const) : nameless);
    const others = seen.others?.toSorted((a, b) => b.cpuUs - a.cpuUs) ?? [];
    return { request, cause, held, others };
  });
}

function ownCause(held: HoldUps, latencyUs: number): Held | undefined {
  const total = Object.values(held).reduce((a, b) => a + b);
  if (total < latencyUs / 2) return undefined;
  return causes.reduce((longest, cause) => (held[cause] > held[longest] ? cause : longest));
}
