/**
 * Whose each moment of the run is. In a long stall each of thousands of requests overlaps thousands
 * of spans. So the moments are shared out once, and a request only asks for sums.
 *
 * Two things differ between requests: whose standstills count, and how long a turn or a commit has
 * to be. So there is a share-out for each thread, and for each power of two of that length.
 */
import { type Cause, layers, minShareOfOne, singly } from './causes.js';
import { type EvidenceKind, lengthUs, merged, type Seen, type Span, without } from './evidence.js';
import { judgeTurns } from './turns.js';

/** Spans in order, without overlaps, that can be added up between any two times. */
class Sums {
  readonly #fromUs: Float64Array;
  /** The time in all spans before each. */
  readonly #beforeUs: Float64Array;

  constructor(spans: readonly Span[]) {
    this.#fromUs = Float64Array.from(spans, ({ fromUs }) => fromUs);
    this.#beforeUs = new Float64Array(spans.length + 1);
    for (const [index, span] of spans.entries())
      this.#beforeUs[index + 1] = (this.#beforeUs[index] as number) + lengthUs(span);
  }

  within({ fromUs, toUs }: Span): number {
    return toUs > fromUs ? this.#until(toUs) - this.#until(fromUs) : 0;
  }

  #until(us: number): number {
    let [at, end] = [0, this.#fromUs.length];
    while (at < end) {
      const half = (at + end) >> 1;
      if ((this.#fromUs[half] as number) >= us) end = half;
      else at = half + 1;
    }
    if (at === 0) return 0;
    const [before, upTo] = [this.#beforeUs[at - 1] as number, this.#beforeUs[at] as number];
    return Math.min(upTo, before + us - (this.#fromUs[at - 1] as number));
  }
}

export class Layers {
  readonly #byKind = new Map<EvidenceKind, Seen[]>();
  readonly #shares = new Map<string, ReadonlyMap<Cause, Sums>>();
  readonly #busy: Sums;

  constructor(evidence: readonly Seen[]) {
    for (const seen of judgeTurns(evidence)) {
      const group = this.#byKind.get(seen.kind);
      if (group) group.push(seen);
      else this.#byKind.set(seen.kind, [seen]);
    }
    this.#busy = new Sums(merged(this.#byKind.get('busy') ?? []));
  }

  /** How much of a span each cause has. @param request whose span it is a part of */
  of(
    span: Span,
    { thread, latencyUs }: { readonly thread: number; readonly latencyUs: number },
  ): [cause: Cause, us: number][] {
    const power = Math.floor(Math.log2(Math.max(1, latencyUs * minShareOfOne)));
    const key = `${thread} ${power}`;
    const known = this.#shares.get(key) ?? this.#shareOut(thread, 2 ** power);
    this.#shares.set(key, known);
    return [...known].map(([cause, sums]) => [cause, sums.within(span)]);
  }

  /** How much of it the event loop was not idle. */
  busyUs(span: Span): number {
    return this.#busy.within(span);
  }

  /** Each moment goes to the first layer that has it. */
  #shareOut(thread: number, minUs: number): ReadonlyMap<Cause, Sums> {
    const byCause = new Map<Cause, Span[]>();
    let taken: Span[] = [];
    for (const [kind, cause] of layers) {
      const counted = (this.#byKind.get(kind) ?? []).filter((seen) =>
        kind === 'standstill'
          ? seen.thread === thread
          : !singly.has(kind) || lengthUs(seen) >= minUs,
      );
      if (counted.length === 0) continue;
      const own = without(merged(counted), taken);
      byCause.set(cause, (byCause.get(cause) ?? []).concat(own));
      taken = merged([...taken, ...own]);
    }
    return new Map([...byCause].map(([cause, spans]) => [cause, new Sums(merged(spans))]));
  }
}
