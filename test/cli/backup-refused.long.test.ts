/** Command lines of backup, restore, check and compact that are refused, and what is said. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { backupWith } from '../support/backups.js';
import { expectOneLine } from '../support/command.js';
import { temporaryDirectory } from '../support/directory.js';
import { runCommand, startServer } from '../support/process.js';

describe('a command refuses', () => {
  test.each([
    [['backup', '--data', 'x'], 2, 'backup needs --to'],
    [['backup', '--to', 'x'], 2, 'give either --url'],
    [['backup', '--to', 'x', '--data', 'y', '--url', 'http://127.0.0.1:1'], 2, 'give either --url'],
    [['backup', '--to', '/nowhere/x', '--data', 'y'], 2, 'a file in a directory that exists'],
    [['backup', '--to', '-', '--data', 'y', '--json'], 2, '--json prints to standard output'],
    [['backup', '--to', '-', '--data', '/nowhere'], 1, 'no store is in /nowhere'],
    [['backup', '--to', '-', '--url', 'http://127.0.0.1:1'], 1, 'http://127.0.0.1:1 failed'],
    [['backup', '--to', '-', '--url', 'ftp://x'], 2, 'an address such as http://127.0.0.1:9001'],
    [['restore', '--data', 'x'], 2, 'restore needs --from'],
    [['restore', '--from', '/nowhere', '--data', 'x'], 2, 'a file that exists'],
    [['check'], 2, 'check takes one data directory or backup, got 0'],
    [['check', '/nowhere'], 2, "'/nowhere' is not there"],
    [['compact', 'a', 'b'], 2, 'compact takes one data directory, got 2'],
    [['compact', '/nowhere'], 1, 'no store is in /nowhere'],
  ] as const)('%j', async (args, code, message) => {
    const result = await runCommand(args);
    expect({ ...result, stderr: '' }).toEqual({ code, stdout: '', stderr: '' });
    expect(result.stderr).toContain(message);
  });

  test('what is not a backup, and what has no store', async () => {
    const place = await temporaryDirectory();
    const file = join(place, 'text');
    await writeFile(file, 'x'.repeat(1000));
    for (const args of [
      ['check', file],
      ['restore', '--from', file, '--data', join(place, 'new')],
    ]) {
      const { code, stderr } = await runCommand(args);
      expect(code).toBe(1);
      expectOneLine(stderr, 'it does not begin like a backup');
    }
    await mkdir(join(place, 'empty'));
    const { code, stderr } = await runCommand(['check', join(place, 'empty')]);
    expect(code).toBe(1);
    expectOneLine(stderr, 'no store is in');
  });

  test('the directory of a server that runs, and says how to back it up', async () => {
    const data = await temporaryDirectory();
    await startServer(data);
    const place = join(await temporaryDirectory(), 'x');
    const run = async (...args: string[]) => {
      const { code, stderr } = await runCommand(args);
      expect(code).toBe(1);
      return stderr;
    };
    expectOneLine(await run('backup', '--data', data, '--to', place), 'give --url');
    expectOneLine(await run('check', data), 'make a backup');
    expectOneLine(await run('compact', data), 'is open in another server');
    await writeFile(place, backupWith({}));
    expectOneLine(await run('restore', '--from', place, '--data', data, '--replace'), 'stop it');
  });
});
