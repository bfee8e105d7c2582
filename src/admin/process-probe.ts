/**
 * Measures the event loop and the garbage collector from its start on. A turn that is late, and a
 * collection, hold up every request.
 */
import {
  constants,
  type PerformanceEntry,
  PerformanceObserver,
  performance,
} from 'node:perf_hooks';
import type { Counts } from '../statistics/counts.js';
import { durationBoundsUs, FixedHistogram } from '../statistics/fixed-histogram.js';

/** A coarser one overlooks turns that are late by less; a finer one wakes an idle process more. */
const periodMs = 10;

interface Collection {
  readonly detail: { readonly kind: number };
}

const collections: Readonly<Record<number, string>> = {
  [constants.NODE_PERFORMANCE_GC_MINOR]: 'minor',
  [constants.NODE_PERFORMANCE_GC_MAJOR]: 'major',
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL]: 'incremental',
  [constants.NODE_PERFORMANCE_GC_WEAKCB]: 'weak',
};

/** Counts and sums since the probe, or the process, began. */
export interface ProcessFigures {
  /** By how much timers were late, in µs. */
  readonly loopDelayUs: Counts;
  /** The time in which the event loop did not wait. */
  readonly activeMs: number;
  /** Pauses in µs, by kind of collection. */
  readonly pausesUs: ReadonlyMap<string, Counts>;
  /** CPU time of all threads. */
  readonly cpuUs: NodeJS.CpuUsage;
  /** As it is now. */
  readonly memory: NodeJS.MemoryUsage;
}

export class ProcessProbe {
  readonly #delay = new FixedHistogram(durationBoundsUs);
  readonly #pauses: ReadonlyMap<string, FixedHistogram>;
  readonly #observer: PerformanceObserver;
  readonly #timer: NodeJS.Timeout;
  #lastMs = performance.now();

  constructor() {
    const kinds = Object.values(collections);
    this.#pauses = new Map(kinds.map((kind) => [kind, new FixedHistogram(durationBoundsUs)]));
    this.#observer = new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEntry & Collection)[]) {
        const kind = collections[entry.detail.kind] ?? '';
        this.#pauses.get(kind)?.record(entry.duration * 1000);
      }
    });
    this.#observer.observe({ entryTypes: ['gc'] });
    this.#timer = setInterval(() => this.#onTimer(), periodMs).unref();
  }

  stop(): void {
    this.#observer.disconnect();
    clearInterval(this.#timer);
  }

  read(): ProcessFigures {
    const pauses = [...this.#pauses].map(([kind, each]) => [kind, each.read()] as const);
    return {
      loopDelayUs: this.#delay.read(),
      activeMs: performance.eventLoopUtilization().active,
      pausesUs: new Map(pauses),
      cpuUs: process.cpuUsage(),
      memory: process.memoryUsage(),
    };
  }

  #onTimer(): void {
    const nowMs = performance.now();
    this.#delay.record(Math.max(0, nowMs - this.#lastMs - periodMs) * 1000);
    this.#lastMs = nowMs;
  }
}
