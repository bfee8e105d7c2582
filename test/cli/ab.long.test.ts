/** `evenkeel ab` as a command: what it refuses, and a short comparison with real servers. */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { parseAb } from '#dist/cli/ab/ab-command.js';
import { abRecord } from '#dist/lab/ab/ab-record.js';
import { groupUsage } from '#dist/lab/ab/group-usage.js';
import { temporaryDirectory } from '../support/directory.js';
import { runCommand, startCommand } from '../support/process.js';

const server = fileURLToPath(new URL('../lab/ab/test-server.mjs', import.meta.url));
const commandOf = (more: string) => `exec ${process.execPath} ${server} {port} ${more}`;
const pair = ['--a', 'x {port}', '--b', 'y {port}'];

describe('a command line', () => {
  it('takes two commands and a path, or two URLs', () => {
    const parentDirectory = expect.any(String);
    expect(parseAb(['-R1k', ...pair, '/a?b']).targets).toEqual({
      a: { command: 'x {port}', path: '/a?b', parentDirectory },
      b: { command: 'y {port}', path: '/a?b', parentDirectory },
    });
    expect(parseAb(['-R1k', 'http://a/', 'http://b/c']).targets).toEqual({
      a: { url: 'http://a/' },
      b: { url: 'http://b/c' },
    });
  });

  it('makes as many rounds as the budget allows, after those of A against A', () => {
    // 2 × (10 s + 2 s + 1.5 s) a round.
    const plan = (...flags: string[]) => parseAb(['-R1', ...pair, ...flags]).plan;
    expect(plan()).toEqual({ maxRounds: 18, tolerance: 0.05, alarmShare: 0.05 });
    expect(plan('--budget', '216s', '--tolerance', '2%', '--alarms', '1%')).toEqual({
      maxRounds: 4,
      tolerance: 0.02,
      alarmShare: 0.01,
    });
  });

  it('gives each run what load would send', () => {
    const { options } = parseAb([
      '-R1k',
      ...pair,
      '-c3',
      '-t1',
      '-b',
      'x',
      '-d5',
      '--expect',
      '2xx',
    ]);
    expect(options).toMatchObject({
      ...{ rate: 1000, connections: 3, threads: 1, durationMs: 5000, warmupMs: 2000 },
      work: { kind: 'plain', content: Buffer.from('x') },
    });
  });

  it.each([
    [['-R1'], 'ab takes --a and --b, or two URLs, got 0 of these'],
    [['-R1', 'http://a/'], 'ab takes --a and --b, or two URLs, got 1 of these'],
    [['-R1', '--a', 'x {port}'], '--a and --b go together: --b is missing'],
    [pair, '-R/--rate is missing; it takes requests per second, such as -R 1000 or -R 1k'],
    [['-R1', '--a', 'x', '--b', 'y {port}'], "--a takes a command with {port} in it, got 'x'"],
    [
      ['-R1', ...pair, 'http://a/'],
      "with --a and --b, ab takes a PATH that begins with /, got 'http://a/'",
    ],
    [['-R1', ...pair, '/a', '/b'], "ab takes one PATH, got '/b' more"],
    [
      ['-R1', ...pair, '--budget', '100s'],
      '--budget takes at least 216s for 4 rounds of A against A and 4 of A against B, ' +
        "got '100s'; or shorten -d or --warmup",
    ],
    [
      ['-R1', ...pair, '--alarms', '50%'],
      "--alarms takes a percentage from 0.1% to 20%, got '50%'",
    ],
    [
      ['-R1', ...pair, '--github'],
      '--github needs the variable GITHUB_STEP_SUMMARY, which GitHub sets',
    ],
    [
      ['-R1', ...pair, '-m', 'PUT', '--workload', 'put'],
      '--workload makes requests of its own; leave out --method',
    ],
  ])('%j is refused', (args, message) => {
    expect(() => parseAb(args, {})).toThrow(
      expect.objectContaining({ name: 'UsageError', message }),
    );
  });
});

const short = ['ab', '-t1', '-c2', '-R100', '-d1s', '--warmup', '100ms', '--budget', '45s'];

describe('a comparison of real servers', () => {
  it('writes all its texts, and leaves neither a server nor a directory', async () => {
    const directory = await temporaryDirectory();
    const file = (name: string) => join(directory, name);
    const { ended, stdout } = startCommand(
      [
        ...[...short, '--alarms', '20%', '--dir', directory, '--json', file('ab.json')],
        ...['--markdown', file('ab.md'), '--junit', file('ab.xml'), '--github'],
        ...['--a', `echo $$ >> ${file('pids')}; ${commandOf('0')}`],
        ...['--b', `touch {dir}/made; ls {dir} > ${file('seen')}; ${commandOf('1000')}`],
      ],
      ['env', `GITHUB_STEP_SUMMARY=${file('summary')}`, process.execPath],
    );
    const { code } = await ended;
    const record = v.parse(abRecord, JSON.parse(await readFile(file('ab.json'), 'utf8')));
    const codes = { worse: 5, unfair: 3, "can't tell": 6, better: 0, same: 0 };
    expect(code).toBe(codes[record.outcome]);
    expect(stdout()).toContain('latency p50');
    expect(record.rounds.length).toBeGreaterThan(0);
    for (const { a, b } of record.rounds) {
      if (process.platform === 'linux') expect(a.cpu).toBeGreaterThan(0);
      expect(b.p50).toBeGreaterThanOrEqual(1000);
    }
    expect(await readFile(file('summary'), 'utf8')).toBe(await readFile(file('ab.md'), 'utf8'));
    expect(await readFile(file('ab.xml'), 'utf8')).toContain('<testsuites tests=');
    expect(await readFile(file('seen'), 'utf8')).toBe('made\n');
    expect((await readdir(directory)).filter((name) => name.startsWith('evenkeel-ab'))).toEqual([]);
    const pids = (await readFile(file('pids'), 'utf8')).trim().split('\n');
    expect(pids.length).toBeGreaterThan(8);
    if (existsSync('/proc/self'))
      for (const pid of pids) expect(existsSync(`/proc/${pid}`)).toBe(false);
  });

  it('ends with the words of a command that fails, and which it was', async () => {
    const broken = 'echo {port} is broken >&2; exit 3';
    const { code, stderr } = await runCommand([...short, '--a', commandOf('0'), '--b', broken]);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /evenkeel: B: the command ended with 3 before it answered: \d+ is broken\n/,
    );
  });

  it('ends with the fault of a build whose responses are failures', async () => {
    const { code, stderr } = await runCommand([
      ...[...short, '--a', commandOf('0 500'), '--b', commandOf('0')],
    ]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/evenkeel: A can't be compared, in 3 runs on end: /);
  });
});

it('the usage of a group is that of all its processes, and of no other', async () => {
  if (process.platform !== 'linux') return;
  const stat = await readFile('/proc/self/stat', 'utf8');
  const group = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2]);
  expect(groupUsage(group)?.cpuUs).toBeGreaterThan(0);
  expect(groupUsage(2 ** 30)).toBeUndefined();
});
