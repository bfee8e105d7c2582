/** `evenkeel load --find-max`: what it prints, finds and exits with. The run is scripted. */
import { describe, expect, it } from 'vitest';
import { TargetError } from '#dist/lab/load/load-errors.js';
import type { LoadOptions } from '#dist/lab/load/load-options.js';
import { readRecord } from '#dist/lab/load/output/read-record.js';
import { histogram, noErrors, result, thread } from '../lab/load/judge/result.js';
import { perform, type Script } from './scripted-run.js';

describe('a search', () => {
  /** Responds at every rate, in 1 ms up to 3000/s and in 50 ms beyond. */
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
      '        4000      4000.0    50.00 ms    50.00 ms    50.00 ms  ' +
        'again: missed p99<5ms (50.000 ms)',
    ]);
    expect(lines.at(-1)).toBe('Highest rate that held: 3000/s (3032/s did not).');
    const record = readRecord(json[0] as string, '-');
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

  it('takes a rate with failures that the objective allows', async () => {
    const failing: Script = (options) => ({
      ...server(options),
      errors: { ...noErrors, status: 2 },
    });
    const allowed = await perform('--find-max --slo p99<5ms,errors<0.1%', failing);
    expect([allowed.code, allowed.lines.at(-1)]).toEqual([
      0,
      'Highest rate that held: 3000/s (3032/s did not).',
    ]);
  });

  describe('whose server dies', () => {
    /** Gone for good from a rate on. */
    const dyingAt = (rate: number): Script => {
      let dead = false;
      return (options) => {
        dead ||= options.rate >= rate;
        if (dead) throw new TargetError("can't connect to a: ECONNREFUSED \u001b[31m");
        return server(options);
      };
    };

    it('keeps what it found before, on the terminal and in the record', async () => {
      const { code, lines, json } = await perform(
        '--find-max --slo p99<5ms --json -',
        dyingAt(2000),
      );
      const why = "can't connect to a: ECONNREFUSED";
      expect(lines.slice(3)).toEqual([
        `        2000           –           –           –           –  ${why} \\u001b[31m`,
        `        2000           –           –           –           –  again: ${why} \\u001b[31m`,
        'The search ended there: the target can no longer be reached.',
        'Highest rate that held: 1000/s (2000/s did not).',
      ]);
      expect(code).toBe(0);
      const record = readRecord(json[0] as string, '-');
      expect(record.options.ratePerSecond).toBe(1000);
      expect(record.search?.map(({ passed }) => passed)).toEqual([true, false, false]);
      expect(record.search?.at(-1)).toMatchObject({
        achieved: 0,
        failure: expect.stringContaining(why),
      });
    });

    it('before the first step found nothing, and says so as a run does', async () => {
      await expect(perform('--find-max --slo p99<5ms', dyingAt(1))).rejects.toThrow(
        "can't connect",
      );
    });

    it('goes on if it is back for the second try', async () => {
      let deaths = 0;
      const shaky: Script = (options) => {
        if (options.rate === 2000 && deaths++ === 0) throw new TargetError('gone');
        return server(options);
      };
      const { lines } = await perform('--find-max --slo p99<5ms', shaky);
      expect(lines.at(-1)).toBe('Highest rate that held: 3000/s (3032/s did not).');
    });
  });

  describe('on a machine that makes an idle generator late', () => {
    const lateFrom =
      (rate: number, busy: number): Script =>
      (options) => {
        const given = { ...server(options), threads: [thread(busy)] };
        if (options.rate < rate) return given;
        return {
          ...given,
          latency: histogram([3000, given.completed]),
          latencyWithoutLag: histogram([1000, given.completed]),
        };
      };

    it('ends at the second rate that failed by it, with the reason', async () => {
      const { code, lines, json } = await perform(
        '--find-max --slo p99<5ms --json -',
        lateFrom(1, 0.1),
      );
      expect(lines.slice(-2)).toEqual([
        'The generator was late at 1000/s and at 500/s, with little to do: ' +
          'this machine is too noisy to search on; give it cores of its own.',
        'No rate held, down to 500/s.',
      ]);
      expect(code).toBe(3);
      expect(readRecord(json[0] as string, '-').search).toHaveLength(4);
    });

    it('is not said of one that had much to do', async () => {
      const { lines } = await perform('--find-max --slo p99<5ms', lateFrom(150, 0.6));
      expect(lines.at(-1)).toMatch(/^Highest rate that held: 14\d\/s/);
    });
  });

  it('that a signal ends prints what it knows, and exits with 130', async () => {
    const interruption = new AbortController();
    const interrupted: Script = (options) => {
      if (options.rate < 4000) return server(options);
      interruption.abort();
      return { ...server(options), endedEarly: 'signal' };
    };
    const { code, lines } = await perform(
      '--find-max --slo p99<5ms',
      interrupted,
      interruption.signal,
    );
    expect(code).toBe(130);
    expect(lines.at(-1)).toBe(
      'Highest rate that held so far (ended by a signal): 2000/s (no higher one was tried).',
    );
  });
});
