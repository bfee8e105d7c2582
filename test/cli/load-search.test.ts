/** `evenkeel load --find-max`: what it prints, finds and exits with. The run is scripted. */
import { describe, expect, it } from 'vitest';
import type { LoadOptions } from '#dist/load/options.js';
import { fromJson } from '#dist/load/output/json.js';
import { histogram, result, thread } from '../load/judge/result.js';
import { perform, type Script } from './scripted-run.js';

describe('a search', () => {
  /** Answers at every rate, in 1 ms up to 3000/s and in 50 ms beyond. */
  const server: Script = (options) => {
    const completed = options.rate * 10;
    const latency = histogram([options.rate <= 3000 ? 1000 : 50_000, completed]);
    return result({ options, completed, latency });
  };

  it('prints a line a step, and the rate it found last', async () => {
    const { code, lines, json } = await perform('--find-max --slo p99<5ms --json -', server);
    expect(code).toBe(0);
    expect(lines[0]).toBe(
      'Searching the highest rate that holds p99<5ms @ http://127.0.0.1:8080, 10s a step',
    );
    expect(lines.slice(1, 6)).toEqual([
      '        rate    achieved         p50         p99       p99.9',
      '        1000      1000.0     1.00 ms     1.00 ms     1.00 ms  held',
      '        2000      2000.0     1.00 ms     1.00 ms     1.00 ms  held',
      '        4000      4000.0    50.00 ms    50.00 ms    50.00 ms  missed p99<5ms (50.000 ms)',
      '        4000      4000.0    50.00 ms    50.00 ms    50.00 ms  again: missed p99<5ms (50.000 ms)',
    ]);
    expect(lines.at(-1)).toBe('Highest rate that held: 3000/s (3032/s did not).');
    const record = fromJson(json[0] as string, '-');
    expect(record.options.ratePerSecond).toBe(3000);
    expect(record.search?.slice(0, 3).map(({ rate, passed }) => [rate, passed])).toEqual([
      [1000, true],
      [2000, true],
      [4000, false],
    ]);
  });

  it('takes no rate that was not valid, and says why', async () => {
    const saturated: Script = (options) => {
      const given = server(options);
      return options.rate <= 1500 ? given : { ...given, threads: [thread(1)] };
    };
    const { lines } = await perform('--find-max --slo p99<5ms', saturated);
    expect(lines[3]).toContain('not valid: The generator was saturated: thread 1 of 1');
    expect(lines.at(-1)).toMatch(/^Highest rate that held: 1500\/s/);
  });

  it.each([
    { slo: 'p99<1us', server, code: 4, what: 'missed' },
    {
      slo: 'p99<5ms',
      server: (options: LoadOptions) => result({ options, completed: 0 }),
      code: 3,
      what: 'not valid',
    },
  ])('that finds none exits with $code: $what', async ({ slo, server, code }) => {
    const ended = await perform(`--find-max --slo ${slo}`, server);
    expect(ended.code).toBe(code);
    expect(ended.lines.at(-1)).toBe('No rate held, down to 1/s.');
  });

  it('that a signal ends prints what it knows, and exits with 130', async () => {
    const interruption = new AbortController();
    const interrupted: Script = (options) => {
      if (options.rate < 4000) return server(options);
      interruption.abort();
      return { ...server(options), endedEarly: 'signal' };
    };
    const { code, lines } = await perform('--find-max --slo p99<5ms', interrupted, interruption.signal);
    expect(code).toBe(130);
    expect(lines.at(-1)).toBe(
      'Highest rate that held so far (ended by a signal): 2000/s (no higher one was tried).',
    );
  });
});
