/** How long each thing seen can have held a request up, between due and answered. */
import type { SlowRequest } from '#dist/lab/load/result/result.js';
import {
  type Evidence,
  overlapUs,
  type Sample,
  type Span,
  type Stretch,
  type Who,
  within,
} from './evidence.js';

/** The first of two that took the same time is named. */
export const causes = [
  'generator late',
  'server stopped',
  'garbage collection',
  'page faults',
  'CPU taken by others',
  'CPU taken by the host',
  'disk sync',
  'checkpoint behind',
  'event loop busy',
] as const;
export type Held = (typeof causes)[number];

/** In µs. */
export type HoldUps = Readonly<Record<Held, number>>;

export function holdUps(request: SlowRequest, evidence: Evidence): HoldUps {
  const { dueUs, latencyUs, lagUs, serviceUs, thread } = request;
  const span = { fromUs: dueUs, toUs: dueUs + latencyUs };
  const service = { fromUs: span.toUs - serviceUs, toUs: span.toUs };
  const seen = new Seen(within(evidence, span), span);
  const stopped = seen.stoppedUs(span);
  const ownWaits = seen.serverUs('gc', (gc) => seen.ownWaitUs(gc));
  const collecting = seen.serverUs(
    'gc',
    (gc) => lengthUs(gc) - seen.waitUs(gc, gc.who) + seen.ownWaitUs(gc) - seen.stoppedUs(gc),
  );
  // A frame waits for the disk. Or it was there, and the main thread had no turn to hear of it.
  const commits = seen.serverUs(
    'commit',
    (commit) => lengthUs(commit) - seen.takenUs(commit, 'loop', 'main'),
  );
  const loopBlocked = seen.serverUs('loop', (gap) => seen.blockedUs(gap, 'main'));
  const computing = seen.serverUs('loop', (gap) => seen.cpuUs(gap, 'main'));
  const mainFaults = seen.faults('main') > 0;
  const waits = seen.waitUs(span, 'main');
  const all: Record<Held, number> = {
    'generator late': lagUs + seen.generatorUs(thread, service),
    'server stopped': stopped,
    'garbage collection': collecting,
    'page faults': mainFaults ? loopBlocked : 0,
    // The kernel's thread and ours may have waited for the same CPU at the same time.
    'CPU taken by others': Math.max(0, Math.max(waits, seen.networkUs()) - ownWaits),
    'CPU taken by the host': seen.stealUs(),
    'disk sync': stopped > 0 ? 0 : commits,
    'checkpoint behind': seen.serverUs('held', lengthUs),
    'event loop busy': Math.max(0, computing - collecting),
  };
  for (const cause of causes) all[cause] = Math.min(all[cause], latencyUs);
  return all;
}

/** The evidence of one request in flight. Stretches have exact ends, samples only sums. */
class Seen {
  readonly #evidence: Evidence;
  readonly #span: Span;

  constructor(evidence: Evidence, span: Span) {
    this.#evidence = evidence;
    this.#span = span;
  }

  /** Stretches of the event loop within the span. @param countedUs how much of a stretch counts */
  serverUs(what: Stretch['what'], countedUs: (stretch: Stretch) => number): number {
    return this.#evidence.stretches
      .filter(({ what: is, who }) => is === what && who === 'main')
      .map((stretch) => {
        const share = Math.min(1, Math.max(0, countedUs(stretch) / lengthUs(stretch)));
        return overlapUs(stretch, this.#span) * share;
      })
      .reduce((a, b) => a + b, 0);
  }

  /** How much of a span such stretches take. */
  takenUs(span: Span, what: Stretch['what'], of: Who): number {
    return this.#evidence.stretches
      .filter((stretch) => stretch.what === what && stretch.who === of)
      .reduce((total, stretch) => total + overlapUs(stretch, span), 0);
  }

  /** A wait may have begun long before the sample that it ends in. It counts from the span on. */
  waitUs(span: Span, who: Who): number {
    return this.#inSamples(span, ({ threads, toUs }) =>
      Math.min(threads[who]?.waitUs ?? 0, Math.min(toUs, span.toUs) - span.fromUs),
    );
  }

  /** Time on a CPU is taken to be spread evenly over its sample. */
  cpuUs(span: Span, who: Who): number {
    return this.#inSamples(span, (sample, coveredUs) => {
      return ((sample.threads[who]?.cpuUs ?? 0) * coveredUs) / lengthUs(sample);
    });
  }

  /** The thread neither had a CPU nor waited for one. */
  blockedUs(span: Span, who: Who): number {
    return lengthUs(span) - this.cpuUs(span, who) - this.waitUs(span, who);
  }

  /** How long the response can have waited for the generator to read it. */
  generatorUs(thread: number, service: Span): number {
    const who: Who = `generator ${thread}`;
    const taken = (['gc', 'loop'] as const).map((what) => this.takenUs(service, what, who));
    return Math.max(this.waitUs(service, who), ...taken);
  }

  /** How long a collection waited for CPUs that its own helpers had. */
  ownWaitUs(gc: Stretch): number {
    const helped = this.#threads('helper').reduce((us, who) => us + this.cpuUs(gc, who), 0);
    return Math.min(this.waitUs(gc, gc.who), helped);
  }

  /** The longest that a CPU's packets waited. */
  networkUs(): number {
    return Math.max(0, ...this.#threads('network').map((who) => this.waitUs(this.#span, who)));
  }

  faults(who: Who): number {
    return this.#inSamples(this.#span, ({ threads }) => threads[who]?.faults ?? 0);
  }

  stoppedUs(span: Span): number {
    return this.#inSamples(span, ({ threads }, coveredUs) =>
      threads.main?.stopped ? coveredUs : 0,
    );
  }

  stealUs(): number {
    return this.#inSamples(this.#span, ({ stealUs }) => stealUs);
  }

  #inSamples(span: Span, partOf: (sample: Sample, coveredUs: number) => number): number {
    const { samples } = this.#evidence;
    let [at, end] = [0, samples.length];
    // They are in the order of time: the first that reaches into the span is found by halving.
    while (at < end) {
      const half = (at + end) >> 1;
      if ((samples[half] as Sample).toUs > span.fromUs) end = half;
      else at = half + 1;
    }
    let sum = 0;
    for (let sample = samples[at]; sample && sample.fromUs < span.toUs; sample = samples[++at])
      sum += partOf(sample, overlapUs(sample, span));
    return Math.min(sum, lengthUs(span));
  }

  /** All of them are watched from the beginning to the end. */
  #threads(kind: 'helper' | 'network'): Who[] {
    const all = Object.keys(this.#evidence.samples[0]?.threads ?? {}) as Who[];
    return all.filter((who) => who.startsWith(kind));
  }
}

function lengthUs({ fromUs, toUs }: Span): number {
  return toUs - fromUs;
}
