/**
 * The text of /metrics. All figures are counted elsewhere and read when they are asked for, so a
 * request pays nothing for them here. prom-client writes the format; it is loaded with an admin
 * port alone.
 */
import type { Metric } from 'prom-client';
import type { ServerStatistics } from '../../server/statistics/server-statistics.js';
import type { Family } from './family.js';
import { processFamilies } from './process-families.js';
import { ProcessProbe } from './process-probe.js';
import { requestFamilies } from './request-families.js';
import { storeFamilies } from './store-families.js';

const prefix = 'evenkeel_';

export class Metrics {
  readonly #library: typeof import('prom-client');
  readonly #statistics: () => ServerStatistics;
  readonly #version: string;
  readonly #probe = new ProcessProbe();

  private constructor(
    library: typeof import('prom-client'),
    statistics: () => ServerStatistics,
    version: string,
  ) {
    this.#library = library;
    this.#statistics = statistics;
    this.#version = version;
  }

  /** @param version of the package */
  static async load(statistics: () => ServerStatistics, version: string): Promise<Metrics> {
    const { default: library } = await import('prom-client');
    return new Metrics(library, statistics, version);
  }

  stop(): void {
    this.#probe.stop();
  }

  async scrape(): Promise<{ readonly type: string; readonly text: string }> {
    const statistics = this.#statistics();
    const { store } = statistics;
    const registry = new this.#library.Registry();
    for (const family of [
      ...requestFamilies(statistics),
      ...(store ? storeFamilies(store) : []),
      ...processFamilies(this.#probe, this.#version),
    ])
      registry.registerMetric(asMetric(family));
    return { type: registry.contentType, text: await registry.metrics() };
  }
}

/** A registry reads no more of a metric than this. Its own classes would count by themselves. */
function asMetric({ name, help, type, samples }: Family): Metric {
  const fullName = `${prefix}${name}`;
  const values = samples.map(({ labels = {}, value, suffix = '' }) => ({
    labels,
    value,
    metricName: `${fullName}${suffix}`,
  }));
  const metric = { name: fullName, help, type, values };
  return { ...metric, get: async () => metric } as unknown as Metric;
}
