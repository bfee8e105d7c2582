/** The command line of `evenkeel load`: all that it takes, and how it refuses the rest. */
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

/** The arguments of a run of the plain request. */
const run = (...args: string[]) => ['-R1', ...args, url];

function expectRefusal(args: readonly string[], message: string): void {
  expect(() => parseLoad(args)).toThrow(expect.objectContaining({ name: 'UsageError', message }));
}

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

  it('let an invalid run pass', () => {
    expect(parse('-R1 --allow-invalid URL').allowInvalid).toBe(true);
  });
});

describe('a wrong value is refused with its flag, what it takes and what was given', () => {
  const threads = ['-t/--threads', 'a whole number from 1 to 256'] as const;
  const rate = ['-R/--rate', 'a whole number from 1 to 10000000, such as 10000 or 10k'] as const;
  const time = 'a time from 1ms to 24h, such as 500ms, 1.5s, 30 (seconds), 2m or 1h';
  const workload = [
    '--workload',
    'put, get or mixed:GETS/PUTS of 100, such as mixed:90/10',
  ] as const;
  const max = (number: number) => `a whole number from 1 to ${number}, such as 10000 or 10k`;
  it.each<[string, string, string, string]>([
    ['-t0', ...threads, '0'],
    ['-t 257', ...threads, '257'],
    ['-t=4', ...threads, '=4'],
    ['-c 17k', '-c/--connections', max(16384), '17k'],
    ['-R0', ...rate, '0'],
    ['-R1.5k', ...rate, '1.5k'],
    ['-R -5', ...rate, '-5'],
    ['-R11M', ...rate, '11M'],
    ['-d0', '-d/--duration', time, '0'],
    ['-d 1d', '-d/--duration', time, '1d'],
    ['--timeout=', '-T/--timeout', time, ''],
    ['--warmup -1s', '--warmup', time.replace('1ms', '0ms'), '-1s'],
    ['--workload post', ...workload, 'post'],
    ['--workload mixed:90/20', ...workload, 'mixed:90/20'],
    ['--keys random', '--keys', 'sequential, uniform or zipfian', 'random'],
    ['--key-space 0', '--key-space', max(1099511627776), '0'],
    [
      '--value-bytes 17M',
      '--value-bytes',
      'a size from 0B to 16MiB, such as 512KiB or 16MiB',
      '17M',
    ],
    ['--slow 20', '--slow', 'a time with its unit, such as 50us or 0.05ms', '20'],
    [
      '--slo p99<5',
      '--slo',
      "a time with its unit (us, ms or s) after < at character 5, not '5'",
      'p99<5',
    ],
    ['-s /nowhere/a.lua', '-s/--script', 'a file that exists', '/nowhere/a.lua'],
    ['-s wrk', '-s/--script', 'a file, not a directory', 'wrk'],
    ['--json /no/run', '--json', 'a file in a directory that exists (/no does not)', '/no/run'],
    ['--hgrm wrk', '--hgrm', 'the name of a file', 'wrk'],
    ['--unix-socket wrk', '--unix-socket', 'the path of a socket that a server listens on', 'wrk'],
  ])('%s', (args, flag, rule, given) => {
    expectRefusal(run(...args.split(' ')), `${flag} takes ${rule}, got '${given}'`);
  });

  const pair =
    "'NAME: VALUE' with a colon and a space between, and a name of letters, digits and dashes";
  const oneLine = 'a header on one line, without control characters';
  it.each([
    ['A:1', pair, 'A:…'],
    ['A', pair, 'A'],
    ['Authorization:Bearer s3cret', pair, 'Authorization:…'],
    ['Authorization Bearer s3cret', pair, 'Authorization…'],
    [': 1', pair, ':…'],
    ['A B: 1', pair, 'A…'],
    ['A\r\nB: 1', pair, 'A…'],
    ['A: 1\r\nB: 2', oneLine, 'A:…'],
    ['A: 1\n', oneLine, 'A:…'],
  ])('header %j', (text, rule, given) => {
    expectRefusal(run('-H', text), `-H/--header takes ${rule}, got '${given}'`);
  });
});

