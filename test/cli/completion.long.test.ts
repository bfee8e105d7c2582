/** The completion follows from the tables of the help. test/system/completion.test.ts runs it. */
import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { mainFile, runCommand } from '../support/process.js';

const evenkeel = (...args: string[]) =>
  execFileSync(process.execPath, [mainFile, ...args], { encoding: 'utf8' });
const names = [...evenkeel('--help').matchAll(/^ {2}([a-z]+) {2,}/gm)].map(([, name = '']) => name);

/** The flags in a help: each begins a line. */
const flagsOf = (name: string) =>
  [...evenkeel(name, '--help').matchAll(/^ {2}(?:-\w, | {4})?--([\w-]+)/gm)].map(
    ([, flag = '']) => flag,
  );

describe.each(['bash', 'zsh', 'fish'])('the completion of %s', (shell) => {
  const script = evenkeel('completion', shell);

  it.each(names)('has each flag that the help of %s has', (name) => {
    const missing = flagsOf(name).filter((flag) => !new RegExp(`(--|-l )${flag}\\b`).test(script));
    expect(missing).toEqual([]);
  });

  it('has each command', () => {
    expect(names.length).toBeGreaterThan(10);
    for (const name of names) expect(script).toMatch(new RegExp(`\\b${name}\\b`));
  });
});

it.each([
  [['completion'], "completion takes bash, zsh, fish, got ''"],
  [['completion', 'tcsh'], "completion takes bash, zsh, fish, got 'tcsh'"],
  [['completion', 'bash', 'zsh'], "unexpected argument 'zsh': only flags are taken"],
])('%j is refused', async (args, message) => {
  const { code, stdout, stderr } = await runCommand(args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(message);
});
