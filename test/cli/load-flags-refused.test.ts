/** How the command line of `evenkeel load` refuses what it does not take. */
import { describe, expect, it } from 'vitest';
import { parseLoad } from '#dist/cli/load/options-from-flags.js';

const url = 'http://127.0.0.1:8080';

/** The arguments of a run of the plain request. */
const run = (...args: string[]) => ['-R1', ...args, url];

function expectRefusal(args: readonly string[], message: string): void {
  expect(() => parseLoad(args)).toThrow(expect.objectContaining({ name: 'UsageError', message }));
}

describe('a wrong value is refused with its flag, what it takes and what was given', () => {
  const threads = ['-t/--threads', 'a whole number from 1 to 256'] as const;
  const rate = ['-R/--rate', 'a whole number from 1 to 10000000, such as 10000 or 10k'] as const;
  const time = 'a time from 1ms to 24h, such as 500ms, 1.5s, 30 (seconds), 2m or 1h';
  const workload = [
    '--workload',
    'put, get or mixed:GETS/PUTS of 100, such as mixed:90/10',
  ] as const;
  const expectRule =
    'a status (201), a class (2xx), several (200,404), or a regular expression (/ready/)';
  const stagesRule = 'rates with times, such as 1k:30s,5k:1m, or with a ramp, 0-5k:1m';
  const targetRule = 'a process id, or an admin address such as http://127.0.0.1:9001';
  const wholeRate = 'a whole number from 0 to 10000000, such as 10000 or 10k';
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
    ['-m A:B', '-m/--method', 'a method such as PUT', 'A:B'],
    ['-m CONNECT', '-m/--method', 'a method that leaves the connection to HTTP', 'CONNECT'],
    ['-b @/nowhere', '-b/--body', 'a file that exists', '@/nowhere'],
    ['--urls /nowhere', '--urls', 'a file that exists', '/nowhere'],
    ['--arrivals odd', '--arrivals', 'even or poisson', 'odd'],
    ['--expect 99', '--expect', expectRule, '99'],
    ['--expect 20x', '--expect', expectRule, '20x'],
    ['--expect 200,', '--expect', expectRule, '200,'],
    [
      '--expect /(/',
      '--expect',
      `${expectRule}: Invalid regular expression: /(/: Unterminated group`,
      '/(/',
    ],
    ['--explain x', '--explain', targetRule, 'x'],
    ['--explain 0', '--explain', targetRule, '0'],
    ['--explain https://a', '--explain', targetRule, 'https://a'],
    ['--stages 0:1s', '--stages', 'stages of which one has a rate above 0', '0:1s'],
    ['--stages 1:20h,1:5h', '--stages', 'stages of at most 24h together', '1:20h,1:5h'],
    ['--stages 1k', '--stages', `${stagesRule}; in '1k' is missing ${wholeRate}`, '1k'],
    ['--stages 1k:9s,', '--stages', `${stagesRule}; in '' is missing ${wholeRate}`, '1k:9s,'],
    ['--stages 1-x:1s', '--stages', `${stagesRule}; in '1-x:1s' is missing ${wholeRate}`, '1-x:1s'],
    ['--stages 1:0', '--stages', `${stagesRule}; in '1:0' is missing ${time}`, '1:0'],
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
    ['-R1 --explain-out . URL', '--explain-out needs --explain'],
    [
      '--explain 1 --find-max --slo p99<5ms URL',
      '--explain and --find-max exclude each other: explain a run at the rate that was found',
    ],
    [
      '-R1 --explain 1 --warmup 1s -d15m URL',
      '--explain takes runs of up to 15m, warm-up included: the process keeps what it sees until ' +
        'the end',
    ],
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
    ['-R1 --seed 1 URL', '--seed needs --workload or --arrivals poisson'],
    ['-R1 --workload put -m PUT URL', '--workload makes requests of its own; leave out --method'],
    ['-R1 -s wrk/put.lua -b x URL', '-s/--script makes requests of its own; leave out --body'],
    ['-R1 --stages 1:1 URL', '--stages says how many requests for how long; leave out --rate'],
    ['-d1 --stages 1:1 URL', '--stages says how many requests for how long; leave out --duration'],
    [
      '--find-max --slo p99<5ms --stages 1:1 URL',
      '--find-max sets rates of its own; leave out --stages',
    ],
    [
      '--warmup 1s --stages 0-5:1s URL',
      '--warmup has the rate with which the first stage begins; begin it above 0',
    ],
    [
      '-R1 --streams 5 URL',
      '--streams needs --http2: a connection of HTTP/1.1 has one request in flight',
    ],
    [
      '-R1 -c200 --http2 --streams 100 URL',
      '--streams of all connections are at most 16384 together, got 100 on each of 200',
    ],
    ['-R1 --hgrm run --html ./run URL', "--hgrm and --html take different files, got 'run' twice"],
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

  it.each([
    ['Connection: close', 'Connection'],
    ['TE: gzip', 'TE'],
  ])('as is the header %s in HTTP/2', (text, name) => {
    expectRefusal(
      run('--http2', '-H', text),
      `-H/--header takes no ${name} with --http2: it is about a connection`,
    );
  });

  it('as is a header that a run without a script makes itself', () => {
    expectRefusal(
      run('-H', 'content-length: 5'),
      '-H/--header takes no content-length without a script: it follows from the content',
    );
  });
});
