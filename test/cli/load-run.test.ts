/** `evenkeel load` prints, writes and exits as a scripted run says. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readRecord } from '#dist/lab/load/output/read-record.js';
import type { LoadResult } from '#dist/lab/load/result/result.js';
import { histogram, noErrors, result } from '../lab/load/judge/result.js';
import { temporaryDirectory } from '../support/directory.js';
import { perform } from './scripted-run.js';

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
      'Verdict: valid (rate 1000.0/s of 1000; p99 5.00 ms (4.95–5.00); busiest thread 31 %)',
      'SLO held: p99<6ms (5.000 ms)',
    ];
    const places = parts.map((part) => text.indexOf(part));
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });

  const invalid = { errors: { ...noErrors, status: 1 } };
  it.each([
    { what: 'that is not valid', line: '-R1000', change: invalid, code: 3 },
    {
      what: 'that is not valid and may be',
      line: '-R1000 --allow-invalid',
      change: invalid,
      code: 0,
    },
    { what: 'that missed its SLO', line: '-R1000 --slo p99<4ms', change: {}, code: 4 },
    {
      what: 'whose SLO lies between the bounds',
      line: '-R1000 --slo p99<5ms,p50<9ms',
      change: {},
      code: 6,
    },
    {
      what: 'that missed a clause, whatever another one says',
      line: '-R1000 --slo p99<5ms,p50<4ms',
      change: {},
      code: 4,
    },
    {
      what: 'that is not valid, and so can not miss its SLO',
      line: '-R1000 --slo p99<5ms',
      change: invalid,
      code: 3,
    },
    {
      what: 'that may be not valid and missed its SLO',
      line: '-R1000 --allow-invalid --slo p99<4ms',
      change: invalid,
      code: 4,
    },
    {
      what: 'with failures that its SLO allows',
      line: '-R1000 --slo p99<6ms,errors<0.1%',
      change: invalid,
      code: 0,
    },
    {
      what: 'with more failures than its SLO allows',
      line: '-R1000 --slo errors<0.01%',
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
    expect(ended.lines.join('\n')).not.toMatch(/Infinity|NaN/);
  });

  it('writes its files, also when it is not valid', async () => {
    const directory = await temporaryDirectory();
    const [json, hgrm] = [join(directory, 'run.json'), join(directory, 'run.hgrm')];
    expect((await run(`-R1000 --json ${json} --hgrm ${hgrm}`, invalid)).code).toBe(3);
    const record = readRecord(await readFile(json, 'utf8'), json);
    expect(record.verdict).toEqual({
      valid: false,
      reasons: [expect.stringMatching(/^1 failure: 1 of \d+ responses? had an error status/)],
    });
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
