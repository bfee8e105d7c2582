/** What was seen of the server and of the generator while the load ran. Times are in µs from the run's start. */

/**
 * A thread that a request's way leads through: the server's, the generator's, and the kernel's that pass packets on when interrupts may not; or one of V8's
 * helpers in the server, which collect garbage beside the main thread.
 */
export type Who =
  | 'main'
  | 'writer'
  | `helper ${number}`
  | `generator ${number}`
  | `network ${number}`;

/** Something that took a thread's time. */
export interface Stretch {
  readonly what: 'gc' | 'loop' | 'commit';
  readonly who: Who;
  readonly fromUs: number;
  readonly toUs: number;
  /** For people. */
  readonly note: string;
}

/** What a thread did between two looks at it. */
export interface ThreadSample {
  /** On a CPU. */
  readonly cpuUs: number;
  /** Could have run and had no CPU; the kernel adds it when the wait ends. */
  readonly waitUs: number;
  /** Pages that had to come from the disk. */
  readonly faults: number;
  /** Stopped by a signal, as a debugger does. */
  readonly stopped: boolean;
}

export interface Sample {
  readonly fromUs: number;
  readonly toUs: number;
  /** CPU time that the host gave to other machines, over all CPUs. */
  readonly stealUs: number;
  readonly threads: Readonly<Partial<Record<Who, ThreadSample>>>;
}

/** CPU time that another process took between two looks at it. */
export interface Busy extends Span {
  readonly name: string;
  readonly cpuUs: number;
}

export interface Evidence {
  readonly stretches: readonly Stretch[];
  /** In the order of time. */
  readonly samples: readonly Sample[];
  readonly others?: readonly Busy[];
}

export interface Span {
  readonly fromUs: number;
  readonly toUs: number;
}

export function overlapUs(a: Span, b: Span): number {
  return Math.max(0, Math.min(a.toUs, b.toUs) - Math.max(a.fromUs, b.fromUs));
}

/** The stretches that touch a span, and all samples of the span and of these stretches. */
export function within({ stretches, samples, others = [] }: Evidence, span: Span): Evidence {
  const touched = stretches.filter((stretch) => overlapUs(stretch, span) > 0);
  const whole = touched.reduce(
    ({ fromUs, toUs }, stretch) => ({
      fromUs: Math.min(fromUs, stretch.fromUs),
      toUs: Math.max(toUs, stretch.toUs),
    }),
    span,
  );
  const near = (seen: Span) => overlapUs(seen, whole) > 0;
  return { stretches: touched, samples: samples.filter(near), others: others.filter(near) };
}

/** The same with times that count from a later moment. */
export function since({ stretches, samples, others = [] }: Evidence, startUs: number): Evidence {
  const shift = <Timed extends Span>(timed: Timed) => {
    return { ...timed, fromUs: timed.fromUs - startUs, toUs: timed.toUs - startUs };
  };
  return {
    stretches: stretches.map(shift),
    samples: samples.map(shift),
    others: others.map(shift),
  };
}
