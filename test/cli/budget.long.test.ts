/** `evenkeel budget` on a real server: what it writes, finds and refuses. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { budgetRecord } from '#dist/lab/budget/budget-record.js';
import { temporaryDirectory } from '../support/directory.js';
import { runCommand } from '../support/process.js';

const server = fileURLToPath(new URL('../lab/budget/test-server.mjs', import.meta.url));
const command = (numbers: number) => `exec ${process.execPath} ${server} {port} ${numbers}`;

describe.skipIf(process.platform !== 'linux')('a budget', () => {
  it('is written, holds for the same server, and finds what allocates more', async () => {
    const directory = await temporaryDirectory();
    const file = join(directory, 'budget.json');
    // CPU time is a real one, which no test asserts.
    const written = await runCommand([
      ...['budget', 'write', '--file', file, '--command', command(0), '--requests=6000'],
      ...['--bytes', '2%', '--cpu', '1000%', '-m', 'PUT', '-b', 'some data', '--expect', '/a.b/'],
      '/a?b',
    ]);
    expect(written).toMatchObject({ code: 0, stderr: '' });
    const budget = v.parse(budgetRecord, JSON.parse(await readFile(file, 'utf8')));
    expect(budget).toMatchObject({
      command: command(0),
      arguments: ['-m', 'PUT', '-b', 'some data', '--expect', '/a.b/', '/a?b'],
      requests: 6000,
      bytes: { tolerance: 0.02 },
    });
    const junit = join(directory, 'budget.xml');
    const same = await runCommand(['budget', 'check', '--file', file, '--junit', junit]);
    expect(same.stdout).toMatch(/^Within budget: bytes .*\nWithin budget: CPU /);
    expect(same.code).toBe(0);
    expect(await readFile(junit, 'utf8')).toContain('failures="0"');
    const more = await runCommand([
      ...['budget', 'check', '--file', file, '--command', command(200), '--github'],
    ]);
    expect(more.code).toBe(5);
    // V8 may have inlined the function into its caller, of the same file.
    expect(more.stdout).toMatch(/^ABOVE BUDGET: bytes .* grew: .*test-server\.mjs\) \+/);
    expect(more.stdout).toMatch(/^::error file=.*test-server\.mjs,title=evenkeel budget::/m);
  });

  it('ends with the request that failed', async () => {
    const file = join(await temporaryDirectory(), 'budget.json');
    const { code, stderr } = await runCommand([
      ...['budget', 'write', '--file', file, '--command', command(0), '--expect', '404'],
    ]);
    expect(code).toBe(1);
    expect(stderr).toBe('evenkeel: a request failed: answered with status 200, not 404\n');
  });
});

describe('a command line', () => {
  const refusal = async (...args: string[]) => {
    const { code, stderr } = await runCommand(['budget', ...args]);
    expect(code).toBe(2);
    return stderr.split('\n')[0];
  };

  it('is refused with what to change', async () => {
    const file = join(await temporaryDirectory(), 'budget.json');
    await writeFile(file, '{"schema":"evenkeel-budget/1"}');
    expect(
      await Promise.all([
        refusal('make'),
        refusal('write'),
        refusal('write', '--command', 'node a.js'),
        refusal('write', '--command', 'a {port}', 'path'),
        refusal('check', '--file', '/nowhere/b.json'),
        refusal('check', '--file', file),
        refusal('check', '/path'),
      ]),
    ).toEqual([
      "evenkeel: budget takes write or check, got 'make'",
      "evenkeel: --command is missing; give one such as 'node server.js {port}'",
      "evenkeel: --command takes a command with {port} in it, got 'node a.js'",
      "evenkeel: budget takes one PATH that begins with /, got 'path'",
      "evenkeel: --file takes a file that exists, got '/nowhere/b.json'",
      expect.stringContaining('budget.json is not a budget: command: '),
      "evenkeel: unexpected argument '/path': what is sent is in the budget",
    ]);
  });
});
