/** All that the command line of `evenkeel load` takes. */
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type LoadCommand, parseLoad } from '#dist/cli/load/options-from-flags.js';
import { temporaryDirectory } from '../support/directory.js';

const url = 'http://127.0.0.1:8080';

/** Parses a line, in which URL stands for the target. */
function parse(line: string): LoadCommand {
  const command = parseLoad(line.split(' ').map((arg) => arg.replace('URL', url)));
  if (typeof command === 'string') return expect.fail(`asked for ${command}`);
  return command;
}

const optionsOf = (line: string) => parse(line).options;

describe("wrk2's command lines", () => {
  it('run unchanged: the reference line', () => {
    expect(parse('-t4 -c20 -d60s -R10000 -s wrk/put.lua --latency URL')).toEqual({
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
      html: undefined,
      slo: [],
      findMax: false,
      allowInvalid: false,
    });
  });

  it('have the defaults of wrk2 for all but the rate', () => {
    const defaults = { threads: 2, connections: 10, durationMs: 10_000, timeoutMs: 2000 };
    expect(optionsOf('-R1 URL')).toMatchObject({ ...defaults, rate: 1, work: { kind: 'plain' } });
  });

  it.each(['-t4', '-t 4', '--threads=4', '--threads 4', '--thr 4', '--thr=4', '-Lt4', '-Lt 4'])(
    'spell a flag %s, before or after the URL',
    (flag) => {
      expect(optionsOf(`-R1 -t2 ${flag} URL`).threads).toBe(4);
      expect(optionsOf(`URL -R1 ${flag}`).threads).toBe(4);
    },
  );

  const counts = { 10000: 10_000, '10k': 10_000, '10K': 10_000, '2m': 2_000_000, '2M': 2_000_000 };
  it.each(Object.entries(counts))('count %s as %d', (text, rate) => {
    expect(optionsOf(`-R${text} URL`).rate).toBe(rate);
  });

  const seconds = { 30: 30, '30s': 30, '30S': 30, '2m': 120, '2M': 120, '1h': 3600, '24h': 86_400 };
  const fractions = { '1.5s': 1.5, '250ms': 0.25, 0.25: 0.25 };
  it.each(Object.entries({ ...seconds, ...fractions }))(
    'take %s for %d seconds',
    (text, seconds) => {
      const ms = seconds * 1000;
      const times = { durationMs: ms, timeoutMs: ms, warmupMs: ms };
      expect(optionsOf(`-R1 -d ${text} -T ${text} --warmup ${text} URL`)).toMatchObject(times);
    },
  );

  it('group switches; -U implies -L', () => {
    expect(parse('-LUR1 URL').print).toEqual({ latency: true, uncorrected: true });
    expect(parse('--u_latency -R1 URL').print).toEqual({ latency: true, uncorrected: true });
    expect(parse('-R1 URL').print).toEqual({ latency: false, uncorrected: false });
  });

  it.each([
    ['URL -- --help -t9', ['--help', '-t9']],
    ['URL 1000 -t2 more', ['1000', 'more']],
    ['-- URL -h --', ['-h', '--']],
  ])('%s gives the script its arguments', (line, args) => {
    const file = 'wrk/get.lua';
    expect(optionsOf(`-R1 -s ${file} ${line}`).work).toEqual({ kind: 'script', file, args });
  });

  it('give headers, of which the last of a name counts', () => {
    const args = ['-R1', '-HA: 1', '-H', 'B: x: y', '--header=a: 2', '-H', 'C: ', url];
    const headers = [
      ['B', 'x: y'],
      ['a', '2'],
      ['C', ''],
    ];
    expect(parseLoad(args)).toMatchObject({ options: { headers } });
  });

  it.each([
    ['-h', 'help'],
    ['--help', 'help'],
    ['-Lh', 'help'],
    ['-v', 'version'],
    ['--version', 'version'],
  ])('ask by %s for the %s, without a URL', (flag, expected) => {
    expect(parseLoad([flag])).toBe(expected);
  });
});

