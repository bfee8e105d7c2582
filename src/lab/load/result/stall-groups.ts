/** Slow requests by the stall that delayed them: those that waited at the same time are a group. */
import type { SlowRequest } from './result.js';

export interface StallGroup {
  /** When the first of them was due, from the run's start. */
  readonly beganUs: number;
  /** When the last of them got its response. */
  readonly endedUs: number;
  /** In the order in which they were due. */
  readonly requests: readonly SlowRequest[];
  readonly worst: SlowRequest;
}

/** In the order of time. */
export function stallGroups(requests: readonly SlowRequest[]): StallGroup[] {
  const groups: (StallGroup & { endedUs: number; requests: SlowRequest[]; worst: SlowRequest })[] =
    [];
  for (const request of requests.toSorted((a, b) => a.dueUs - b.dueUs)) {
    const endedUs = request.dueUs + request.latencyUs;
    const last = groups.at(-1);
    if (last === undefined || request.dueUs > last.endedUs) {
      groups.push({ beganUs: request.dueUs, endedUs, requests: [request], worst: request });
      continue;
    }
    last.requests.push(request);
    last.endedUs = Math.max(last.endedUs, endedUs);
    if (request.latencyUs > last.worst.latencyUs) last.worst = request;
  }
  return groups;
}

export function largestPart({ waitUs, lagUs, serviceUs }: SlowRequest): 'wait' | 'lag' | 'service' {
  if (serviceUs >= waitUs && serviceUs >= lagUs) return 'service';
  return waitUs >= lagUs ? 'wait' : 'lag';
}
