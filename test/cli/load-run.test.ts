/** What `evenkeel load` prints, writes and exits with, for results that a real run gives only by bad luck: the run is scripted. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseLoad } from '#dist/cli/load-options.js';
import { type RunLoad, runOnce } from '#dist/cli/load-run.js';
import { search } from '#dist/cli/load-search.js';
import type { LoadOptions } from '#dist/load/options.js';
import { fromJson } from '#dist/load/output/json.js';
import type { LoadResult } from '#dist/load/result.js';
import { histogram, noErrors, result, thread } from '../load/judge/result.js';
import { temporaryFolder } from '../support/folder.js';

type Script = (options: LoadOptions) => LoadResult;

function runnerOf(script: Script): RunLoad {
  return async (options, hooks) => {
    hooks?.onCalibrated?.([thread(0), thread(0)]);
    const scripted = script(options);
    hooks?.onResult?.(scripted);
    return scripted;
  };
}

/** Runs a command line; what it printed, and its exit code. */
async function perform(line: string, script: Script, signal = new AbortController().signal) {
  const command = parseLoad([...line.split(' '), 'http://127.0.0.1:8080']);
  if (typeof command === 'string') return expect.fail(command);
  const lines: string[] = [];
  const json: string[] = [];
  const terminal = {
    print: (text: string) => lines.push(text),
    printJson: (text: string) => json.push(text),
    signal,
  };
  const code = await (command.findMax ? search : runOnce)(command, terminal, runnerOf(script));
  return { code, lines, json };
}

const run = (line: string, change: Partial<LoadResult> = {}) => perform(line, () => result(change));

describe('a run', () => {
  it('prints header, calibration, report, verdict and objective, in this order', async () => {
    const { code, lines } = await run('-R1000 -U --slo p99<6ms');
    expect(code).toBe(0);
    const text = lines.join('\n');
    const parts = [
      'Running 10s test @ http://127.0.0.1:8080',
      '  Thread calibration: ',
      '  Latency Distribution (HdrHistogram - Recorded Latency)',
      '  Latency Distribution (HdrHistogram - Uncorrected Latency',
      'Requests/sec: ',
      'Verdict: valid (rate 1000.0/s of 1000, lag p99 0.05 ms, busiest thread 31 %)',
      'SLO held: p99<6ms (5.000 ms)',
    ];
    const places = parts.map((part) => text.indexOf(part));
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });

  const invalid = { errors: { ...noErrors, status: 1 } };
  it.each([
    { what: 'that is not valid', line: '-R1000', change: invalid, code: 3 },
    { what: 'that is not valid and may be', line: '-R1000 --allow-invalid', change: invalid, code: 0 },
    { what: 'that missed its SLO', line: '-R1000 --slo p99<5ms', change: {}, code: 4 },
    {
      what: 'that is not valid, and so can not miss its SLO',
      line: '-R1000 --slo p99<5ms',
      change: invalid,
      code: 3,
    },
    {
      what: 'that may be not valid and missed its SLO',
      line: '-R1000 --allow-invalid --slo p99<5ms',
      change: invalid,
      code: 4,
    },
    {
      what: 'without a single answer',
      line: '-R1000',
      change: { completed: 0, latency: histogram() },
      code: 3,
    },
    {
      what: 'ended by a signal',
      line: '-R1000 --allow-invalid',
      change: { endedEarly: 'signal' as const },
      code: 130,
    },
    {
      what: 'ended by its script at its rate',
      line: '-R1000',
      change: { endedEarly: 'script' as const },
      code: 0,
    },
  ])('$what exits with $code, after the whole report', async ({ line, change, code }) => {
    const ended = await run(line, change);
    expect(ended.code).toBe(code);
    expect(ended.lines.join('\n')).toMatch(/Requests\/sec: .*Verdict: /s);
  });

  it('writes its files, also when it is not valid', async () => {
    const folder = await temporaryFolder();
    const [json, hgrm] = [join(folder, 'run.json'), join(folder, 'run.hgrm')];
    expect((await run(`-R1000 --json ${json} --hgrm ${hgrm}`, invalid)).code).toBe(3);
    const record = fromJson(await readFile(json, 'utf8'), json);
    expect(record.verdict).toEqual({ valid: false, reasons: ['1 failure: status 1.'] });
    expect(record.machine).toMatchObject({ node: process.version });
    expect(await readFile(hgrm, 'utf8')).toMatch(/Total count {4}= {8}10000\]/);
  });

  it('gives its JSON, and nothing else, to programs with --json -', async () => {
    const { json, lines } = await run('-R1000 --json - --slo p99<6ms');
    expect(json).toHaveLength(1);
    expect(JSON.parse(json[0] as string)).toMatchObject({
      options: { ratePerSecond: 1000 },
      slo: [{ text: 'p99<6ms', held: true }],
    });
    expect(lines.join('\n')).not.toContain('{');
  });

  it('passes on what ends it', async () => {
    const failing = perform('-R1000', () => {
      throw new Error('refused');
    });
    await expect(failing).rejects.toThrow('refused');
  });
});

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
