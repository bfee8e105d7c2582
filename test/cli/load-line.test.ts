/** The command line of `evenkeel load`: every spelling that wrk2 takes. */
import { describe, expect, it } from 'vitest';
import { optionsOf, parse, url } from './load-command.js';

describe("wrk2's command lines", () => {
  it('run unchanged: the reference line', () => {
    const line = `-t4 -c20 -d60s -R10000 -s wrk/put.lua --latency ${url}`.split(' ');
    expect(parse(...line)).toEqual({
      options: {
        url,
        threads: 4,
        connections: 20,
        durationMs: 60_000,
        rate: 10_000,
        timeoutMs: 2000,
        warmupMs: 0,
        headers: [],
        insecure: false,
        work: { kind: 'script', file: 'wrk/put.lua', args: [] },
      },
      print: { latency: true, uncorrected: false },
      json: undefined,
      hgrm: undefined,
      slo: [],
      findMax: false,
      allowInvalid: false,
    });
  });

  it('have the defaults of wrk2 for all but the rate', () => {
    expect(optionsOf('-R1', url)).toMatchObject({
      threads: 2,
      connections: 10,
      durationMs: 10_000,
      rate: 1,
      timeoutMs: 2000,
      work: { kind: 'plain' },
    });
    expect(() => parse(url)).toThrow('-R/--rate is missing; it takes requests a second');
  });

  it.each([
    ['-t4'],
    ['-t', '4'],
    ['--threads=4'],
    ['--threads', '4'],
    ['--thr', '4'],
    ['--thr=4'],
    ['-Lt4'],
    ['-Lt', '4'],
    ['-t2', '-t4'],
  ])('spell a flag %s %s', (...args) => {
    expect(optionsOf('-R1', ...args, url).threads).toBe(4);
    expect(optionsOf(url, '-R1', ...args).threads).toBe(4);
  });

  it.each([
    ['10000', 10_000],
    ['10k', 10_000],
    ['10K', 10_000],
    ['2m', 2_000_000],
    ['2M', 2_000_000],
    ['10 k', 10_000],
  ])('count %s as %d', (text, rate) => {
    expect(optionsOf(`-R${text}`, url).rate).toBe(rate);
  });

  it.each([
    ['30', 30_000],
    ['30s', 30_000],
    ['30S', 30_000],
    ['2m', 120_000],
    ['2M', 120_000],
    ['1h', 3_600_000],
    ['1.5s', 1500],
    ['250ms', 250],
    ['0.25', 250],
    ['24h', 86_400_000],
  ])('take %s for %d ms', (text, ms) => {
    expect(optionsOf('-R1', '-d', text, '-T', text, '--warmup', text, url)).toMatchObject({
      durationMs: ms,
      timeoutMs: ms,
      warmupMs: ms,
    });
  });

  it('group switches; -U implies -L', () => {
    expect(parse('-LUR1', url).print).toEqual({ latency: true, uncorrected: true });
    expect(parse('--u_latency', '-R1', url).print).toEqual({ latency: true, uncorrected: true });
    expect(parse('-R1', url).print).toEqual({ latency: false, uncorrected: false });
  });

  it('give what follows the URL to the script, and all that follows -- as it stands', () => {
    const work = (...args: string[]) => optionsOf('-R1', '-s', 'wrk/get.lua', ...args).work;
    const file = 'wrk/get.lua';
    expect(work(url, '--', '--help', '-t9')).toEqual({
      kind: 'script',
      file,
      args: ['--help', '-t9'],
    });
    expect(work(url, '1000', '-t2', 'more')).toEqual({
      kind: 'script',
      file,
      args: ['1000', 'more'],
    });
    expect(work('--', url, '-h', '--')).toEqual({ kind: 'script', file, args: ['-h', '--'] });
  });

  it('give headers, of which the last of a name counts', () => {
    const { headers } = optionsOf(
      '-R1',
      '-HA: 1',
      '-H',
      'B: x: y',
      '--header=a: 2',
      '-H',
      'C: ',
      url,
    );
    expect(headers).toEqual([
      ['B', 'x: y'],
      ['a', '2'],
      ['C', ''],
    ]);
  });
});
