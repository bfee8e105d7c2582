/** What was seen while one request was under way. Stretches have exact ends; of a sample the kernel says only how much. */
import {
  type Evidence,
  overlapUs,
  type Sample,
  type Span,
  type Stretch,
  type Who,
} from './evidence.js';

export class Seen {
  readonly #evidence: Evidence;
  readonly #span: Span;

  constructor(evidence: Evidence, span: Span) {
    this.#evidence = evidence;
    this.#span = span;
  }

  /** @param part how much of the stretch counts, 0 … 1 */
  stretchUs(what: Stretch['what'], of: readonly Who[], part: (stretch: Stretch) => number): number {
    return this.#evidence.stretches
      .filter((stretch) => stretch.what === what && of.includes(stretch.who))
      .reduce(
        (us, found) => us + overlapUs(found, this.#span) * Math.min(1, Math.max(0, part(found))),
        0,
      );
  }

  /** The share of a span that such stretches take. */
  stretchShare(span: Span, what: Stretch['what'], of: Who): number {
    const us = this.#evidence.stretches
      .filter(({ who, ...stretch }) => stretch.what === what && who === of)
      .reduce((total, stretch) => total + overlapUs(stretch, span), 0);
    return us / (span.toUs - span.fromUs);
  }

  /** A wait for a CPU is added when it ends: it may have begun long before its sample, but counts at most from the beginning of the span. */
  waitUs(span: Span, who: Who): number {
    return this.#inSamples(span, ({ threads, toUs }) =>
      Math.min(threads[who]?.waitUs ?? 0, Math.min(toUs, span.toUs) - span.fromUs),
    );
  }

  /** Time on a CPU is taken to be spread evenly over its sample. */
  cpuUs(span: Span, who: Who): number {
    return this.#inSamples(
      span,
      (sample) =>
        ((sample.threads[who]?.cpuUs ?? 0) * overlapUs(sample, span)) /
        (sample.toUs - sample.fromUs),
    );
  }

  #inSamples(span: Span, part: (sample: Sample) => number): number {
    const { samples } = this.#evidence;
    let us = 0;
    // They are in order: from the first that reaches into the span on.
    for (let at = firstAfter(samples, span.fromUs); at < samples.length; at++) {
      const sample = samples[at] as Sample;
      if (sample.fromUs >= span.toUs) break;
      us += part(sample);
    }
    return Math.min(us, span.toUs - span.fromUs);
  }

  /** The share of a span in which a thread neither had a CPU nor waited for one. */
  blocked(span: Span, who: Who): number {
    return 1 - (this.cpuUs(span, who) + this.waitUs(span, who)) / (span.toUs - span.fromUs);
  }

  /** How long the answer can have lain there unseen. */
  generatorUs(thread: number, served: Span): number {
    const who: Who = `generator ${thread}`;
    const all = served.toUs - served.fromUs;
    if (all === 0) return 0;
    const shares = (['gc', 'loop'] as const).map((what) => this.stretchShare(served, what, who));
    return Math.max(this.waitUs(served, who), ...shares.map((share) => share * all));
  }

  /** How long a collection waited for CPUs that its own helpers had: that is its doing, and nobody else's. */
  ownWaitUs(gc: Stretch): number {
    const helped = this.#threads('helper').reduce((us, who) => us + this.cpuUs(gc, who), 0);
    return Math.min(this.waitUs(gc, gc.who), helped);
  }

  /** The longest that a CPU's packets waited. */
  networkUs(): number {
    return Math.max(0, ...this.#threads('network').map((who) => this.waitUs(this.#span, who)));
  }

  #threads(kind: 'helper' | 'network'): Who[] {
    // All of them are watched from the beginning to the end.
    const whos = Object.keys(this.#evidence.samples[0]?.threads ?? {}) as Who[];
    return whos.filter((who) => who.startsWith(kind));
  }

  faults(who: Who): number {
    return this.#inSamples(this.#span, ({ threads }) => threads[who]?.faults ?? 0);
  }

  stoppedUs(span: Span): number {
    return this.#evidence.samples
      .filter(({ threads }) => threads.main?.stopped)
      .reduce((us, sample) => us + overlapUs(sample, span), 0);
  }

  stealUs(): number {
    return this.#inSamples(this.#span, ({ stealUs }) => stealUs);
  }
}

/** The index of the first sample that ends after a time. */
function firstAfter(samples: readonly Sample[], us: number): number {
  let [low, high] = [0, samples.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((samples[middle] as Sample).toUs > us) high = middle;
    else low = middle + 1;
  }
  return low;
}
