/**
 * Names the one cause of each slow request: the largest of its parts. The queue for its connection
 * and what was not seen are named only if they take more than half of its latency together. A
 * request that queued behind a slow one has the cause of that one: the queue is only how the delay
 * came to it.
 */
import type { SlowRequest } from '../load/result/result.js';
import { stallGroups } from '../load/result/stall-groups.js';
import { type Cause, causes, type Parts } from './causes.js';
import type { Seen } from './evidence.js';
import { Layers } from './layers.js';
import { busyShare, split, timed } from './split.js';

export interface Attributed {
  readonly request: SlowRequest;
  readonly parts: Parts;
  readonly cause: Cause;
  /** It queued behind a request that has this cause. */
  readonly behind: boolean;
}

/** Those that say why. */
const reasons: readonly Cause[] = causes.filter(
  (cause) => cause !== 'not explained' && cause !== 'connection wait',
);

/** From this share of its latency on, an event loop that is never idle holds a request up. */
const busyFrom = 0.8;

/** @param startUs when the run began @returns the requests in the order in which they were due */
export function attribute(
  requests: readonly SlowRequest[],
  evidence: readonly Seen[],
  startUs: number,
): Attributed[] {
  const layered = new Layers(evidence);
  return stallGroups(requests).flatMap((stall) => {
    /** The last slow request on each connection. */
    const inFront = new Map<string, Attributed>();
    /** The last cause that was found in this stall. */
    let last: Cause | undefined;
    return stall.requests.map((request) => {
      const when = timed(request, startUs);
      const parts = split(when, layered);
      const connection = `${request.thread}.${request.connection}`;
      const { cause, behind } = causeOf(
        parts,
        request,
        inFront.get(connection)?.cause,
        () => (busyShare(when, layered) >= busyFrom ? (last ?? 'blocked event loop') : undefined),
        last,
      );
      const attributed = { request, cause, behind, parts };
      inFront.set(connection, attributed);
      if (!behind && reasons.includes(cause)) last = cause;
      return attributed;
    });
  });
}

/**
 * @param inFront the cause of the slow request before it on its connection
 * @param busy the cause if the event loop was never idle
 */
function causeOf(
  parts: Parts,
  { latencyUs, waitUs }: SlowRequest,
  inFront: Cause | undefined,
  busy: () => Cause | undefined,
  last: Cause | undefined,
): { cause: Cause; behind: boolean } {
  const { 'not explained': unseenUs = 0, 'connection wait': queuedUs = 0 } = parts;
  if (unseenUs + queuedUs <= latencyUs / 2)
    return { cause: largestOf(parts, reasons), behind: false };
  const largest = largestOf(parts, causes);
  const isQueued = waitUs >= latencyUs / 2 || largest === 'connection wait';
  if (inFront !== undefined && isQueued) return { cause: inFront, behind: true };
  const loop = busy();
  if (loop !== undefined) return { cause: loop, behind: loop === last };
  return { cause: largest, behind: false };
}

function largestOf(parts: Parts, among: readonly Cause[]): Cause {
  return among.reduce((largest, cause) =>
    (parts[cause] ?? 0) > (parts[largest] ?? 0) ? cause : largest,
  );
}
