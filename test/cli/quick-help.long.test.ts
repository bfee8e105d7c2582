/**
 * `--version` and every `--help` come at once, because nothing is imported for them but the tables
 * they show. `npm run bench:startup` measures the time; here the modules are counted, which no busy
 * machine changes.
 */
import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { mainFile, startCommand } from '../support/process.js';

/** Prints the URL of each module that is imported. */
const hooks = `import { writeSync } from 'node:fs';
export function load(url, context, next) {
  writeSync(2, url + '\\n');
  return next(url, context);
}`;
const asUrl = (code: string) => `data:text/javascript,${encodeURIComponent(code)}`;
const register = `import { register } from 'node:module';
register(${JSON.stringify(asUrl(hooks))});`;

async function modulesFor(...args: string[]): Promise<string[]> {
  const node = [process.execPath, '--no-warnings', '--import', asUrl(register)];
  const command = startCommand(args, node);
  expect(await command.ended).toEqual({ code: 0, signal: null });
  return command.stderr().split('\n').filter(Boolean);
}

/** Those of Node that take the longest to load. */
const heavy = /^node:(http|https|net|tls|crypto|zlib|worker_threads|child_process|inspector)/;
const maxModules = 30;

const help = execFileSync(process.execPath, [mainFile, '--help'], { encoding: 'utf8' });
const names = [...help.matchAll(/^ {2}([a-z]+) {2,}/gm)].map(([, name = '']) => name);

it('the help names the commands', () => {
  expect(names).toEqual(expect.arrayContaining(['serve', 'load', 'report', 'completion']));
});

it.each([['--version'], ['--help'], ...names.map((name) => [name, '--help'])])(
  '%s %s imports few modules, none of a package, and none of Node that is heavy',
  async (...args) => {
    const modules = await modulesFor(...args.filter((arg) => arg !== undefined));
    const files = modules.filter((url) => url.startsWith('file:'));
    expect(modules.filter((url) => heavy.test(url) || url.includes('/node_modules/'))).toEqual([]);
    expect(files.length, files.join('\n')).toBeLessThanOrEqual(maxModules);
    expect(files.length).toBeGreaterThan(0);
  },
);

it('a command that runs imports more: the count sees what is imported later', async () => {
  expect((await modulesFor('completion', 'bash')).length).toBeGreaterThan(maxModules);
});
