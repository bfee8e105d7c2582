/** The refusals of `evenkeel report`, which come before it measures for minutes. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { outputDirectory } from '#dist/cli/args/files.js';
import { run } from '#dist/cli/report.js';
import { temporaryDirectory } from '../support/directory.js';
import { startRecording } from '../support/recording-service.js';

describe('--out', () => {
  it.each([
    ['README.md', 'ENOTDIR: '],
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

it('--admin-url that is not an admin port is refused before the load', async () => {
  const { url, received } = await startRecording();
  const out = await temporaryDirectory();
  const refusal = run(['--out', out, '--url', url, '--admin-url', url]);
  await expect(refusal).rejects.toMatchObject({ name: 'ProfileError', code: 'admin' });
  expect(received.map(({ path }) => path)).toEqual(['/status']);
});

it('--duration is refused with times that it takes', async () => {
  await expect(run(['--duration', '500ms'])).rejects.toThrow(
    "--duration takes a time from 1s to 24h, such as 1.5s, 30 (seconds), 2m or 1h, got '500ms'",
  );
});
