/** The tokens of a file that changes. */
import { rename, rm, writeFile } from 'node:fs/promises';
import { expect, it, onTestFinished } from 'vitest';
import { LiveTokens, watchMs } from '#dist/server/access/live-tokens.js';
import type { Reload } from '#dist/server/access/reload.js';
import { digestOf } from '#dist/server/access/tokens.js';
import { makeTokens } from '../../support/tokens.js';

async function start() {
  const made = await makeTokens({ one: 'read', two: 'write' });
  const reloads: Reload[] = [];
  const live = new LiveTokens(made.file, (reload) => reloads.push(reload));
  onTestFinished(() => live.close());
  const stands = (name: 'one' | 'two') =>
    live.tokens.find(digestOf(made.tokens[name])) !== undefined;
  const refusals = () => reloads.flatMap(({ refusal = [] }) => refusal);
  return { ...made, live, reloads, refusals, stands };
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
  const { file, keep, live, reloads, refusals, stands } = await start();
  await writeFile(file, '[{"name": ek_not-quoted}]');
  live.reload();
  expect(new Set(refusals())).toStrictEqual(new Set([`${file} can't be used: it is not JSON`]));
  expect([stands('one'), stands('two')]).toStrictEqual([true, true]);
  await rm(file);
  live.reload();
  expect(refusals().at(-1)).toContain(`can't read the tokens ${file}: ENOENT`);
  expect(refusals().join()).not.toContain('\n');
  expect(stands('one')).toBe(true);
  await keep('two');
  live.reload();
  expect([stands('one'), stands('two')]).toStrictEqual([false, true]);
  expect(reloads.at(-1)).toStrictEqual({ what: 'tokens', refusal: undefined });
});

it('tells of a change once, and of each reload that is asked for', async () => {
  const { keep, live, reloads } = await start();
  await keep('one');
  await expect.poll(() => reloads).toStrictEqual([{ what: 'tokens', refusal: undefined }]);
  live.reload();
  expect(reloads).toHaveLength(2);
});

it('looks again at a file that may not be whole yet', async () => {
  const { file, keep, refusals, stands } = await start();
  await writeFile(file, '[');
  await expect.poll(refusals).toHaveLength(1);
  await keep('two');
  await expect.poll(() => stands('one')).toBe(false);
  expect(refusals()).toHaveLength(1);
});

it('does not raise its version when nothing changed', async () => {
  const { live } = await start();
  const { version } = live.tokens;
  live.reload();
  expect(live.tokens.version).toBe(version);
});
