/** All that was seen of server and generator under load. Times are µs from the run's start. */

/**
 * A thread that requests go through: the server's two, a generator's, a kernel's that passes
 * packets on when interrupts may not. Or a helper of V8, which collects garbage in the server.
 */
export type Who = 'main' | 'writer' | `${'helper' | 'generator' | 'network'} ${number}`;

export interface Span {
  readonly fromUs: number;
  readonly toUs: number;
}

/** Something that took a thread's time. */
export interface Stretch extends Span {
  readonly what: 'gc' | 'loop' | 'held' | 'commit';
  readonly who: Who;
  readonly note: string;
}

/** A thread between two samples. */
export interface ThreadSample {
  readonly cpuUs: number;
  /** Ready to run, without a CPU. The kernel adds it when the wait ends. */
  readonly waitUs: number;
  readonly faults: number;
  /** Stopped by a signal, as a debugger does. */
  readonly stopped: boolean;
}

export interface Sample extends Span {
  /** CPU time that the host gave to other machines, over all CPUs. */
  readonly stealUs: number;
  readonly threads: Readonly<Partial<Record<Who, ThreadSample>>>;
}

/** CPU time that another process took. */
export interface Busy extends Span {
  readonly name: string;
  readonly cpuUs: number;
}

/** Each in the order of time. */
export interface Evidence {
  readonly stretches: readonly Stretch[];
  readonly samples: readonly Sample[];
  readonly others?: readonly Busy[];
}

export function overlapUs(a: Span, b: Span): number {
  return Math.max(0, Math.min(a.toUs, b.toUs) - Math.max(a.fromUs, b.fromUs));
}

/** The stretches that touch a span, and all samples of the span and of these stretches. */
export function within(evidence: Evidence, span: Span): Evidence {
  const stretches = evidence.stretches.filter((stretch) => overlapUs(stretch, span) > 0);
  const all = [span, ...stretches];
  const fromUs = Math.min(...all.map((one) => one.fromUs));
  const toUs = Math.max(...all.map((one) => one.toUs));
  const near = ofAll(evidence, (seen) =>
    seen.filter((one) => overlapUs(one, { fromUs, toUs }) > 0),
  );
  return { ...near, stretches };
}

export function ofAll(
  { stretches, samples, others = [] }: Evidence,
  change: <Timed extends Span>(seen: readonly Timed[]) => readonly Timed[],
): Required<Evidence> {
  return { stretches: change(stretches), samples: change(samples), others: change(others) };
}
