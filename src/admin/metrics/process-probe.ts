/**
 * Measures the event loop and the garbage collector from its start on. A turn that is late, and a
 * collection, hold up every request.
 */
import {
  constants,
  type EventLoopUtilization,
  monitorEventLoopDelay,
  type PerformanceEntry,
  PerformanceObserver,
  performance,
} from 'node:perf_hooks';
import { durationBoundsUs, FixedHistogram } from '../../statistics/fixed-histogram.js';

/** A coarser one overlooks turns that are late by less; a finer one wakes an idle process more. */
const resolutionMs = 10;

interface Collection {
  readonly detail: { readonly kind: number };
}

const collections: Readonly<Record<number, string>> = {
  [constants.NODE_PERFORMANCE_GC_MINOR]: 'minor',
  [constants.NODE_PERFORMANCE_GC_MAJOR]: 'major',
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL]: 'incremental',
  [constants.NODE_PERFORMANCE_GC_WEAKCB]: 'weak',
};

export interface LoopDelay {
  /** Since the last call: shares, and by how many ms turns were late at most in each. */
  readonly quantiles: readonly (readonly [share: number, ms: number])[];
  /** Over all time. */
  readonly count: number;
  readonly sumMs: number;
}

export class ProcessProbe {
  /** Pauses in µs, by kind of collection. */
  readonly pauses: ReadonlyMap<string, FixedHistogram>;
  readonly #delay = monitorEventLoopDelay({ resolution: resolutionMs });
  readonly #observer: PerformanceObserver;
  #count = 0;
  #sumMs = 0;
  #utilization: EventLoopUtilization = performance.eventLoopUtilization();

  constructor() {
    const kinds = Object.values(collections);
    this.pauses = new Map(kinds.map((kind) => [kind, new FixedHistogram(durationBoundsUs)]));
    this.#observer = new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEntry & Collection)[]) {
        const kind = collections[entry.detail.kind] ?? '';
        this.pauses.get(kind)?.record(entry.duration * 1000);
      }
    });
    this.#observer.observe({ entryTypes: ['gc'] });
    this.#delay.enable();
  }

  stop(): void {
    this.#observer.disconnect();
    this.#delay.disable();
  }

  /** To be called by each scrape: the quantiles are those since the last one. */
  loopDelay(): LoopDelay {
    const delay = this.#delay;
    // A period is part of what it measures.
    const late = (ns: number) => (delay.count === 0 ? 0 : Math.max(0, ns / 1e6 - resolutionMs));
    const quantiles = [0.5, 0.9, 0.99, 1].map(
      (share) => [share, late(delay.percentile(100 * share))] as const,
    );
    this.#count += delay.count;
    this.#sumMs += delay.count === 0 ? 0 : late(delay.mean) * delay.count;
    delay.reset();
    return { quantiles, count: this.#count, sumMs: this.#sumMs };
  }

  /** The time in which the event loop worked, in s, and its share since the last call. */
  utilization(): { readonly activeSeconds: number; readonly share: number } {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, this.#utilization);
    this.#utilization = now;
    return { activeSeconds: now.active / 1000, share: utilization };
  }
}