describe('the flags beyond those of wrk2', () => {
  it.each([
    ['put', { putShare: 1 }],
    ['get', { putShare: 0 }],
    ['mixed:90/10', { putShare: 0.1 }],
    [
      'put --keys zipfian --key-space 5k --value-bytes 4KiB --seed 7',
      { putShare: 1, keys: 'zipfian', keySpace: 5000, valueBytes: 4096, seed: 7 },
    ],
  ])('describe a workload, with defaults: %s', (flags, given) => {
    const defaults = { keys: 'sequential', keySpace: 1_000_000, valueBytes: 100, seed: 1 };
    const work = { kind: 'workload', ...defaults, ...given };
    expect(optionsOf(`-R1 --workload ${flags} URL`).work).toEqual(work);
  });

  it('name files, which may exist, and a socket, which must', async () => {
    const directory = await temporaryDirectory();
    const [json, hgrm, socket] = ['json', 'hgrm', 'socket'].map((name) => join(directory, name));
    await writeFile(json as string, 'old');
    const server = createServer().listen(socket);
    onTestFinished(() => {
      server.close();
    });
    await new Promise((resolve) => server.once('listening', resolve));
    const line = `-R1 --json ${json} --hgrm ${hgrm} --unix-socket ${socket} -k URL`;
    const options = { unixSocket: socket, insecure: true };
    expect(parse(line)).toMatchObject({ json, hgrm, options });
    expect(parse('-R1 --json - URL').json).toBe('-');
  });

  it('search from 1000/s unless a rate is given', () => {
    const search = '--find-max --slo p99<5ms URL';
    expect(parse(search)).toMatchObject({ findMax: true, options: { rate: 1000 } });
    expect(optionsOf(`${search} -R20k`).rate).toBe(20_000);
    expect(parse(search).slo.map(({ text }) => text)).toEqual(['p99<5ms']);
  });

  it('ask for slow requests by a time with its unit', () => {
    expect(optionsOf('-R1 --slow 20ms URL').slowMs).toBe(20);
    expect(optionsOf('-R1 --slow=500us URL').slowMs).toBe(0.5);
    expect(optionsOf('-R1 URL')).not.toHaveProperty('slowMs');
  });

  it.each([
    ['-m HEAD', { method: 'HEAD' }],
    ['-b hello', { content: Buffer.from('hello') }],
    ['-m PUT --body=Zoë', { method: 'PUT', content: Buffer.from('Zoë') }],
  ])('make the plain request: %s', (flags, work) => {
    expect(optionsOf(`-R1 ${flags} URL`).work).toEqual({ kind: 'plain', ...work });
  });

  it('take content, and requests in turns, from files', async () => {
    const directory = await temporaryDirectory();
    const [data, list] = [join(directory, 'data'), join(directory, 'list')];
    await writeFile(data, Buffer.from([0, 255]));
    await writeFile(list, `\ufeff/a?b\r\n\n # no\n  DELETE\t${url}/../c#d \nGET /Zoë`);
    expect(optionsOf(`-R1 -b @${data} --urls ${list} URL`).work).toEqual({
      kind: 'plain',
      content: Buffer.from([0, 255]),
      list: [
        { method: 'POST', target: '/a?b' },
        { method: 'DELETE', target: '/../c' },
        { method: 'GET', target: '/Zo%C3%AB' },
      ],
    });
  });

  it.each([
    ['\n#\n', ' has no line with a path or a URL'],
    ['/a\nb\n', ", line 2: a line takes a path that begins with /, or a URL, got 'b'"],
    ['GET /a b', ', line 1: a line takes a method, if any, and a path or URL without spaces'],
    ['G:T /a', ', line 1: the method is none to send'],
    ['CONNECT /', ', line 1: the method is none to send'],
    ['http://other/', `, line 1: a URL must have the host of the command line, ${url}`],
    ['http://me:pw@127.0.0.1:8080/', ', line 1: give a user and password with -H, got'],
  ])('refuse a list with %j', async (text, why) => {
    const list = join(await temporaryDirectory(), 'list');
    await writeFile(list, text);
    expect(() => parse(`-R1 --urls ${list} URL`)).toThrow(`--urls ${list}${why}`);
    expect(() => parse(`-R1 --urls ${list} URL`)).not.toThrow('pw');
  });

  it('set stages, with their sum and mean, and a seed for arrivals at random', () => {
    const options = optionsOf('--stages 1k:30s,1k-5k:1m,0:30s --arrivals poisson --seed 7 URL');
    expect(options).toMatchObject({
      stages: [
        { fromRate: 1000, toRate: 1000, durationMs: 30_000 },
        { fromRate: 1000, toRate: 5000, durationMs: 60_000 },
        { fromRate: 0, toRate: 0, durationMs: 30_000 },
      ],
      durationMs: 120_000,
      rate: 1750,
      arrivals: { kind: 'poisson', seed: 7 },
    });
    expect(optionsOf('-R1 --arrivals poisson URL').arrivals).toEqual({ kind: 'poisson', seed: 1 });
    expect(optionsOf('-R1 --arrivals even URL')).not.toHaveProperty('arrivals');
  });

  it('set the protocol, and the requests in flight on each connection', () => {
    expect(optionsOf('-R1 --http2 URL').http2).toEqual({ streams: 1 });
    expect(optionsOf('-R1 --http2 --streams 25 URL').http2).toEqual({ streams: 25 });
    expect(optionsOf('-R1 URL')).not.toHaveProperty('http2');
  });

  it('add up what is expected', () => {
    expect(
      optionsOf('-R1 --expect 2xx --expect 404,503 --expect /a/i --expect /b// URL').expect,
    ).toEqual({
      statuses: [
        [200, 299],
        [404, 404],
        [503, 503],
      ],
      patterns: [
        { source: 'a', flags: 'i' },
        { source: 'b/', flags: '' },
      ],
    });
  });

  it('let an invalid run pass', () => {
    expect(parse('-R1 --allow-invalid URL').allowInvalid).toBe(true);
  });
});
