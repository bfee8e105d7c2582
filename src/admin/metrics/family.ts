/** Metrics as data: a family is a name, a type, and samples that differ by their labels. */
import type { Counts } from '../../statistics/counts.js';

export interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
  /** Behind the name of the family: `_bucket`, `_sum` or `_count`. */
  readonly suffix?: string;
}

export interface Family {
  /** Without the prefix that all have. */
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram' | 'summary';
  readonly samples: readonly Sample[];
}

type Value = number | readonly Sample[];

export function counter(name: string, help: string, value: Value): Family {
  return { name, help, type: 'counter', samples: samplesOf(value) };
}

export function gauge(name: string, help: string, value: Value): Family {
  return { name, help, type: 'gauge', samples: samplesOf(value) };
}

export function histogram(name: string, help: string, samples: readonly Sample[]): Family {
  return { name, help, type: 'histogram', samples };
}

/** One sample for each entry, whose key is the value of the label. */
export function byLabel(label: string, values: Readonly<Record<string, number>>): Sample[] {
  return Object.entries(values).map(([key, value]) => ({ labels: { [label]: key }, value }));
}

/** @param unit what 1 in the histogram stands for, in the unit of the metric */
export function histogramSamples(
  recorded: Counts,
  unit: number,
  labels: Readonly<Record<string, string>> = {},
): Sample[] {
  const bounds = [...recorded.bounds.map((bound) => String(exact(bound * unit))), '+Inf'];
  const counts = recorded.cumulative();
  const count = counts.at(-1) as number;
  return [
    ...counts.map((value, at) => ({
      labels: { ...labels, le: bounds[at] as string },
      value,
      suffix: '_bucket',
    })),
    { labels, value: exact(recorded.sum * unit), suffix: '_sum' },
    { labels, value: count, suffix: '_count' },
  ];
}

function samplesOf(value: Value): readonly Sample[] {
  return typeof value === 'number' ? [{ value }] : value;
}

/** Without the errors of binary fractions: 0.00003, not 0.000029999999999999997. */
export function exact(value: number): number {
  return Number(value.toPrecision(12));
}
