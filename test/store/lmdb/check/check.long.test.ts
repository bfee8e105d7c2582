/** A check finds what is damaged, says where it is, and finds nothing in a store that is whole. */
import { open, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { compactDirectory } from '#dist/store/lmdb/backup/compact.js';
import { checkDirectory } from '#dist/store/lmdb/check/directory-check.js';
import { openDatabases, openRoot } from '#dist/store/lmdb/file/environment.js';
import { reservePages } from '#dist/store/lmdb/file/preallocation.js';
import { openLmdb } from '#dist/store/lmdb/open-lmdb.js';
import { temporaryDirectory } from '../../../support/directory.js';
import { filledDirectory } from '../../../support/filled-directory.js';
import { randomFrom } from '../../../support/random.js';
import { startChild } from '../child/child.js';
import { copyOf, killAfter } from '../journal/killed-store.js';

const seed = Number(process.env.EVENKEEL_SEED ?? Date.now() % 1_000_000);
const flips = Number(process.env.EVENKEEL_FLIPS ?? 60);

describe('a store that is whole', () => {
  test('is found so after any writes, deletions and expiries', async () => {
    const random = randomFrom(seed);
    const directory = await temporaryDirectory();
    let nowMs = 1_700_000_000_000;
    for (let round = 0; round < 4; round++) {
      const store = await openLmdb({
        directory,
        now: () => nowMs,
        sweepIntervalMs: 20,
        journal: { maxSegmentBytes: 512 * 1024, maxAgeMs: 200 },
      });
      for (let batch = 0; batch < 6; batch++) {
        const writes = Array.from({ length: 300 }, () => {
          const key = Buffer.from(`key ${Math.floor(random() * 4000)}`);
          const kind = random();
          if (kind < 0.25) return store.delete(key);
          const bytes = kind > 0.995 ? 400_000 : kind > 0.9 ? 9000 : 300;
          const ttl = kind < 0.45 ? { ttlMs: 1 + Math.floor(random() * 20_000) } : {};
          return store.put(key, [Buffer.alloc(Math.floor(random() * bytes))], ttl);
        });
        await Promise.all(writes);
        nowMs += 3000;
      }
      await store.close();
      const { damages, journalWrites } = await checkDirectory(directory);
      expect(damages, `EVENKEEL_SEED=${seed}`).toEqual([]);
      expect(journalWrites).toBe(0);
    }
  });

  test('is found so after kill -9, with the writes in its journal', async () => {
    const directory = await killAfter([
      ['one', 'a', 100],
      ['two', 'b', 300_000],
      ['one', 'c', 10],
    ]);
    expect(await checkDirectory(directory)).toMatchObject({ damages: [], journalWrites: 3 });
  });

  test('is found so if it is new', async () => {
    const directory = await filledDirectory([]);
    expect(await checkDirectory(directory)).toMatchObject({ damages: [], entities: 0 });
  });

  test('is not changed', async () => {
    const directory = await killAfter([['one', 'a', 100]]);
    const before = await readFile(join(directory, 'data.mdb'));
    await checkDirectory(directory);
    expect((await readFile(join(directory, 'data.mdb'))).equals(before)).toBe(true);
  });
});

describe('a store that can not be checked', () => {
  test('is that of a server that runs', async () => {
    const directory = await temporaryDirectory();
    const child = await startChild('./holder.mjs');
    await child.ask({ do: 'open', directory });
    await expect(checkDirectory(directory)).rejects.toMatchObject({ code: 'in-use' });
  });

  test('is one that is not there', async () => {
    const directory = await temporaryDirectory();
    await expect(checkDirectory(directory)).rejects.toMatchObject({
      code: 'unusable',
      message: `no store is in ${directory}`,
    });
  });
});

/** Enough for branches, large records and an expiry index. */
async function someDirectory(): Promise<string> {
  const directory = await temporaryDirectory();
  const store = await openLmdb({ directory });
  await Promise.all(
    Array.from({ length: 1500 }, (_, i) =>
      store.put(
        Buffer.from(`key ${i * 7919}`),
        [Buffer.alloc(i % 100 === 0 ? 20_000 : 120, i)],
        i % 4 === 0 ? { ttlMs: 1_000_000 + i } : {},
      ),
    ),
  );
  await Promise.all(
    Array.from({ length: 200 }, (_, i) => store.delete(Buffer.from(`key ${i * 5 * 7919}`))),
  );
  await store.close();
  return directory;
}

test('a changed byte in a record is found, with its key and about its offset', async () => {
  const directory = await filledDirectory(['alpha', 'beta']);
  const file = join(directory, 'data.mdb');
  const bytes = await readFile(file);
  const at = bytes.lastIndexOf('beta');
  bytes[at] = 0x42;
  await writeFile(file, bytes);
  const { damages, digest } = await checkDirectory(directory);
  expect(damages).toHaveLength(1);
  const [damage] = damages;
  expect(damage).toMatchObject({ file, what: 'the record fails its checksum' });
  expect(damage?.key?.toString().toLowerCase()).toBe('beta');
  expect(Math.abs((damage?.offset ?? 0) - at)).toBeLessThan(4096);
  expect(digest).toBeUndefined();
});

test(`${flips} changed bytes are each found, or change nothing that anybody reads`, {
  timeout: 60_000 + 100 * flips,
}, async () => {
  const directory = await someDirectory();
  // Its file is in use but for the reserve at its end.
  await compactDirectory(directory, {});
  const file = join(directory, 'data.mdb');
  const before = await checkDirectory(directory);
  expect(before.damages).toEqual([]);
  const size = (await stat(file)).size - reservePages * 4096;
  const handle = await open(file, 'r+');
  onTestFinished(() => handle.close());
  const change = fc.record({
    at: fc.noBias(fc.integer({ min: 0, max: size - 1 })),
    mask: fc.integer({ min: 1, max: 255 }),
  });
  let found = 0;
  for (const { at, mask } of fc.sample(change, { seed, numRuns: flips })) {
    const byte = Buffer.alloc(1);
    await handle.read(byte, 0, 1, at);
    await handle.write(Buffer.from([(byte[0] as number) ^ mask]), 0, 1, at);
    const after = await checkDirectory(directory);
    await handle.write(byte, 0, 1, at);
    if (after.damageCount > 0) found++;
    // The version ceiling has no checksum. A higher one does no harm.
    else
      expect({ ...after, meta: before.meta }, `byte ${at} ^ ${mask}, seed ${seed}`).toEqual(before);
  }
  expect(found).toBeGreaterThan(flips / 2);
});

test('a tree that disagrees with the other is found', async () => {
  const directory = await someDirectory();
  const { root, expiry } = openDatabases(openRoot(directory));
  const [first] = Array.from(expiry.getKeys({ limit: 1 }));
  expiry.removeSync(first as Buffer);
  await root.close();
  const { damages } = await checkDirectory(directory);
  expect(damages.map(({ what }) => what)).toEqual([
    expect.stringMatching(/^\d+ entities expire, and the expiry index has \d+$/),
  ]);
});

test('a file that was cut short is found', async () => {
  const directory = await someDirectory();
  const handle = await open(join(directory, 'data.mdb'), 'r+');
  await handle.truncate(100_000);
  await handle.close();
  expect((await checkDirectory(directory)).damageCount).toBeGreaterThan(0);
});

test('a damaged frame of the journal is found, with its file and offset', async () => {
  const directory = await killAfter([
    ['one', 'a', 100],
    ['two', 'b', 100],
  ]);
  const copy = await copyOf(directory);
  const file = join(copy, 'journal-0');
  const bytes = await readFile(file);
  const at = bytes.indexOf('aaaa');
  bytes[at] = 0x62;
  await writeFile(file, bytes);
  const { damages } = await checkDirectory(copy);
  expect(damages).toHaveLength(1);
  expect(damages[0]?.what).toMatch(/journal-0 .*offset \d+/);
});