describe('a wrong URL is refused with what was probably meant', () => {
  it.each([
    ['127.0.0.1:8080', "127.0.0.1:8080'; did you mean http://127.0.0.1:8080?"],
    ['localhost:8080/a', "localhost:8080/a'; did you mean http://localhost:8080/a?"],
    ['ftp://host', "ftp://host'"],
    ['http://host:99999', "http://host:99999'"],
    ['http://host:0/', "http://host:0/': nothing listens on port 0"],
    [
      'http://me:secret@host',
      `http://…@host'; give a user and password with -H "Authorization: Basic …"`,
    ],
    ['me:secret@host', "…@host'; did you mean http://…@host?"],
    ['http://me:sec/ret@host', "http://…@host'"],
    [
      'http://me:sec ret@host',
      "http://…@host', which has a space or a control character; write %20 for a space",
    ],
    [
      'host/?access_token=abc&a=b',
      "host/?access_token=…&a=b'; did you mean http://host/?access_token=…&a=b?",
    ],
    [
      'ftp://\u009b31m',
      "ftp://\\u009b31m', which has a space or a control character; write %20 for a space",
    ],
  ])('%j', (given, rest) => {
    const rule = 'the URL takes http://HOST[:PORT][/PATH] or https://…';
    expectRefusal(['-R1', given], `${rule}, got '${rest}`);
  });
});

describe('a wrong command line is refused with what to change', () => {
  it.each([
    ['-R1', 'the URL is missing; give one such as http://127.0.0.1:8080'],
    ['URL', '-R/--rate is missing; it takes requests per second, such as -R 10000 or -R 10k'],
    [
      '-R1 -t4 -c3 URL',
      "-c/--connections takes at least as many as there are threads (-t 4), got '3'",
    ],
    [
      '-R1 -B URL',
      '-B/--batch_latency is not taken: every latency is recorded, also of pipelined requests',
    ],
    [
      '-R1 --workload put -s wrk/put.lua URL',
      '-s/--script and --workload exclude each other; give one',
    ],
    ['-R1 --keys uniform URL', '--keys needs --workload'],
    ['-R1 --seed 1 URL', '--seed needs --workload'],
    [
      '-R1 --workload put --key-space 1 URL',
      "--key-space takes at least as many sequential keys as there are threads (-t 2), got '1'",
    ],
    [
      '-R1 --workload put URL/?access_token=abc',
      "--workload makes queries of its own; give the URL without one, got 'URL/?access_token=…'",
    ],
    ['-R1 URL more', "unexpected argument 'more': only a script (-s) takes arguments"],
    [
      '--find-max URL',
      "--find-max needs an objective to hold, such as --slo 'p99<5ms,errors<0.1%'",
    ],
    [
      '--find-max --slo p99<5ms --allow-invalid URL',
      '--find-max and --allow-invalid exclude each other: a search takes valid runs only',
    ],
    ['-R1 --json run --hgrm ./run URL', "--json and --hgrm take different files, got 'run' twice"],
    ['-R1 --latency=yes URL', "-L/--latency takes no value, got 'yes'"],
    ['-R1 URL -t', '-t/--threads needs a value, N'],
    ['-R1 --hreads 4 URL', "unknown flag '--hreads'"],
    ['-R1 -x URL', "unknown flag '-x'"],
    ['-R1 -r URL', "unknown flag '-r'"],
    ['-R1 -Lx4 URL', "unknown flag '-x' (in '-Lx4')"],
    ['-R1 --t 4 URL', "'--t' may be --threads or --timeout"],
    ['-R1 --find URL', "unknown flag '--find'"],
    ['-R1 --toString URL', "unknown flag '--toString'"],
  ])('%s', (line, message) => {
    const args = line.split(' ').map((arg) => arg.replace('URL', url));
    expectRefusal(args, message.replace('URL/', `${url}/`));
  });

  it('as is a header that a run without a script makes itself', () => {
    expectRefusal(
      run('-H', 'content-length: 5'),
      '-H/--header takes no content-length without a script: it follows from the content',
    );
  });
});
