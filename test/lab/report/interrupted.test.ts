/** Ends of a report before its time, and what they must not leave behind. */
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { run } from '#dist/cli/report.js';
import { expectOneLine } from '../../support/command.js';
import { temporaryDirectory } from '../../support/directory.js';
import { runCommand, startCommand } from '../../support/process.js';

test('Ctrl-C in a run ends it with 130, without a document, a store or a server', async () => {
  const out = await temporaryDirectory();
  const report = startCommand(['report', '--rate', '100', '--duration', '60s', '--out', out]);
  while (!report.stderr().includes('Warming ')) await sleep(50);
  const [, url = ''] = /Warming (\S+) up/.exec(report.stderr()) ?? [];
  report.child.kill('SIGINT');
  expect((await report.ended).code).toBe(130);
  expect(readdirSync(out)).toEqual([]);
  await expect(fetch(url)).rejects.toThrow();
});

test.each([
  {
    args: ['--compare', 'nothing.json'],
    message: /^--compare takes a file that exists, got 'nothing.json'/,
  },
  { args: ['--url', 'http://127.0.0.1:1'], message: /^--url and --admin-url go together/ },
  { args: ['--label', '../up'], message: /^--label takes a name.*got '..\/up'/ },
  { args: ['--duration', '0.5s'], message: /^--duration takes/ },
  { args: ['a.json'], message: /'a.json'/ },
])('$args is refused before anything is started', async ({ args, message }) => {
  await expect(run(args)).rejects.toMatchObject({
    name: 'UsageError',
    message: expect.stringMatching(message),
  });
});

test('a file that is not a report is named', async () => {
  const file = join(await temporaryDirectory(), 'other.json');
  writeFileSync(file, '{}');
  const { code, stderr } = await runCommand(['report', '--compare', file, file]);
  expect(code).toBe(1);
  expectOneLine(stderr, file, 'is not a record of evenkeel report');
});

test('a server that does not answer is named', async () => {
  const out = await temporaryDirectory();
  const nobody = 'http://127.0.0.1:1';
  const { code, stderr } = await runCommand([
    'report',
    '--out',
    out,
    '--url',
    nobody,
    '--admin-url',
    nobody,
  ]);
  expect(code).toBe(1);
  expect(stderr).toContain('http://127.0.0.1:1 does not respond');
});
