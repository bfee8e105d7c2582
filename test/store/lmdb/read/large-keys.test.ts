/** Keys of large values, while an expired entity waits for the sweeper. */
import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { dataFile } from '#dist/store/lmdb/file/environment.js';
import { openLmdb } from '#dist/store/lmdb/open-lmdb.js';
import { temporaryDirectory } from '../../../support/directory.js';
import { bytes, openAt, outcome } from '../../suite/factory.js';

const MiB = 1024 * 1024;

test('are told and removed without their values, so a damaged one is in nobody’s way', async () => {
  const directory = await temporaryDirectory();
  const clock = { ms: Date.UTC(2026, 0, 1) };
  const open = () =>
    openAt({
      open: () => openLmdb({ directory, now: () => clock.ms, sweepIntervalMs: 2 ** 31 - 1 }),
    });
  const first = await open();
  const marker = randomBytes(100);
  const large = [Buffer.alloc(MiB)];
  await first.put(bytes('a expired'), [bytes('v')], { ttlMs: 10_000 });
  await first.put(bytes('b expired'), large, { ttlMs: 10_000 });
  await first.put(bytes('c damaged'), [...large, marker, ...large]);
  await first.put(bytes('d expires later'), large, { ttlMs: 20_000 });
  await first.put(bytes('e small'), [bytes('v')]);
  await first.close();
  const data = await readFile(dataFile(directory));
  const at = data.indexOf(marker);
  expect(at).toBeGreaterThan(0);
  data[at] = (data[at] as number) ^ 1;
  await writeFile(dataFile(directory), data);

  clock.ms += 15_000;
  const store = await open();
  expect(await outcome(() => store.get(bytes('c damaged')))).toBe('damaged');
  const taken: number[] = [];
  const allowance = {
    slice: async () => 1000,
    take: (memory: number) => void taken.push(memory),
    give: () => {},
  };
  const range = { start: bytes('a') };
  const keys: string[] = [];
  for await (const page of store.keys(range, allowance))
    keys.push(...page.map((key) => Buffer.from(key).toString()));
  expect(keys).toEqual(['c damaged', 'd expires later', 'e small']);
  expect(await store.deleteRange(range, allowance)).toBe(3);
  expect(taken).toEqual([]);
  expect(await store.get(bytes('c damaged'))).toBeUndefined();
  for await (const page of store.keys(range)) expect(page).toEqual([]);
});
