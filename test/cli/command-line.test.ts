/** The command line as only the real command shows it: exit codes, errors, help, version. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as backup from '#dist/cli/backup.js';
import * as check from '#dist/cli/check.js';
import * as cluster from '#dist/cli/cluster.js';
import * as compact from '#dist/cli/compact.js';
import * as compare from '#dist/cli/compare.js';
import * as copy from '#dist/cli/copy.js';
import * as exporting from '#dist/cli/export.js';
import * as importing from '#dist/cli/import.js';
import * as load from '#dist/cli/load.js';
import * as profile from '#dist/cli/profile.js';
import * as report from '#dist/cli/report.js';
import * as restore from '#dist/cli/restore.js';
import * as serve from '#dist/cli/serve.js';
import * as token from '#dist/cli/token.js';
import { settings } from '#dist/config/settings.js';
import { expectOneLine } from '../support/command.js';
import { temporaryDirectory } from '../support/directory.js';
import { runCommand, startCommand } from '../support/process.js';
import { startRecording } from '../support/recording-service.js';

const { version } = JSON.parse(
  await readFile(new URL('../../package.json', import.meta.url), 'utf8'),
);

const commands = {
  ...{ serve, load, compare, profile, report },
  export: exporting,
  import: importing,
  ...{ token, cluster, copy, backup, restore, check, compact },
};

/** The error of a wrong command line, whose second line names the help. */
async function refusalOf(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runCommand(args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  const [line = '', hint, ...rest] = stderr.split('\n');
  expectOneLine(`${line}\n`);
  expect(hint).toMatch(/^Try 'evenkeel (\w+ )?--help'\.$/);
  expect(rest).toEqual(['']);
  return line;
}

describe('a wrong command line is refused with exit code 2', () => {
  it('before serve creates a directory', async () => {
    const directory = join(await temporaryDirectory(), 'data');
    const line = await refusalOf('serve', '--data', directory, '--port', 'http');
    expect(line).toContain("--port takes a whole number from 0 to 65535, got 'http'");
    expect(existsSync(directory)).toBe(false);
  });

  it('before load opens a connection', async () => {
    const { url, connections } = await startRecording();
    expect(await refusalOf('load', '-R10', '-dlong\u001b[31m', url)).toContain(
      "got 'long\\u001b[31m'",
    );
    expect(connections()).toBe(0);
  });

  it('with the commands that exist, if it names another one', async () => {
    const names = ['sevre', 'toString', '__proto__', ''];
    const known = Object.keys(commands).join(', ');
    expect(await Promise.all(names.map((name) => refusalOf(name)))).toEqual(
      names.map((name) => `evenkeel: unknown command '${name}'; the commands are ${known}`),
    );
  });
});

it('a target that does not exist ends load with one line and exit code 1', async () => {
  const { code, stdout, stderr } = await runCommand(['load', '-R100', 'http://no-such.invalid/']);
  expect(code).toBe(1);
  expect(stdout).not.toContain('Requests/sec');
  expectOneLine(stderr, "can't find the host no-such.invalid");
});

describe('help', () => {
  it('of the program is printed without a command', async () => {
    const { code, stdout, stderr } = await runCommand([]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const [name, { summary }] of Object.entries(commands))
      expect(stdout).toContain(`\n  ${name.padEnd(8)}  ${summary}\n`);
  });

  it.each([
    ['serve', '--port', 'nonsense', '--help'],
    ['serve', '--help=1'],
    ['load', '-Lh'],
  ])('of %s is printed, and nothing is started', async (...args) => {
    const { help } = args[0] === 'serve' ? serve : load;
    expect(await runCommand(args)).toEqual({ code: 0, stdout: help, stderr: '' });
  });

  it.each(Object.entries(commands))(
    'of %s has exit codes and examples, in lines of at most 100 columns',
    (name, { help }) => {
      expect(help).toMatch(/\n\nExit codes:\n {2}0 /);
      expect(help).toMatch(new RegExp(`\\n\\nExamples:\\n {2}(.*\\n {2})*evenkeel ${name}`));
      const examples = help.indexOf('\nExamples:');
      for (const line of help.slice(0, examples).split('\n'))
        expect(line.length, line).toBeLessThanOrEqual(100);
    },
  );

  it('of serve has each setting with its default', () => {
    for (const [name, { value, defaultText }] of Object.entries(settings))
      expect(serve.help).toMatch(new RegExp(`\\n {2}--${name} ${value} .*\\(${defaultText}\\)\\n`));
  });
});

it('--version prints the version of the package', async () => {
  expect(await runCommand(['--version'])).toEqual({
    code: 0,
    stdout: `${version}\n`,
    stderr: '',
  });
});

it('a command that failed ends, though a library has left a timer', async () => {
  const timer = 'data:text/javascript,setInterval(() => {}, 1000)';
  const command = startCommand(['nonsense'], [process.execPath, '--import', timer]);
  expect(await command.ended).toEqual({ code: 2, signal: null });
});
