/** What `evenkeel load` refuses before a socket opens: which flag, what it got, what it takes. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseLoad } from '#dist/cli/load-options.js';
import { expectOneLine } from '../support/command.js';
import { temporaryFolder } from '../support/folder.js';
import { runCommand } from '../support/process.js';

const url = 'http://127.0.0.1:8080';

function complaint(args: readonly string[]): string {
  try {
    parseLoad(args);
  } catch (error) {
    expect(error).toHaveProperty('name', 'UsageError');
    expect((error as Error).message).not.toMatch(/[\n\r]/);
    return (error as Error).message;
  }
  return expect.fail(`took ${args.join(' ')}`);
}

const run = (...args: string[]) => ['-R1', ...args, url];
const put = (...args: string[]) => run('--workload', 'put', ...args);

describe('a wrong value is refused with its flag, what it takes and what was given', () => {
  const time = 'a time from 1ms to 24h, such as 500ms, 1.5s, 30 (seconds), 2m or 1h';
  it.each([
    [['-t0'], "-t/--threads takes a whole number from 1 to 256, got '0'"],
    [['-t', '257'], "-t/--threads takes a whole number from 1 to 256, got '257'"],
    [['-t=4'], "-t/--threads takes a whole number from 1 to 256, got '=4'"],
    [['-c', '17k'], "-c/--connections takes a whole number from 1 to 16384, such as 10000 or 10k, got '17k'"],
    [['-R0'], "-R/--rate takes a whole number from 1 to 10000000, such as 10000 or 10k, got '0'"],
    [['-R1.5k'], "-R/--rate takes a whole number from 1 to 10000000, such as 10000 or 10k, got '1.5k'"],
    [['-R', '-5'], "-R/--rate takes a whole number from 1 to 10000000, such as 10000 or 10k, got '-5'"],
    [['-R11M'], "-R/--rate takes a whole number from 1 to 10000000, such as 10000 or 10k, got '11M'"],
    [['-R1x'], "-R/--rate takes a whole number from 1 to 10000000, such as 10000 or 10k, got '1x'"],
    [['-d0'], `-d/--duration takes ${time}, got '0'`],
    [['-d25h'], `-d/--duration takes ${time}, got '25h'`],
    [['-d', '1d'], `-d/--duration takes ${time}, got '1d'`],
    [['-d='], `-d/--duration takes ${time}, got '='`],
    [['--timeout='], `-T/--timeout takes ${time}, got ''`],
    [['--warmup', '-1s'], `--warmup takes ${time.replace('1ms', '0ms')}, got '-1s'`],
    [
      ['--workload', 'post'],
      "--workload takes put, get or mixed:GETS/PUTS of 100, such as mixed:90/10, got 'post'",
    ],
    [
      ['--workload', 'mixed:90/20'],
      "--workload takes put, get or mixed:GETS/PUTS of 100, such as mixed:90/10, got 'mixed:90/20'",
    ],
    [['--keys', 'random'], "--keys takes sequential, uniform or zipfian, got 'random'"],
    [
      ['--key-space', '0'],
      "--key-space takes a whole number from 1 to 1099511627776, such as 10000 or 10k, got '0'",
    ],
    [
      ['--value-bytes', '17MiB'],
      "--value-bytes takes a size from 0B to 16MiB, such as 512KiB or 16MiB, got '17MiB'",
    ],
    [
      ['--slo', 'p99<5'],
      "--slo takes a time with its unit (us, ms or s) after < at character 5, not '5', got 'p99<5'",
    ],
    [['--latency=yes'], "-L/--latency takes no value, got 'yes'"],
    [['-s', '/nowhere/a.lua'], "-s/--script takes a file that exists, got '/nowhere/a.lua'"],
    [['-s', 'wrk'], "-s/--script takes a file, not a folder, got 'wrk'"],
    [
      ['--json', '/nowhere/run.json'],
      "--json takes a file in a folder that exists (/nowhere does not), got '/nowhere/run.json'",
    ],
    [['--hgrm', 'wrk'], "--hgrm takes the name of a file, got 'wrk'"],
    [
      ['--unix-socket', 'package.json'],
      "--unix-socket takes the path of a socket that a server listens on, got 'package.json'",
    ],
  ])('%s', (args, message) => {
    expect(complaint(run(...args))).toBe(message);
  });

  const header =
    "-H/--header takes 'NAME: VALUE' with a colon and a space between, and a name of letters, digits and dashes";
  it.each([
    ['A:1', `${header}, got 'A:1'`],
    ['A', `${header}, got 'A'`],
    [': 1', `${header}, got ': 1'`],
    ['A B: 1', `${header}, got 'A B: 1'`],
    ['A\r\nB: 1', `${header}, got 'A\\r\\nB: 1'`],
    [
      'A: 1\r\nB: 2',
      "-H/--header takes a header on one line, without control characters, got 'A: 1\\r\\nB: 2'",
    ],
    ['A: 1\n', "-H/--header takes a header on one line, without control characters, got 'A: 1\\n'"],
  ])('header %j', (text, message) => {
    expect(complaint(run('-H', text))).toBe(message);
  });
});

describe('a wrong URL is refused with what was probably meant', () => {
  const takes = 'the URL takes http://HOST[:PORT][/PATH] or https://…';
  it.each([
    ['127.0.0.1:8080', `${takes}, got '127.0.0.1:8080'; did you mean http://127.0.0.1:8080?`],
    ['localhost:8080/a', `${takes}, got 'localhost:8080/a'; did you mean http://localhost:8080/a?`],
    ['ftp://host', `${takes}, got 'ftp://host'`],
    ['http://', `${takes}, got 'http://'`],
    ['http://host:99999', `${takes}, got 'http://host:99999'`],
    ['http://host:0/', `${takes}, got 'http://host:0/': nothing listens on port 0`],
    [
      'http://me:secret@host',
      `${takes}, got 'http://me:secret@host'; give a user and password with -H "Authorization: Basic …"`,
    ],
  ])('%s', (given, message) => {
    expect(complaint(['-R1', given])).toBe(message);
  });

  it('and one that is missing with an example', () => {
    expect(complaint(['-R1'])).toBe('the URL is missing; give one such as http://127.0.0.1:8080');
  });
});

describe('flags that do not go together are refused with what to change', () => {
  it.each([
    [run('-t4', '-c3'), "-c/--connections takes at least as many as there are threads (-t 4), got '3'"],
    [
      run('-B'),
      '-B/--batch_latency is not taken: the latency of each answer is recorded, also of pipelined ones',
    ],
    [put('-s', 'wrk/put.lua'), '-s/--script and --workload exclude each other; give one'],
    [run('--keys', 'uniform'), '--keys is for --workload, and there is none'],
    [run('--seed', '1'), '--seed is for --workload, and there is none'],
    [
      put('--key-space', '1'),
      "--key-space takes at least as many sequential keys as there are threads (-t 2), got '1'",
    ],
    [
      ['-R1', '--workload', 'put', `${url}/?a=b`],
      `--workload makes queries of its own; give the URL without one, got '${url}/?a=b'`,
    ],
    [
      run('-H', 'content-length: 5'),
      '-H/--header takes no content-length without a script: it is made from the body',
    ],
    [[...run(), 'more'], "there is no use for 'more': only a script (-s) takes arguments"],
    [['--find-max', url], "--find-max needs an objective to hold, such as --slo 'p99<5ms,errors<0.1%'"],
    [
      ['--find-max', '--slo', 'p99<5ms', '--allow-invalid', url],
      '--find-max and --allow-invalid exclude each other: a search takes valid runs only',
    ],
    [run('--json', 'run', '--hgrm', './run'), "--json and --hgrm take different files, got 'run' twice"],
  ])('%j', (args, message) => {
    expect(complaint(args)).toBe(message);
  });
});

describe('a flag that there is not is refused', () => {
  it.each([
    [run('--hreads', '4'), "there is no flag '--hreads'"],
    [run('-x'), "there is no flag '-x'"],
    [run('-Lx4'), "there is no flag '-x' (in '-Lx4')"],
    [run('--t', '4'), "'--t' may be --threads or --timeout"],
    [run('--find'), "there is no flag '--find'"],
    [run('--toString'), "there is no flag '--toString'"],
    [['-R1', url, '-t'], '-t/--threads needs a value, N'],
  ])('%j', (args, message) => {
    expect(complaint(args)).toBe(message);
  });
});

describe('the command', () => {
  it('says it in one line with exit code 2, and sends nothing', async () => {
    const { code, stdout, stderr } = await runCommand(['load', '-t4', '-c3', '-R1', 'http://127.0.0.1:1']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    const [line = '', ...rest] = stderr.split('\n');
    expectOneLine(`${line}\n`, '--connections');
    expect(rest).toEqual(["Try 'evenkeel load --help'.", '']);
  });

  it('refuses to write over a folder', async () => {
    const folder = join(await temporaryFolder(), 'run.json');
    await mkdir(folder);
    expect(complaint(run('--json', folder))).toBe(`--json takes the name of a file, got '${folder}'`);
  });

  it.each(['--help', '-h', '-Lh'])('prints its help for %s, with every flag and exit code', async (flag) => {
    const { code, stdout, stderr } = await runCommand(['load', flag]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const part of ['-t, --threads N', '-H, --header "NAME: VALUE"', '    --find-max', '  130  Ctrl-C'])
      expect(stdout).toContain(part);
  });
});
