/** Splits the latency of one request among the causes: each moment of it belongs to one. */
import type { SlowRequest } from '../load/result/result.js';
import { type Cause, layers, minShareOfOne, type Parts, singly } from './causes.js';
import { lengthUs, merged, overlapUs, type Seen, type Span, without } from './evidence.js';

/** A request, by the clock of the evidence. */
export interface Timed extends SlowRequest, Span {}

/** @param startUs the run's, by the clock of the evidence */
export function timed(request: SlowRequest, startUs: number): Timed {
  const fromUs = startUs + request.dueUs;
  return { ...request, fromUs, toUs: fromUs + request.latencyUs };
}

export interface Split {
  readonly parts: Parts;
  /** The moments that each cause has: what was seen then says more of it. */
  readonly moments: ReadonlyMap<Cause, readonly Span[]>;
}

/**
 * The generator's own lateness is known exactly. It lies behind the wait for the connection. The
 * rest goes to what was seen, layer by layer, and what is left of the wait to the connection.
 * @param seen all that overlaps the request
 */
export function split(request: Timed, seen: readonly Seen[]): Split {
  const { fromUs, toUs, waitUs, lagUs } = request;
  const idealUs = Math.min(toUs, fromUs + waitUs);
  const sentUs = Math.min(toUs, idealUs + lagUs);
  const moments = new Map<Cause, Span[]>();
  const give = (cause: Cause, spans: readonly Span[]) => {
    const some = spans.filter((span) => lengthUs(span) > 0);
    if (some.length > 0) moments.set(cause, [...(moments.get(cause) ?? []), ...some]);
  };
  give('generator', [{ fromUs: idealUs, toUs: sentUs }]);
  const wait = { fromUs, toUs: idealUs };
  let left: readonly Span[] = [wait, { fromUs: sentUs, toUs }];
  for (const [kind, cause] of layers) {
    const own = seen.filter((one) => one.kind === kind && isOf(one, request));
    if (own.length === 0) continue;
    const rest = without(left, merged(own));
    give(cause, without(left, rest));
    left = rest;
  }
  const service = without(left, [wait]);
  give('connection wait', without(left, service));
  give('not explained', service);
  return { parts: partsOf(moments), moments };
}

/** A standstill holds up the requests of its own thread. */
function isOf(seen: Seen, { thread, latencyUs }: Timed): boolean {
  if (seen.kind === 'standstill') return seen.thread === thread;
  return !singly.has(seen.kind) || lengthUs(seen) >= latencyUs * minShareOfOne;
}

function partsOf(moments: ReadonlyMap<Cause, readonly Span[]>): Parts {
  const sums = [...moments].map(([cause, spans]) => {
    return [cause, spans.reduce((sum, span) => sum + lengthUs(span), 0)] as const;
  });
  return Object.fromEntries(sums);
}

/** The share of a request in which the event loop was never idle. */
export function busyShare(request: Timed, seen: readonly Seen[]): number {
  const busy = merged(seen.filter(({ kind }) => kind === 'busy'));
  const us = busy.reduce((sum, span) => sum + overlapUs(span, request), 0);
  return us / Math.max(1, request.latencyUs);
}
