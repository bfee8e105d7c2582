/**
 * Two runs side by side: what counts as worse, what is too little to count, and what is only shown.
 */
import { describe, expect, it } from 'vitest';
import { compareRuns } from '#dist/lab/load/judge/compare-runs.js';
import { toRecord } from '#dist/lab/load/output/make-record.js';
import type { Distribution, LoadRecord } from '#dist/lab/load/result/load-record.js';
import { extras, sampleResult } from '../output/sample.js';
import { noErrors } from './result.js';

const options = { tolerance: 0.1, floorUs: 50 };
const sample = toRecord(sampleResult, extras);

function percentilesOf(usByPercentile: Readonly<Record<string, number>>) {
  const entries = Object.entries(usByPercentile).sort(([a], [b]) => Number(a) - Number(b));
  return entries.map(([percentile, valueUs]) => ({ percentile: Number(percentile), valueUs }));
}

function times(
  change: Partial<Omit<Distribution, 'percentiles'>> = {},
  percentiles: Readonly<Record<string, number>> = {
    '50': 1000,
    '99': 5000,
    '99.9': 9000,
    '99.99': 20_000,
    '100': 30_000,
  },
): Distribution {
  const given = { ...sample.latency, count: 10_000, meanUs: 1500, maxUs: 30_000 };
  return { ...given, ...change, percentiles: percentilesOf(percentiles) };
}

function run({
  completed = 10_000,
  ...change
}: Partial<LoadRecord> & { completed?: number } = {}): LoadRecord {
  const { latencyWithoutLag: _, ...others } = sample;
  return {
    ...others,
    elapsedUs: 10e6,
    requests: { sent: completed, completed, completedPerSecond: completed / 10 },
    errors: noErrors,
    latency: times(),
    service: times(),
    ...change,
  };
}

function judgement(
  figure: string,
  before: LoadRecord,
  after: LoadRecord,
  change = {},
): string | undefined {
  return compareRuns(before, after, { ...options, ...change }).rows.find(
    (row) => row.figure === figure,
  )?.judgement;
}

const p99 = (us: number) => run({ latency: times({}, { '99': us }) });

