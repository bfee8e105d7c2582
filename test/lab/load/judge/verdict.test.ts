/** The rules of a valid run, each at its limit. */
import { describe, expect, it } from 'vitest';
import { evaluateSlo, formatSlo, parseSlo } from '#dist/lab/load/judge/slo.js';
import { formatVerdict, judge } from '#dist/lab/load/judge/verdict.js';
import type { LoadResult, StageResult } from '#dist/lab/load/result/result.js';
import { loadOptions } from '../request/options.js';
import { histogram, noErrors, result, thread } from './result.js';

function reasons(change: Partial<LoadResult>): readonly string[] {
  const verdict = judge(result(change));
  return verdict.valid ? [] : verdict.reasons;
}

/** All requests took so long, without the lag and with it. */
const bounds = (lowerUs: number, upperUs: number, times = 10_000) => ({
  latency: histogram([upperUs, times]),
  latencyWithoutLag: histogram([lowerUs, times]),
});

describe('a run is valid', () => {
  it.each<{ what: string; change: Partial<LoadResult> }>([
    { what: 'when nothing is wrong', change: {} },
    { what: 'at exactly 1 % below the rate', change: { completed: 9900 } },
    { what: 'at exactly 1 % above the rate', change: { completed: 10_100 } },
    {
      what: 'with bounds of the p99 exactly half of it apart',
      change: bounds(2000, 4000),
    },
    { what: 'with bounds of the p99 exactly 1 ms apart', change: bounds(50, 1050) },
    {
      what: 'with bounds far apart above the p99',
      change: {
        latency: histogram([50, 9901], [90_000, 99]),
        latencyWithoutLag: histogram([50, 10_000]),
      },
    },
    { what: 'with a thread busy for 90 %', change: { threads: [thread(0.9)] } },
    {
      what: 'with requests in flight at the end',
      change: { completed: 9995, unanswered: { inFlight: 5, unsent: 0 } },
    },
    {
      what: 'when a script ended it early at its rate',
      change: { endedEarly: 'script', elapsedUs: 2e6, completed: 2000 },
    },
    {
      what: 'one request short of very few',
      change: { options: loadOptions({ rate: 2 }), completed: 19 },
    },
  ])('$what', ({ change }) => {
    expect(judge(result(change))).toEqual({ valid: true });
  });
});

describe('a run is not valid', () => {
  it('when it answered less than 99 % of the rate; it says how much, and what to do', () => {
    expect(reasons({ completed: 9899 })).toEqual([
      expect.stringMatching(/^The rate was 989\.9\/s of the 1000\/s asked, 1 % below; .+\.$/),
    ]);
    expect(reasons({ completed: 8000, unanswered: { inFlight: 10, unsent: 1990 } })).toEqual([
      expect.stringContaining(
        '20 % below; 1990 requests due had found no free connection by the end: ask for less',
      ),
    ]);
    expect(reasons({ completed: 9800, unanswered: { inFlight: 200, unsent: 0 } })).toEqual([
      expect.stringContaining(
        '200 were still waiting for their responses at the end: run longer with -d.',
      ),
    ]);
  });

  it('when it answered more than 101 % of the rate', () => {
    expect(reasons({ completed: 10_101 })).toEqual([
      expect.stringContaining('above; the script sends'),
    ]);
  });

  it('when a script ended it early below its rate', () => {
    const change = { elapsedUs: 2e6, completed: 1900 };
    const advice = (more: Partial<LoadResult>) =>
      reasons({ ...change, ...more })[0]?.split('; ')[1];
    expect(advice({ endedEarly: 'script' })).toBe(
      'thread:stop() ended some threads before the others.',
    );
    expect(advice({})).toBe(
      'the requests that failed took their place, or the script delayed them.',
    );
    expect(advice({ endedEarly: 'script', unanswered: { inFlight: 100, unsent: 0 } })).toMatch(
      /^100 were still/,
    );
  });

  it('when the bounds of its p99 are more than 1 ms and half of it apart; it says how far', () => {
    expect(reasons(bounds(1999, 4000))).toEqual([
      'The generator was late: its p99 of 4.00 ms would be 2.00 ms without its own lag; ' +
        'use fewer threads than cores, or give it cores of its own.',
    ]);
    expect(reasons(bounds(50, 1051))).toHaveLength(1);
  });

  it('when they are, though it had one request only', () => {
    const change = { completed: 1, options: loadOptions({ rate: 0.1 }), ...bounds(100, 5000, 1) };
    expect(reasons(change)).toHaveLength(1);
  });

  it('when it was late, with -R in its advice only if a thread had much to do', () => {
    const advice = (busy: number) =>
      reasons({ ...bounds(100, 5000), threads: [thread(0.1), thread(busy)] })[0]?.split('; ')[1];
    const cores = 'use fewer threads than cores';
    expect(advice(0.51)).toBe(`${cores}, give it cores of its own, or ask for less with -R.`);
    expect(advice(0.5)).toBe(`${cores}, or give it cores of its own.`);
  });

  it('when any thread computed for more than 90 % of the time', () => {
    expect(reasons({ threads: [thread(0.1), thread(0.91)] })).toEqual([
      expect.stringContaining('saturated: thread 2 of 2 computed 91 % of the time'),
    ]);
  });

  it.each(Object.keys(noErrors))('when there was one %s error', (kind) => {
    const change = { errors: { ...noErrors, [kind]: 1 }, causes: [['went wrong', 1]] as const };
    const what = kind === 'status' ? '1 of 10000 responses had an error status' : `${kind} 1`;
    expect(reasons(change)).toEqual([`1 failure: ${what}; the most frequent: went wrong (once).`]);
  });

  it.each([400, 404])('with what to check, when responses had the status %i', (status) => {
    const causes = [[`answered with status ${status}`, 1]] as const;
    expect(reasons({ errors: { ...noErrors, status: 1 }, causes })[0]).toMatch(
      /; check the path of the URL, --workload or -s: .*\.$/,
    );
  });

  it('when nothing was answered; then the rate is not a reason of its own', () => {
    const change = {
      completed: 0,
      latency: histogram(),
      sent: 20,
      errors: { ...noErrors, timeout: 20 },
      causes: [['no response within 2 s', 20]] as const,
    };
    expect(reasons(change)).toEqual([
      'Nothing was answered: 20 requests sent, no response came. ' +
        'The most frequent failure: no response within 2 s (20 times).',
      '20 failures: timeout 20.',
    ]);
  });

  it('when a signal ended it, even at its rate', () => {
    expect(reasons({ endedEarly: 'signal', elapsedUs: 3.25e6, completed: 3250 })).toEqual([
      'It was ended by a signal after 3.3 s of 10 s.',
    ]);
  });

  it('for every reason there is, not the first alone', () => {
    const change = { completed: 5000, threads: [thread(1)], errors: { ...noErrors, read: 3 } };
    expect(reasons(change)).toHaveLength(3);
  });
});

