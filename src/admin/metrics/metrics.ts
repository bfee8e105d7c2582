/**
 * The text of /metrics. All figures are counted elsewhere and read when they are asked for, so a
 * request pays nothing for them here. prom-client writes the format; it is loaded with an admin
 * port alone.
 */
import type { Metric } from 'prom-client';
import type { StatsHistory } from '../stats/history.js';
import type { Family } from './family.js';
import { processFamilies } from './process-families.js';
import { requestFamilies } from './request-families.js';
import { storeFamilies } from './store-families.js';

const prefix = 'evenkeel_';
const nextTurn = () => new Promise(setImmediate);

export class Metrics {
  readonly #library: typeof import('prom-client');
  readonly #history: StatsHistory;
  readonly #version: string;

  private constructor(
    library: typeof import('prom-client'),
    history: StatsHistory,
    version: string,
  ) {
    this.#library = library;
    this.#history = history;
    this.#version = version;
  }

  /** @param version of the package */
  static async load(history: StatsHistory, version: string): Promise<Metrics> {
    const { default: library } = await import('prom-client');
    return new Metrics(library, history, version);
  }

  async scrape(): Promise<{ readonly type: string; readonly text: string }> {
    const now = this.#history.now();
    const minute = this.#history.minuteUpTo(now);
    const registry = new this.#library.Registry();
    const texts: string[] = [];
    for (const family of [
      ...requestFamilies(now, minute),
      ...(now.store ? storeFamilies(now.store) : []),
      ...processFamilies(now.process, minute, this.#version),
    ]) {
      registry.registerMetric(asMetric(family));
      texts.push(await registry.getSingleMetricAsString(`${prefix}${family.name}`));
      // The text of all takes some ms, in which requests would wait.
      await nextTurn();
    }
    return { type: registry.contentType, text: `${texts.join('\n\n')}\n` };
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
