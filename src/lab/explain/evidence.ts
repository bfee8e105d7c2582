/**
 * All that was seen of target and generator under load, as spans of the system's monotonic clock:
 * the requests, the probe and the kernel's figures have that clock in common. Times are µs.
 */

export interface Span {
  readonly fromUs: number;
  readonly toUs: number;
}

/** The things that take the time of a span. */
export const kinds = [
  /** The target was stopped, as a debugger does. */
  'stopped',
  /** Its event loop's thread was ready to run, and other processes had the CPUs. */
  'cpu',
  /** That thread read from the disk: a page fault, or a read of a file that was not in memory. */
  'fault',
  /** That thread waited for the disk to write. */
  'sync',
  /** It collected garbage. */
  'collection',
  /** A turn of its event loop. */
  'turn',
  /** A commit of a store that publishes them, until it was on the disk. */
  'commit',
  /** The commit was held back before, because the store is behind. */
  'held',
  /** Another of its threads waited for the disk to write. */
  'thread-sync',
  /** Another of its threads read from the disk. */
  'thread-fault',
  /** The host gave the CPUs to other machines. */
  'host',
  /** A generator's thread should have run and did not. */
  'standstill',
  /** Its event loop was never idle. */
  'busy',
] as const;
export type EvidenceKind = (typeof kinds)[number];

export interface Seen extends Span {
  readonly kind: EvidenceKind;
  /** The generator's thread that stood still. */
  readonly thread?: number;
  /** Words for people: a kind of collection, the name of a thread. */
  readonly note?: string;
}

/** CPU time that another process took. */
export interface Taker extends Span {
  readonly name: string;
  readonly cpuUs: number;
}

export function lengthUs({ fromUs, toUs }: Span): number {
  return toUs - fromUs;
}

export function overlapUs(a: Span, b: Span): number {
  return Math.max(0, Math.min(a.toUs, b.toUs) - Math.max(a.fromUs, b.fromUs));
}

/** The parts of some spans that others do not cover. Both are in order, and do not overlap. */
export function without(spans: readonly Span[], taken: readonly Span[]): Span[] {
  const left: Span[] = [];
  let first = 0;
  for (const { fromUs, toUs } of spans) {
    let at = fromUs;
    while (first < taken.length && (taken[first] as Span).toUs <= fromUs) first++;
    for (let next = first; next < taken.length; next++) {
      const cut = taken[next] as Span;
      if (cut.fromUs >= toUs) break;
      if (cut.fromUs > at) left.push({ fromUs: at, toUs: cut.fromUs });
      at = Math.max(at, cut.toUs);
    }
    if (at < toUs) left.push({ fromUs: at, toUs });
  }
  return left;
}

/** Spans in order, those that touch made one. */
export function merged(spans: readonly Span[], gapUs = 0): Span[] {
  const all: { fromUs: number; toUs: number }[] = [];
  for (const { fromUs, toUs } of spans.toSorted((a, b) => a.fromUs - b.fromUs)) {
    const last = all.at(-1);
    if (last && fromUs <= last.toUs + gapUs) last.toUs = Math.max(last.toUs, toUs);
    else all.push({ fromUs, toUs });
  }
  return all;
}

/** Spans that may overlap, to be found by time. */
export class Timeline<Timed extends Span> {
  readonly #spans: readonly Timed[];
  /** The latest end up to each span: it never falls, so it can be searched. */
  readonly #endsUs: Float64Array;

  constructor(spans: readonly Timed[]) {
    this.#spans = spans.toSorted((a, b) => a.fromUs - b.fromUs);
    this.#endsUs = new Float64Array(spans.length);
    let endUs = Number.NEGATIVE_INFINITY;
    for (const [index, { toUs }] of this.#spans.entries()) {
      endUs = Math.max(endUs, toUs);
      this.#endsUs[index] = endUs;
    }
  }

  /** Those that overlap a span, in order. */
  within(span: Span): Timed[] {
    let [at, end] = [0, this.#spans.length];
    while (at < end) {
      const half = (at + end) >> 1;
      if ((this.#endsUs[half] as number) > span.fromUs) end = half;
      else at = half + 1;
    }
    const found: Timed[] = [];
    for (let one = this.#spans[at]; one && one.fromUs < span.toUs; one = this.#spans[++at])
      if (overlapUs(one, span) > 0) found.push(one);
    return found;
  }
}
