/** Flags that `evenkeel load` refuses together or does not know, and how the command says so. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { expectOneLine } from '../support/command.js';
import { temporaryFolder } from '../support/folder.js';
import { runCommand } from '../support/process.js';
import { complaint, run, url } from './load-command.js';

const put = (...args: string[]) => run('--workload', 'put', ...args);

describe('flags that do not go together are refused with what to change', () => {
  it.each([
    [
      run('-t4', '-c3'),
      "-c/--connections takes at least as many as there are threads (-t 4), got '3'",
    ],
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
      ['-R1', '--workload', 'put', `${url}/?access_token=abc`],
      `--workload makes queries of its own; give the URL without one, got '${url}/?access_token=…'`,
    ],
    [
      run('-H', 'content-length: 5'),
      '-H/--header takes no content-length without a script: it is made from the body',
    ],
    [[...run(), 'more'], "there is no use for 'more': only a script (-s) takes arguments"],
    [
      ['--find-max', url],
      "--find-max needs an objective to hold, such as --slo 'p99<5ms,errors<0.1%'",
    ],
    [
      ['--find-max', '--slo', 'p99<5ms', '--allow-invalid', url],
      '--find-max and --allow-invalid exclude each other: a search takes valid runs only',
    ],
    [
      run('--json', 'run', '--hgrm', './run'),
      "--json and --hgrm take different files, got 'run' twice",
    ],
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
    const { code, stdout, stderr } = await runCommand([
      'load',
      '-t4',
      '-c3',
      '-R1',
      'http://127.0.0.1:1',
    ]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    const [line = '', ...rest] = stderr.split('\n');
    expectOneLine(`${line}\n`, '--connections');
    expect(rest).toEqual(["Try 'evenkeel load --help'.", '']);
  });

  it('refuses to write over a folder', async () => {
    const folder = join(await temporaryFolder(), 'run.json');
    await mkdir(folder);
    expect(complaint(run('--json', folder))).toBe(
      `--json takes the name of a file, got '${folder}'`,
    );
  });

  it.each(['--help', '-h', '-Lh'])(
    'prints its help for %s, with every flag and exit code',
    async (flag) => {
      const { code, stdout, stderr } = await runCommand(['load', flag]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      for (const part of [
        '-t, --threads N',
        '-H, --header "NAME: VALUE"',
        '    --find-max',
        '  130  Ctrl-C',
      ])
        expect(stdout).toContain(part);
    },
  );
});