describe('failures that an objective gives a budget', () => {
  const failing = result({ errors: { ...noErrors, status: 5 } });

  it('are its to judge, whether it holds or not', () => {
    for (const slo of ['errors<0.1%', 'p99<1us,errors<=0%'])
      expect(judge(failing, parseSlo(slo))).toEqual({ valid: true });
    expect(judge(failing, parseSlo('p99<5ms')).valid).toBe(false);
  });

  it('do not excuse anything else', () => {
    const nothing = result({
      completed: 0,
      latency: histogram(),
      errors: { ...noErrors, connect: 5 },
    });
    expect(judge(nothing, parseSlo('errors<100%')).valid).toBe(false);
  });
});

describe('the last lines of the report', () => {
  it('obey nothing that a reason quotes', () => {
    const verdict = { valid: false, reasons: ['\u001b[2J\u007f\u2066.'] } as const;
    expect(formatVerdict(verdict, result())[1]).toBe('  \\u001b[2J\\u007f\\u2066.');
  });

  it('give the figures behind a valid verdict', () => {
    expect(formatVerdict({ valid: true }, result())).toEqual([
      'Verdict: valid (rate 1000.0/s of 1000; p99 5.00 ms (4.95–5.00); busiest thread 31 %)',
    ]);
  });

  it('give a reason a line otherwise', () => {
    const verdict = { valid: false, reasons: ['One.', 'Two.'] } as const;
    expect(formatVerdict(verdict, result())).toEqual(['Verdict: NOT VALID', '  One.', '  Two.']);
  });
});

describe('a run in stages', () => {
  const stage = (rate: number, due: number, answered: number): StageResult => ({
    stage: { fromRate: rate, toRate: rate, durationMs: 1000 },
    elapsedUs: 1e6,
    ...{ due, answered },
    errors: noErrors,
    unanswered: { inFlight: 0, unsent: 0 },
    latency: histogram([1000, due]),
    latencyWithoutLag: histogram([1000, due]),
  });

  it('is judged by each; one that answers what was left over makes up for the others', () => {
    const stages = [stage(1000, 1000, 990), stage(5000, 5000, 3000), stage(1000, 1000, 3010)];
    expect(reasons({ stages, due: 7000, completed: 7000 })).toEqual([
      'The rate was not reached: stage 2 (5000/s for 1s) had 3000.0/s of 5000.0/s due, ' +
        '40 % below; ask for less, or open more connections with -c.',
    ]);
    expect(reasons({ stages: [stage(1000, 1000, 990), stage(0, 0, 10)] })).toEqual([]);
  });

  it('holds its objective in each stage in which something was due', () => {
    const stages = [stage(1000, 1000, 1000), stage(0, 0, 0), stage(2000, 2000, 1000)];
    const slo = evaluateSlo(parseSlo('p99<5ms,rate>999'), result({ stages }));
    expect(formatSlo(slo)).toEqual([
      'SLO held in stage 1: p99<5ms (1.000 ms)',
      'SLO held in stage 1: rate>999 (1000.0/s)',
      'SLO held in stage 3: p99<5ms (1.000 ms)',
      'SLO held in stage 3: rate>999 (1000.0/s)',
    ]);
    const late = evaluateSlo(parseSlo('p99<1ms,errors<1%'), result({ stages }));
    expect(late.map(({ stage, held }) => [stage, held])).toEqual([
      [1, false],
      [1, true],
      [3, false],
      [3, true],
    ]);
  });
});

describe('a run of random arrivals', () => {
  it('is held to the requests that were due, which are not the rate times the time', () => {
    expect(reasons({ due: 10_400, completed: 10_390 })).toEqual([]);
    expect(reasons({ due: 10_400, completed: 10_000 })).toEqual([
      expect.stringMatching(/^The rate was 1000\.0\/s of the 1040\/s asked, 3\.8 % below; /),
    ]);
  });
});
