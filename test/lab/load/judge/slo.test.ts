/** Service level objectives: what is read, what is refused, and what holds exactly at the limit. */
import { describe, expect, it } from 'vitest';
import { evaluateSlo, formatSlo, parseSlo } from '#dist/lab/load/judge/slo.js';
import type { LoadResult } from '#dist/lab/load/result/result.js';
import { loadOptions } from '../request/options.js';
import { histogram, noErrors, result } from './result.js';

function evaluate(text: string, change: Partial<LoadResult> = {}) {
  return evaluateSlo(parseSlo(text), result(change));
}

function held(text: string, change: Partial<LoadResult> = {}): boolean {
  return evaluate(text, change).every((outcome) => outcome.held);
}

describe('an objective', () => {
  it('is read with its limits in µs, % and requests per second', () => {
    const clauses = parseSlo('p99<5ms, p99.9 <= 20 ms,mean<800us,max<=1.5s,errors<0.1%,rate>9.9k');
    expect(clauses.map(({ text, unit, limit }) => [text, unit, limit])).toEqual([
      ['p99<5ms', 'µs', 5000],
      ['p99.9 <= 20 ms', 'µs', 20_000],
      ['mean<800us', 'µs', 800],
      ['max<=1.5s', 'µs', 1_500_000],
      ['errors<0.1%', '%', 0.1],
      ['rate>9.9k', '/s', 9900],
    ]);
  });

  it.each([
    ['', 'a figure (p50, p99.9, mean, max, errors or rate) at character 1, not the end'],
    ['p99<5ms,', 'a figure (p50, p99.9, mean, max, errors or rate) at character 9, not the end'],
    ['p101<5ms', "a figure (p50, p99.9, mean, max, errors or rate) at character 1, not 'p101<5ms'"],
    ['p0<5ms', "a figure (p50, p99.9, mean, max, errors or rate) at character 1, not 'p0<5ms'"],
    ['p99.<5ms', "a figure (p50, p99.9, mean, max, errors or rate) at character 1, not 'p99.<5ms'"],
    [
      'toString<5ms',
      "a figure (p50, p99.9, mean, max, errors or rate) at character 1, not 'toString<5ms'",
    ],
    [
      'p99<5ms, latency<5ms',
      "a figure (p50, p99.9, mean, max, errors or rate) at character 10, not 'latency<5ms'",
    ],
    ['p99=5ms', "< or <= after p99 at character 4, not '=5ms'"],
    ['p99>5ms', "< or <= after p99 at character 4, not '>5ms'"],
    ['p99', '< or <= after p99 at character 4, not the end'],
    ['rate<9900', "> or >= after rate at character 5, not '<9900'"],
    ['p99<5', "a time with its unit (us, ms or s) after < at character 5, not '5'"],
    ['p99<5 minutes', "a time with its unit (us, ms or s) after < at character 5, not '5 minutes'"],
    ['p99<ms', "a time with its unit (us, ms or s) after < at character 5, not 'ms'"],
    ['p99<-5ms', "a time with its unit (us, ms or s) after < at character 5, not '-5ms'"],
    ['errors<0.1', "a percentage such as 0.1% after < at character 8, not '0.1'"],
    [
      'rate>9900ms',
      "requests per second, such as 9900 or 9.9k after > at character 6, not '9900ms'",
    ],
    [
      'p99<5ms;p50<1ms',
      "a time with its unit (us, ms or s) after < at character 5, not '5ms;p50<1ms'",
    ],
  ])("'%s' is refused: %s", (text, message) => {
    expect(() => parseSlo(text)).toThrow(
      expect.objectContaining({ name: 'SloSyntaxError', message }),
    );
  });
});

describe('a clause', () => {
  const latency = histogram([1000, 9899], [2000, 100], [2047, 1]);
  it.each([
    ['p98.99<=1ms', true],
    ['p98.99<1ms', false],
    ['p99<=1.999ms', false],
    ['p99<=2ms', true],
    ['p100<=2.046ms', false],
    ['max<=2.047ms', true],
    ['mean<1.02ms', true],
    ['mean<1.01ms', false],
    ['rate>=1000', true],
    ['rate>1000', false],
    ['errors<=0%', true],
    ['errors<0%', false],
  ])('%s holds: %s, at the limit exactly', (text, expected) => {
    expect(held(text, { latency })).toBe(expected);
  });

  it('about times is missed when nothing was answered', () => {
    const nothing = { completed: 0, latency: histogram() };
    expect(evaluate('p99<5ms', nothing)).toEqual([
      { text: 'p99<5ms', unit: 'µs', limit: 5000, held: false },
    ]);
    expect(held('max<1s', nothing)).toBe(false);
  });

  it('about times is about the latency from the due time, not the service time', () => {
    expect(held('p50<1ms', { latency: histogram([5000, 1]), service: histogram([10, 1]) })).toBe(
      false,
    );
  });

  it('can not tell where its limit lies between the bounds', () => {
    const bounds = { latency: histogram([5000, 100]), latencyWithoutLag: histogram([4000, 100]) };
    const clauses = 'p99<4ms,p99<=4ms,mean<4.5ms,max<5ms,p50<=5ms';
    expect(formatSlo(evaluate(clauses, bounds))).toEqual([
      'SLO MISSED: p99<4ms (5.000 ms)',
      "SLO can't tell: p99<=4ms (4.000 ms … 5.000 ms)",
      "SLO can't tell: mean<4.5ms (4.001 ms … 5.002 ms)",
      "SLO can't tell: max<5ms (4.000 ms … 5.000 ms)",
      'SLO held: p50<=5ms (5.000 ms)',
    ]);
    expect(evaluate('p99<=4ms', bounds)).toEqual([
      {
        text: 'p99<=4ms',
        unit: 'µs',
        limit: 4000,
        actual: 5000,
        lower: 4000,
        held: false,
        undecided: true,
      },
    ]);
  });

  it('tells its figure when printed, held or missed', () => {
    expect(formatSlo(evaluate('p99<5.5ms,errors<0.1%,rate>1k'))).toEqual([
      'SLO held: p99<5.5ms (5.000 ms)',
      'SLO held: errors<0.1% (0 %)',
      'SLO MISSED: rate>1k (1000.0/s)',
    ]);
  });
});

describe('the share of errors', () => {
  const share = (change: Partial<LoadResult>) => evaluate('errors<1%', change)[0]?.actual;

  it('counts each kind of failure over all requests that were due', () => {
    const errors = { connect: 1, read: 10, write: 10, timeout: 9, status: 20 };
    const unanswered = { inFlight: 80, unsent: 0 };
    expect(share({ completed: 9900, errors, unanswered })).toBeCloseTo(0.5, 9);
  });

  it('does not count requests that were in flight, or briefly due, at the end', () => {
    const options = loadOptions({ rate: 1000, timeoutMs: 2000 });
    expect(share({ options, unanswered: { inFlight: 10, unsent: 2000 } })).toBe(0);
  });

  it('counts requests never sent that must have been due for longer than the timeout', () => {
    const options = loadOptions({ rate: 1000, timeoutMs: 2000 });
    expect(
      share({ options, completed: 5000, unanswered: { inFlight: 0, unsent: 5000 } }),
    ).toBeCloseTo(30, 9);
  });

  it('is never above 100 %, and 100 % when nothing but failures happened', () => {
    expect(share({ completed: 1, errors: { ...noErrors, timeout: 5, status: 5 } })).toBe(100);
    expect(share({ completed: 0, errors: { ...noErrors, connect: 5 } })).toBe(100);
  });
});
