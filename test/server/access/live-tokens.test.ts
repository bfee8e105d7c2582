/** The tokens of a file that changes. */
import { rename, rm, writeFile } from 'node:fs/promises';
import { expect, it, onTestFinished } from 'vitest';
import { LiveTokens, watchMs } from '#dist/server/access/live-tokens.js';
import { digestOf } from '#dist/server/access/tokens.js';
import { makeTokens } from '../../support/tokens.js';

async function start() {
  const made = await makeTokens({ one: 'read', two: 'write' });
  const warnings: string[] = [];
  const live = new LiveTokens(made.file, (message) => warnings.push(message));
  onTestFinished(() => live.close());
  const stands = (name: 'one' | 'two') =>
    live.tokens.find(digestOf(made.tokens[name])) !== undefined;
  return { ...made, live, warnings, stands };
}

it('is looked at often enough for a second', () => {
  expect(watchMs).toBeLessThanOrEqual(250);
});

it('follows the file by itself, however it is replaced', async () => {
  const { file, keep, stands } = await start();
  expect([stands('one'), stands('two')]).toStrictEqual([true, true]);
  await keep('one');
  await expect.poll(() => stands('two')).toBe(false);
  expect(stands('one')).toBe(true);
  const old = `${file}.old`;
  await rename(file, old);
  await keep('two');
  await expect.poll(() => stands('two')).toBe(true);
  expect(stands('one')).toBe(false);
});

it('keeps what it had when the new file is bad, and says so in one line', async () => {
  const { file, keep, live, warnings, stands } = await start();
  await writeFile(file, '[{"name": ek_not-quoted}]');
  live.reload();
  expect(new Set(warnings)).toStrictEqual(
    new Set([`the tokens stay as they were: ${file} can't be used: it is not JSON`]),
  );
  expect([stands('one'), stands('two')]).toStrictEqual([true, true]);
  await rm(file);
  live.reload();
  expect(warnings.at(-1)).toContain(`can't read the tokens ${file}: ENOENT`);
  expect(warnings.join()).not.toContain('\n');
  expect(stands('one')).toBe(true);
  await keep('two');
  live.reload();
  expect([stands('one'), stands('two')]).toStrictEqual([false, true]);
});

it('looks again at a file that may not be whole yet', async () => {
  const { file, keep, warnings, stands } = await start();
  await writeFile(file, '[');
  await expect.poll(() => warnings).toHaveLength(1);
  await keep('two');
  await expect.poll(() => stands('one')).toBe(false);
  expect(warnings).toHaveLength(1);
});

it('does not raise its version when nothing changed', async () => {
  const { live } = await start();
  const { version } = live.tokens;
  live.reload();
  expect(live.tokens.version).toBe(version);
});
