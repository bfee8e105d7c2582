/** The command line of `evenkeel load`: every spelling that wrk2 takes, and every flag of our own. */
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type LoadCommand, parseLoad } from '#dist/cli/load-options.js';
import { temporaryFolder } from '../support/folder.js';

const url = 'http://127.0.0.1:8080';

function parse(...args: string[]): LoadCommand {
  const command = parseLoad(args);
  if (typeof command === 'string') return expect.fail(`asked for ${command}`);
  return command;
}

const optionsOf = (...args: string[]) => parse(...args).options;

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
    expect(work(url, '--', '--help', '-t9')).toEqual({ kind: 'script', file, args: ['--help', '-t9'] });
    expect(work(url, '1000', '-t2', 'more')).toEqual({ kind: 'script', file, args: ['1000', 'more'] });
    expect(work('--', url, '-h', '--')).toEqual({ kind: 'script', file, args: ['-h', '--'] });
  });

  it('give headers, of which the last of a name counts', () => {
    const { headers } = optionsOf('-R1', '-HA: 1', '-H', 'B: x: y', '--header=a: 2', '-H', 'C: ', url);
    expect(headers).toEqual([
      ['B', 'x: y'],
      ['a', '2'],
      ['C', ''],
    ]);
  });
});

describe('our own flags', () => {
  const work = (...args: string[]) => optionsOf('-R1', ...args, url).work;

  it('describe a workload, with defaults', () => {
    const defaults = { kind: 'workload', keys: 'sequential', keySpace: 1_000_000, valueBytes: 100, seed: 1 };
    expect(work('--workload', 'put')).toEqual({ ...defaults, putShare: 1 });
    expect(work('--workload', 'get')).toEqual({ ...defaults, putShare: 0 });
    expect(work('--workload=mixed:90/10')).toEqual({ ...defaults, putShare: 0.1 });
    const all = '--workload mixed:0/100 --keys zipfian --key-space 5k --value-bytes 4KiB --seed 7'.split(' ');
    expect(work(...all)).toEqual({
      kind: 'workload',
      putShare: 1,
      keys: 'zipfian',
      keySpace: 5000,
      valueBytes: 4096,
      seed: 7,
    });
  });

  it('name files, which may be there already, and a socket, which must be', async () => {
    const folder = await temporaryFolder();
    const json = join(folder, 'run.json');
    await writeFile(json, 'old');
    const socket = join(folder, 'socket');
    const server = createServer().listen(socket);
    onTestFinished(() => {
      server.close();
    });
    await new Promise((resolve) => server.once('listening', resolve));
    const hgrm = join(folder, 'run.hgrm');
    const command = parse('-R1', '--json', json, '--hgrm', hgrm, '--unix-socket', socket, '-k', url);
    expect(command).toMatchObject({ json, hgrm, options: { unixSocket: socket, insecure: true } });
    expect(parse('-R1', '--json', '-', url).json).toBe('-');
  });

  it('search from 1000/s unless a rate is given', () => {
    const search = ['--find-max', '--slo', 'p99<5ms', url];
    expect(parse(...search)).toMatchObject({ findMax: true, options: { rate: 1000 } });
    expect(parse(...search, '-R20k').options.rate).toBe(20_000);
    expect(parse(...search).slo.map(({ text }) => text)).toEqual(['p99<5ms']);
  });

  it('let an invalid run pass', () => {
    expect(parse('-R1', '--allow-invalid', url).allowInvalid).toBe(true);
  });
});

describe('help and version', () => {
  it.each([
    ['-h', 'help'],
    ['--help', 'help'],
    ['-Lh', 'help'],
    ['-v', 'version'],
    ['--version', 'version'],
  ])('are asked for by %s without a URL', (flag, expected) => {
    expect(parseLoad([flag])).toBe(expected);
  });
});
