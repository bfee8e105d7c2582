/**
 * Commands that are killed at random moments: what they work on stays whole, and nothing half-made
 * has a name that anybody would take for whole.
 *
 * EVENKEEL_KILLS sets how many of each, EVENKEEL_SEED when.
 */
import { existsSync } from 'node:fs';
import { cp, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { checkDirectory } from '#dist/store/lmdb/check/directory-check.js';
import { backupWith } from '../support/backups.js';
import { put } from '../support/command.js';
import { temporaryDirectory } from '../support/directory.js';
import { runCommand, startCommand, startServer } from '../support/process.js';
import { randomFrom } from '../support/random.js';

const kills = Number(process.env.EVENKEEL_KILLS ?? 4);
const seed = Number(process.env.EVENKEEL_SEED ?? Date.now() % 1_000_000);
const timeout = 60_000 + 20_000 * kills;

const values = Object.fromEntries(
  Array.from({ length: 20_000 }, (_, i) => [
    `key ${i}`,
    Buffer.alloc(i % 200 === 0 ? 30_000 : 100),
  ]),
);

/** A backup, as a file. */
async function backupFile(): Promise<string> {
  const file = join(await temporaryDirectory(), 'x.evenkeel');
  await writeFile(file, backupWith(values));
  return file;
}

/** Runs the command to its end, and then kills it again and again in that time. */
async function kill(
  args: readonly string[],
  before: () => Promise<void>,
  after: (round: string) => Promise<void>,
): Promise<void> {
  const random = randomFrom(seed);
  await before();
  const beganMs = performance.now();
  const { code, stderr } = await runCommand(args);
  expect(code, stderr).toBe(0);
  const wholeMs = performance.now() - beganMs;
  await after('whole');
  for (let round = 0; round < kills; round++) {
    await before();
    const { child, ended } = startCommand(args);
    // Before that, Node starts.
    const delayMs = wholeMs * (0.2 + 0.8 * random());
    await sleep(delayMs);
    child.kill('SIGKILL');
    await ended;
    await after(
      `round ${round}, after ${Math.round(delayMs)} of ${Math.round(wholeMs)} ms, ${seed}`,
    );
  }
}

async function digestOf(directory: string): Promise<string | undefined> {
  return (await checkDirectory(directory)).digest?.toString('hex');
}

test('a backup has its name only if it is whole, and the server goes on', { timeout }, async () => {
  const data = join(await temporaryDirectory(), 'data');
  const file = await backupFile();
  expect((await runCommand(['restore', '--from', file, '--data', data])).code).toBe(0);
  const server = await startServer(data, ['--admin-port', '0']);
  const place = await temporaryDirectory();
  const named = async () => (await readdir(place)).filter((name) => !name.includes('.part-'));
  await kill(
    ['backup', '--url', server.adminUrl, '--to', place],
    async () => {
      for (const name of await named()) await rm(join(place, name));
    },
    async (round) => {
      for (const name of await named()) {
        const { code, stderr } = await runCommand(['check', join(place, name)]);
        expect(code, `${round}: ${stderr}`).toBe(0);
      }
    },
  );
  await put(server.url, 'still', 'here');
  await server.end('SIGTERM');
  expect((await checkDirectory(data)).damages).toEqual([]);
});

test('a server that is killed leaves no backup, and the command says so', { timeout }, async () => {
  const data = join(await temporaryDirectory(), 'data');
  await runCommand(['restore', '--from', await backupFile(), '--data', data]);
  const server = await startServer(data, ['--admin-port', '0']);
  const place = await temporaryDirectory();
  const backup = startCommand(['backup', '--url', server.adminUrl, '--to', place]);
  while ((await readdir(place)).length === 0) await sleep(5);
  await server.end('SIGKILL');
  expect((await backup.ended).code).toBe(1);
  expect(backup.stderr()).toMatch(/^evenkeel: the connection to http:\S+ failed: [^\n]+\n$/);
  expect(await readdir(place)).toEqual([]);
  expect((await checkDirectory(data)).damages).toEqual([]);
});

test('a restored store is whole, or not there', { timeout }, async () => {
  const file = await backupFile();
  const place = await temporaryDirectory();
  const data = join(place, 'data');
  let whole: string | undefined;
  await kill(
    ['restore', '--from', file, '--data', data],
    () => rm(data, { recursive: true, force: true }),
    async (round) => {
      if (!existsSync(join(data, 'data.mdb'))) return;
      whole ??= await digestOf(data);
      expect(await digestOf(data), round).toBe(whole);
    },
  );
  expect(whole).toBeDefined();
  // The leftovers of the last one are not in the way of the next.
  await runCommand(['restore', '--from', file, '--data', data]);
  expect(await readdir(data)).toEqual(['data.mdb']);
});

test('a compacted store has all that it had, whenever that was', { timeout }, async () => {
  const [data, original] = [await temporaryDirectory(), join(await temporaryDirectory(), 'data')];
  await runCommand(['restore', '--from', await backupFile(), '--data', original]);
  const whole = await digestOf(original);
  await kill(
    ['compact', data],
    async () => {
      await rm(data, { recursive: true, force: true });
      await cp(original, data, { recursive: true });
    },
    async (round) => expect(await digestOf(data), round).toBe(whole),
  );
  expect((await runCommand(['compact', data])).code).toBe(0);
  expect((await readdir(data)).filter((name) => name.includes('-new-'))).toEqual([]);
});
