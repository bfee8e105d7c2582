/** The command line: what is wrong with it is said before anything is done, and the help tells how it is right. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { expectOneLine } from '../support/command.js';
import { temporaryFolder } from '../support/folder.js';
import { runCommand } from '../support/process.js';

const { version } = JSON.parse(
  await readFile(new URL('../../package.json', import.meta.url), 'utf8'),
);

describe('a wrong command line', () => {
  const sizes = 'a size from 1B to 256MiB';
  it.each([
    {
      args: ['--port', '65536'],
      parts: ['--port', 'a whole number from 0 to 65535', "got '65536'"],
    },
    { args: ['--port', 'http'], parts: ['--port', 'a whole number from 0 to 65535', "got 'http'"] },
    { args: ['--port='], parts: ['--port', 'a whole number from 0 to 65535', "got ''"] },
    { args: ['--port=-1'], parts: ['--port', 'a whole number from 0 to 65535', "got '-1'"] },
    { args: ['--port', '80.5'], parts: ['--port', 'a whole number from 0 to 65535', "got '80.5'"] },
    { args: ['--port', '0x50'], parts: ['--port', 'a whole number from 0 to 65535', "got '0x50'"] },
    { args: ['--max-value', '0'], parts: ['--max-value', sizes, "got '0'"] },
    { args: ['--max-value', '257MiB'], parts: ['--max-value', sizes, "got '257MiB'"] },
    { args: ['--max-value', '1GiB'], parts: ['--max-value', sizes, "got '1GiB'"] },
    { args: ['--max-value', 'big'], parts: ['--max-value', sizes, "got 'big'"] },
    { args: ['--cache', '2GiB'], parts: ['--cache', 'a size from 0B to 1GiB', "got '2GiB'"] },
    { args: ['--host='], parts: ['--host', 'an address such as 127.0.0.1', "got ''"] },
    { args: ['--data='], parts: ['--data', 'a folder', "got ''"] },
    { args: ['--port', '1', '--port', '2'], parts: ['--port', '2 times', 'once'] },
    { args: ['--prot', '8080'], parts: ["'--prot'"] },
    { args: ['--port'], parts: ['--port'] },
    { args: ['--port', '-1'], parts: ['--port'] },
    { args: ['--json=yes'], parts: ['--json'] },
    { args: ['folder'], parts: ["'folder'"] },
  ])(
    'serve $args is refused with what is wrong and exit code 2, before a folder is made',
    async (row) => {
      const folder = join(await temporaryFolder(), 'data');
      const data = row.args[0]?.startsWith('--data') ? [] : ['--data', folder];
      const { code, stdout, stderr } = await runCommand(['serve', ...data, ...row.args]);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      const [line = '', ...rest] = stderr.split('\n');
      expectOneLine(`${line}\n`, ...row.parts);
      expect(rest).toEqual(["Try 'evenkeel serve --help'.", '']);
      expect(existsSync(folder)).toBe(false);
    },
  );

  it('with an unknown command is refused with exit code 2 and the commands there are', async () => {
    for (const name of ['sevre', 'toString', '__proto__', '--verbose', '']) {
      const { code, stdout, stderr } = await runCommand([name]);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toContain(`evenkeel: there is no command '${name}'; there is serve`);
    }
  });
});

describe('help', () => {
  it.each([{ args: [] }, { args: ['--help'] }, { args: ['-h'] }, { args: ['help'] }])(
    'of the program is printed for $args with exit code 0',
    async ({ args }) => {
      const { code, stdout, stderr } = await runCommand(args);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toMatch(/^evenkeel: /);
      expect(stdout).toContain('Usage: evenkeel COMMAND [flags]');
      expect(stdout).toMatch(/^ {2}serve +run the key-value server$/m);
    },
  );

  it.each([{ args: ['--help'] }, { args: ['-h'] }, { args: ['--port', 'nonsense', '--help'] }])(
    'of serve is printed for $args with exit code 0, and nothing is started',
    async ({ args }) => {
      const { code, stdout, stderr } = await runCommand(['serve', ...args]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      for (const flag of [
        '--port PORT',
        '--host ADDRESS',
        '--data DIR',
        '--max-value SIZE',
        '--cache SIZE',
        '--json',
      ])
        expect(stdout).toContain(`\n  ${flag} `);
      for (const fallback of ['(8080)', '(127.0.0.1)', '(./data)', '(16MiB)'])
        expect(stdout).toContain(fallback);
    },
  );

  it.each(['--version', '-v'])(
    'is not needed for %s, which prints the version of the package',
    async (flag) => {
      expect(await runCommand([flag])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
    },
  );
});
