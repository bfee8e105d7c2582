/**
 * Names the cause of a slow request: of all that was seen to hold up a thread between the moment it was due and its answer, what took
 * most. It is named if together they took at least half of the latency; else nobody knows.
 */
import type { SlowRequest } from '#dist/load/result.js';
import type { Moment } from '#dist/load/slow-moments.js';
import { type Evidence, overlapUs, type Sample, type Span, type Who, within } from './evidence.js';

/** The first of two that took the same is named. */
export const causes = [
  'generator late',
  'server stopped',
  'garbage collection',
  'page faults',
  'CPU taken by others',
  'CPU taken by the host',
  'disk sync',
  'event loop busy',
] as const;
export type Held = (typeof causes)[number];
export type Cause = Held | `behind: ${Held}` | 'first second' | 'unknown';

export interface Attributed {
  readonly request: SlowRequest;
  readonly cause: Cause;
  /** How long each held it up, in µs. */
  readonly held: Readonly<Record<Held, number>>;
}

const firstSecondUs = 1e6;

/** Names the causes of a moment's requests, in the order in which they were due. */
export function attribute(moment: Moment, evidence: Evidence): Attributed[] {
  const near = within(evidence, { fromUs: moment.beganUs, toUs: moment.endedUs });
  /** Of the last slow request on each connection. */
  const before = new Map<string, Held>();
  return moment.requests.map((request) => {
    const held = holdUps(request, near);
    const connection = `${request.thread}.${request.connection}`;
    const cause = causeOf(request, held, before.get(connection));
    const own = cause.replace('behind: ', '') as Held;
    if (causes.includes(own)) before.set(connection, own);
    else before.delete(connection);
    return { request, cause, held };
  });
}

function causeOf(request: SlowRequest, held: Record<Held, number>, inFront: Held | undefined): Cause {
  const { latencyUs, waitUs, dueUs } = request;
  const total = Object.values(held).reduce((a, b) => a + b);
  if (total >= latencyUs / 2)
    return causes.reduce((most, cause) => (held[cause] > held[most] ? cause : most));
  if (inFront !== undefined && waitUs >= latencyUs / 2) return `behind: ${inFront}`;
  return dueUs < firstSecondUs ? 'first second' : 'unknown';
}

export function holdUps(request: SlowRequest, evidence: Evidence): Record<Held, number> {
  const { dueUs, latencyUs, lagUs, serviceUs, thread } = request;
  const span = { fromUs: dueUs, toUs: dueUs + latencyUs };
  const served = { fromUs: span.toUs - serviceUs, toUs: span.toUs };
  const generator: Who = `generator ${thread}`;
  const near = within(evidence, span);
  const stretch = (what: 'gc' | 'loop' | 'commit', part: (stretch: Span & { who: Who }) => number) =>
    near.stretches
      .filter((seen) => seen.what === what && !seen.who.startsWith('generator'))
      .reduce((sum, seen) => sum + overlapUs(seen, span) * Math.min(1, Math.max(0, part(seen))), 0);
  const share = (seen: Span, who: Who, what: 'waitUs' | 'cpuUs') =>
    sum(near.samples, seen, who, what) / (seen.toUs - seen.fromUs);

  const collecting = near.stretches
    .filter(({ what, who }) => what === 'gc' && who === generator)
    .reduce((us, seen) => us + overlapUs(seen, served), 0);
  const server = near.samples.flatMap(({ threads }) => [threads.main, threads.writer]);
  const faulted = (who: Who) => near.samples.some(({ threads }) => (threads[who]?.faults ?? 0) > 0);
  const waited = sum(near.samples, span, 'main', 'waitUs') + sum(near.samples, span, 'writer', 'waitUs');
  const gc = stretch('gc', (seen) => 1 - share(seen, seen.who, 'waitUs'));
  // Neither on a CPU nor waiting for one: it waited for the disk.
  const blocked = (seen: Span, who: Who) => 1 - share(seen, who, 'cpuUs') - share(seen, who, 'waitUs');
  const commits = stretch('commit', (seen) => blocked(seen, 'writer') - loopShare(near, seen));
  const loopBlocked = faulted('main') ? stretch('loop', (seen) => blocked(seen, 'main')) : 0;
  const stopped = near.samples
    .filter(({ threads }) => threads.main?.stopped)
    .reduce((us, sample) => us + overlapUs(sample, span), 0);
  const all: Record<Held, number> = {
    'generator late': lagUs + Math.max(collecting, sum(near.samples, served, generator, 'waitUs')),
    'server stopped': stopped,
    'garbage collection': gc,
    'page faults': loopBlocked + (faulted('writer') ? commits : 0),
    'CPU taken by others': server.length === 0 ? 0 : waited,
    'CPU taken by the host': near.samples.reduce((us, { stealUs }) => us + stealUs, 0),
    'disk sync': faulted('writer') || stopped > 0 ? 0 : commits,
    'event loop busy': Math.max(0, stretch('loop', (seen) => share(seen, 'main', 'cpuUs')) - gc),
  };
  for (const cause of causes) all[cause] = Math.min(all[cause], latencyUs);
  return all;
}

/** The part of a commit in which the main thread did not run, and so could not have heard of its end. */
function loopShare({ stretches }: Evidence, commit: Span): number {
  const gaps = stretches.filter(({ what }) => what === 'loop');
  return gaps.reduce((us, gap) => us + overlapUs(gap, commit), 0) / (commit.toUs - commit.fromUs);
}

/** What a thread did in the samples that touch a span: the kernel says only how much, and not when within the sample. */
function sum(samples: readonly Sample[], span: Span, who: Who, what: 'waitUs' | 'cpuUs'): number {
  const us = samples
    .filter((sample) => overlapUs(sample, span) > 0)
    .reduce((total, { threads }) => total + (threads[who]?.[what] ?? 0), 0);
  return Math.min(us, span.toUs - span.fromUs);
}