describe('a comparison', () => {
  it('of a run with itself finds nothing, and lists each figure once', () => {
    const { rows, warnings, regressed } = compareRuns(run(), run(), options);
    expect({ warnings, regressed }).toEqual({ warnings: [], regressed: false });
    const figures = ['p50', 'p99', 'p99.9', 'p99.99', 'max', 'mean'];
    expect(rows.map(({ figure }) => figure)).toEqual([
      ...figures.map((figure) => `latency ${figure}`),
      ...figures.map((figure) => `service ${figure}`),
      'rate',
      'errors',
    ]);
  });

  it('gives the change in the unit and as a share', () => {
    const { rows } = compareRuns(p99(4000), p99(5000), options);
    expect(rows[0]).toEqual({
      figure: 'latency p99',
      unit: 'µs',
      before: 4000,
      after: 5000,
      change: 1000,
      changeShare: 0.25,
      judgement: 'worse',
    });
    expect(compareRuns(p99(0), p99(5000), options).rows[0]).not.toHaveProperty('changeShare');
  });

  it.each([
    { what: 'exactly the tolerance', before: 5000, after: 5500, expected: 'same' },
    { what: 'more than the tolerance', before: 5000, after: 5501, expected: 'worse' },
    { what: 'less by more than the tolerance', before: 5000, after: 4499, expected: 'better' },
    {
      what: 'more than the tolerance, but not than the floor',
      before: 100,
      after: 150,
      expected: 'same',
    },
    { what: 'more than both', before: 100, after: 151, expected: 'worse' },
  ])('calls a change by $what $expected', ({ before, after, expected }) => {
    expect(judgement('latency p99', p99(before), p99(after))).toBe(expected);
    expect(compareRuns(p99(before), p99(after), options).regressed).toBe(expected === 'worse');
  });

  it('calls nothing worse that the histogram can not tell apart, whatever the tolerance', () => {
    const none = { tolerance: 0, floorUs: 0 };
    expect(judgement('latency p99', p99(1_024_000), p99(1_025_000), none)).toBe('same');
    expect(judgement('latency p99', p99(1_024_000), p99(1_025_001), none)).toBe('worse');
  });

  describe('by the bounds of a latency', () => {
    const bounded = (lowerUs: number, us: number) =>
      run({
        latency: times({}, { '99': us }),
        latencyWithoutLag: times({}, { '99': lowerUs }),
      });
    it.each([
      { what: 'worse between all bounds', before: [4000, 5000], after: [5600, 6000], is: 'worse' },
      { what: 'worse, or not', before: [4000, 5000], after: [4600, 6000], is: "can't tell" },
      {
        what: 'the same, with bounds far apart',
        before: [4000, 5000],
        after: [4000, 5000],
        is: "can't tell",
      },
      { what: 'better, or the same', before: [5000, 5500], after: [4000, 5000], is: 'same' },
      { what: 'better between all', before: [5000, 5500], after: [4000, 4400], is: 'better' },
      { what: 'the same between all', before: [5000, 5100], after: [4900, 5200], is: 'same' },
    ])('$what', ({ before: [b0 = 0, b1 = 0], after: [a0 = 0, a1 = 0], is }) => {
      const [before, after] = [bounded(b0, b1), bounded(a0, a1)];
      expect(judgement('latency p99', before, after)).toBe(is);
      const { regressed, undecided } = compareRuns(before, after, options);
      expect([regressed, undecided]).toEqual([is === 'worse', is === "can't tell"]);
    });

    it('leaves the service time as it is, which has no lag', () => {
      expect(judgement('service p99', bounded(1, 5000), bounded(1, 5000))).toBe('same');
    });
  });

  it('has no verdict if the first run had no response', () => {
    const nothing = run({
      completed: 0,
      latency: times({ count: 0 }),
      service: times({ count: 0 }),
    });
    for (const other of [nothing, run()])
      expect(compareRuns(nothing, other, options)).toMatchObject({
        regressed: false,
        undecided: true,
      });
    expect(compareRuns(run(), nothing, options)).toMatchObject({
      regressed: true,
      undecided: false,
    });
  });

  it('judges a percentile with ten samples above it in both runs, and never the maximum', () => {
    const slow = times({ maxUs: 90_000 }, { '99.9': 90_000 });
    expect(judgement('latency p99.9', run(), run({ latency: slow }))).toBe('worse');
    expect(judgement('latency p99.9', run(), run({ latency: { ...slow, count: 9999 } }))).toBe(
      'not judged',
    );
    expect(
      judgement('latency p99.9', run({ latency: times({ count: 9999 }) }), run({ latency: slow })),
    ).toBe('not judged');
    expect(judgement('latency max', run(), run({ latency: slow }))).toBe('not judged');
  });

  it('judges the service time too', () => {
    expect(compareRuns(run(), run({ service: times({ meanUs: 3000 }) }), options).regressed).toBe(
      true,
    );
  });

  it('calls less of the same rate worse, and does not judge rates asked differently', () => {
    const slower = run({ completed: 8000 });
    expect(judgement('rate', run(), slower)).toBe('worse');
    expect(judgement('rate', slower, run())).toBe('better');
    expect(
      judgement('rate', run(), { ...slower, options: { ...slower.options, ratePerSecond: 800 } }),
    ).toBe('not judged');
  });

  it('calls failures worse when there were none, from more than one in 10 000 on', () => {
    expect(judgement('errors', run(), run({ errors: { ...noErrors, status: 1 } }))).toBe('same');
    expect(judgement('errors', run(), run({ errors: { ...noErrors, status: 2 } }))).toBe('worse');
  });
});

describe('the share of errors', () => {
  it('is that of the objective: requests overdue and never sent have failed', () => {
    const overdue = run({ completed: 5000, unanswered: { inFlight: 0, unsent: 5000 } });
    const { before, after } = compareRuns(run(), overdue, options).rows.at(-1) ?? {};
    expect(before).toBe(0);
    expect(after).toBeCloseTo(30, 9);
  });
});

describe('a comparison warns', () => {
  it('of options that differ', () => {
    const other = run({
      options: {
        ...run().options,
        ratePerSecond: 2000,
        work: { kind: 'script', file: 'a.lua', args: [] },
      },
    });
    expect(compareRuns(run(), other, options).warnings).toEqual([
      'The runs differ in ratePerSecond: 1000 and 2000.',
      'The runs differ in work: {"kind":"plain"} and {"kind":"script","file":"a.lua","args":[]}.',
    ]);
  });

  it('of a run that is not valid, with its reasons', () => {
    const late = run({ verdict: { valid: false, reasons: ['It was late.', 'Very.'] } });
    expect(compareRuns(run(), late, options).warnings).toEqual([
      'The second run is not valid: It was late. Very.',
    ]);
    expect(compareRuns(late, run(), options).warnings).toEqual([
      'The first run is not valid: It was late. Very.',
    ]);
  });
});
