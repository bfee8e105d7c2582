/** Splits the latency of one request among the causes: each moment of it belongs to one. */
import type { SlowRequest } from '../load/result/result.js';
import type { Cause, Parts } from './causes.js';
import { lengthUs, type Span } from './evidence.js';
import type { Layers } from './layers.js';

/** A request, by the clock of the evidence. */
export interface Timed extends SlowRequest, Span {}

/** @param startUs the run's, by the clock of the evidence */
export function timed(request: SlowRequest, startUs: number): Timed {
  const fromUs = startUs + request.dueUs;
  return { ...request, fromUs, toUs: fromUs + request.latencyUs };
}

/**
 * The generator's own lateness is known exactly. It lies behind the wait for the connection. The
 * rest goes to what was seen, and what is left of the wait to the connection.
 */
export function split(request: Timed, evidence: Layers): Parts {
  const { fromUs, toUs, waitUs, lagUs, latencyUs } = request;
  const idealUs = Math.min(toUs, fromUs + waitUs);
  const sentUs = Math.min(toUs, idealUs + lagUs);
  const parts: Partial<Record<Cause, number>> = {};
  const give = (cause: Cause, us: number) => {
    if (us > 0) parts[cause] = (parts[cause] ?? 0) + us;
  };
  give('generator', sentUs - idealUs);
  const stretches = [
    [{ fromUs, toUs: idealUs }, 'connection wait'],
    [{ fromUs: sentUs, toUs }, 'not explained'],
  ] as const;
  for (const [span, otherwise] of stretches) {
    let leftUs = lengthUs(span);
    for (const [cause, us] of evidence.of(span, request)) {
      give(cause, us);
      leftUs -= us;
    }
    // Sums of large times leave a rest that is none.
    if (leftUs > latencyUs * 1e-6) give(otherwise, leftUs);
  }
  return parts;
}

/** The share of a request in which the event loop was never idle. */
export function busyShare(request: Timed, evidence: Layers): number {
  return evidence.busyUs(request) / Math.max(1, request.latencyUs);
}
