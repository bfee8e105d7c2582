/** The refusals of `evenkeel report`, which come before it measures for minutes. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { outputDirectory } from '#dist/cli/args/files.js';
import { run } from '#dist/cli/report.js';
import { temporaryDirectory } from '../support/directory.js';

describe('--out', () => {
  it.each([
    ['README.md', 'it is a file'],
    ['README.md/x', 'ENOTDIR: '],
    ['/proc/nope/reports', 'ENOENT: '],
  ])('%s is refused before a server starts', async (out, why) => {
    await expect(run(['--out', out])).rejects.toMatchObject({
      name: 'UsageError',
      message: expect.stringContaining(`--out takes a directory to write to, got '${out}': ${why}`),
    });
  });

  it('is made if it is missing, with the directories above it', async () => {
    const out = join(await temporaryDirectory(), 'a', 'b');
    outputDirectory('--out', out);
    outputDirectory('--out', out);
    expect(existsSync(out)).toBe(true);
  });

  it('is not made if another flag is wrong', async () => {
    const out = join(await temporaryDirectory(), 'reports');
    const wrong = run(['--out', out, '--url', 'http://127.0.0.1:1']);
    await expect(wrong).rejects.toThrow('--url and --admin-url go together');
    expect(existsSync(out)).toBe(false);
  });
});

it('--duration is refused with times that it takes', async () => {
  await expect(run(['--duration', '500ms'])).rejects.toThrow(
    "--duration takes a time from 1s to 24h, such as 1.5s, 30 (seconds), 2m or 1h, got '500ms'",
  );
});
