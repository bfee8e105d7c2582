/**
 * Reads Prometheus's text format (version 0.0.4), and finds what its own linter, promtool, would
 * complain of. A line that is not of the format is an error.
 */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly samples: Sample[];
}

const typeLine = /^# TYPE (\S+) (counter|gauge|histogram|summary)$/;

export function readMetrics(text: string): Map<string, Family> {
  const families = new Map<string, Family>();
  let family: Family | undefined;
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const [, help, helpText = ''] = /^# HELP ([a-z_:][a-z0-9_:]*) (.+)$/.exec(line) ?? [];
    if (help !== undefined) {
      if (families.has(help)) throw new Error(`${help} comes twice`);
      family = { name: help, help: helpText, type: '', samples: [] };
      continue;
    }
    const [, typed, type = ''] = typeLine.exec(line) ?? [];
    if (typed !== undefined) {
      if (typed !== family?.name) throw new Error(`${line} does not follow its HELP`);
      family = { ...family, type };
      families.set(typed, family);
      continue;
    }
    const sample = readSample(line);
    if (family === undefined || family.type === '') throw new Error(`${line} has no TYPE`);
    if (!suffixesOf(family.type).some((suffix) => sample.name === `${family?.name}${suffix}`))
      throw new Error(`${line} stands below ${family.name}`);
    family.samples.push(sample);
  }
  if (!text.endsWith('\n')) throw new Error('the last line does not end');
  return families;
}

function readSample(line: string): Sample {
  const [, name, labelText = '', number = ''] =
    /^([a-z_:][a-z0-9_:]*)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
  const value = number === '+Inf' ? Number.POSITIVE_INFINITY : Number(number);
  if (name === undefined || Number.isNaN(value)) throw new Error(`not a sample: ${line}`);
  const label = /([a-z_][a-z0-9_]*)="((?:[^"\\]|\\[\\"n])*)"(?:,|$)/gy;
  const labels: Record<string, string> = {};
  let read = 0;
  for (const [whole, key = '', text = ''] of labelText.matchAll(label)) {
    if (key in labels) throw new Error(`${line} has ${key} twice`);
    labels[key] = text;
    read += whole.length;
  }
  if (read !== labelText.length) throw new Error(`not labels: ${line}`);
  return { name, labels, value };
}

function suffixesOf(type: string): readonly string[] {
  if (type === 'histogram') return ['_bucket', '_sum', '_count'];
  return type === 'summary' ? ['', '_sum', '_count'] : [''];
}

const units = /_(ms|us|ns|millis\w*|micros\w*|minutes|hours|kb|kib|mb|mib|percent)(_|$)/;

/** As `promtool check metrics` would say it, and what it leaves to others: rising buckets. */
export function faultsOf(families: ReadonlyMap<string, Family>): string[] {
  const faults: string[] = [];
  for (const { name, type, samples } of families.values()) {
    if ((type === 'counter') !== name.endsWith('_total'))
      faults.push(`${name}: only counters end in _total`);
    if (units.test(name)) faults.push(`${name}: not a base unit`);
    if (/_(gauge|counter|histogram|summary)(_|$)/.test(name))
      faults.push(`${name}: names its type`);
    if (/_(bucket|sum|count)$/.test(name)) faults.push(`${name}: a reserved ending`);
    const seen = new Set<string>();
    for (const sample of samples) {
      const key = JSON.stringify([sample.name, sample.labels]);
      if (seen.has(key)) faults.push(`${key} comes twice`);
      seen.add(key);
      if (type !== 'gauge' && !(sample.value >= 0)) faults.push(`${key} is ${sample.value}`);
    }
    if (type === 'histogram') faults.push(...bucketFaults(name, samples));
  }
  return faults;
}

function bucketFaults(name: string, samples: readonly Sample[]): string[] {
  const series = new Map<string, Sample[]>();
  for (const sample of samples) {
    const { le: _, ...others } = sample.labels;
    const labels = JSON.stringify(others);
    series.set(labels, [...(series.get(labels) ?? []), sample]);
  }
  return [...series].flatMap(([labels, all]) => {
    const buckets = all.filter((sample) => sample.name.endsWith('_bucket'));
    const bounds = buckets.map(({ labels: { le } }) => (le === '+Inf' ? Infinity : Number(le)));
    const values = buckets.map(({ value }) => value);
    const count = all.find((sample) => sample.name.endsWith('_count'))?.value;
    const rises = (numbers: readonly number[]) =>
      numbers.every((number, at) => at === 0 || number >= (numbers[at - 1] as number));
    const isWhole = bounds.at(-1) === Infinity && values.at(-1) === count;
    return rises(bounds) && rises(values) && isWhole ? [] : [`${name}${labels}: wrong buckets`];
  });
}
