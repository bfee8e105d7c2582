/** The causes of a slow request, and which evidence speaks for which. */
import type { EvidenceKind } from './evidence.js';

/** Where several took the same time, the first is named. */
export const causes = [
  'generator',
  'process stopped',
  'CPU taken by others',
  'page fault',
  'disk sync',
  'garbage collection',
  'blocked event loop',
  'connection wait',
  'not explained',
] as const;
export type Cause = (typeof causes)[number];

/**
 * Each moment of a request belongs to the first kind here that was seen in it. A stop of a thread
 * stands before the thread's own doings: a collection that is long for want of a CPU is not the
 * collection's fault. The event loop's own doings stand before what other threads did. A standstill
 * of the generator hides responses, but not before the target could have sent them.
 */
export const layers: readonly (readonly [kind: EvidenceKind, cause: Cause])[] = [
  ['stopped', 'process stopped'],
  ['cpu', 'CPU taken by others'],
  ['fault', 'page fault'],
  ['sync', 'disk sync'],
  ['collection', 'garbage collection'],
  ['turn', 'blocked event loop'],
  ['commit', 'disk sync'],
  ['held', 'disk sync'],
  ['thread-sync', 'disk sync'],
  ['thread-fault', 'page fault'],
  ['standstill', 'generator'],
  ['host', 'CPU taken by others'],
];

/**
 * A request waits for the one turn, commit or sync in which it came, and its own. While many short
 * ones pass, the target works: so one of these counts from this share of the latency on.
 */
export const singly: ReadonlySet<EvidenceKind> = new Set(['turn', 'commit', 'held', 'thread-sync']);
export const minShareOfOne = 1 / 4;

/** How long each held a request up, in µs. They add up to its latency. */
export type Parts = Readonly<Partial<Record<Cause, number>>>;
