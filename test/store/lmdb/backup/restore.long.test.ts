/** A restored store is the one that was backed up, or it is not there. */
import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { BackupReader } from '#dist/store/backup/backup-reader.js';
import { compactDirectory } from '#dist/store/lmdb/backup/compact.js';
import { restoreDirectory } from '#dist/store/lmdb/backup/restore.js';
import { checkDirectory } from '#dist/store/lmdb/check/directory-check.js';
import { openLmdb } from '#dist/store/lmdb/open-lmdb.js';
import type { Entity, Store } from '#dist/store/store.js';
import { backupOf, backupWith, inPieces, restored } from '../../../support/backups.js';
import { temporaryDirectory } from '../../../support/directory.js';
import { filledDirectory } from '../../../support/filled-directory.js';
import { startChild } from '../child/child.js';

const clockMs = 1_700_000_000_000;

/** All of an entity; its value by its SHA-256, which is compared faster. */
type Seen = Omit<Entity, 'key' | 'value'> & { readonly key: string; readonly value: string };

async function entitiesOf(store: Store): Promise<Seen[]> {
  const entities: Seen[] = [];
  for await (const page of store.range({ start: Buffer.from([0]) }))
    for (const { key, value, ...rest } of page) {
      const digest = createHash('sha256').update(value).digest('hex');
      entities.push({ ...rest, key: Buffer.from(key).toString(), value: digest });
    }
  return entities;
}

async function open(directory: string): Promise<Store> {
  const store = await openLmdb({ directory, now: () => clockMs });
  onTestFinished(() => store.close());
  return store;
}

function restore(backup: Uint8Array, directory: string, isReplacing = false) {
  return restoreDirectory(new BackupReader(inPieces(backup)), { directory, isReplacing });
}

/** Values of all sizes, with and without expiry and fields. */
async function fill(store: Store, count: number): Promise<void> {
  const random = fc.sample(fc.nat(2 ** 31 - 1), { numRuns: count, seed: 42 });
  await Promise.all(
    random.map((number, i) => {
      const bytes = i % 50 === 0 ? number % 400_000 : i % 7 === 0 ? number % 9000 : number % 200;
      const ttl = i % 3 === 0 ? { ttlMs: 1000 + (number % 1_000_000) } : {};
      const fields = i % 5 === 0 ? { fields: { contentType: `text/x-${number % 9}` } } : {};
      const value = [Buffer.alloc(bytes, i)];
      return store.put(Buffer.from(`key ${number}`), value, { ...ttl, ...fields });
    }),
  );
}

test('it has the same entities: keys, values, versions, times of expiry and fields', async () => {
  const source = await open(await temporaryDirectory());
  await fill(source, 400);
  const copy = await open(await restored(await backupOf(source)));
  expect(await entitiesOf(copy)).toEqual(await entitiesOf(source));
});

test('its expiry index is right: what expires is removed, and nothing else', async () => {
  const source = await open(await temporaryDirectory());
  await fill(source, 300);
  const directory = await restored(await backupOf(source));
  const later = await openLmdb({
    directory,
    now: () => clockMs + 2_000_000,
    sweepIntervalMs: 5,
  });
  const stay = (await entitiesOf(source)).filter(({ expiresMs }) => expiresMs === undefined);
  expect(await entitiesOf(later)).toEqual(stay);
  await expect.poll(async () => await storedEntities(later)).toBe(stay.length);
  await later.close();
  expect((await checkDirectory(directory)).damages).toEqual([]);
});

test('its versions go on above those that it has', async () => {
  const source = await open(await temporaryDirectory());
  const { version } = await source.put(Buffer.from('one'), [Buffer.from('1')]);
  const directory = await restored(await backupOf(source));
  const behind = await openLmdb({ directory, now: () => clockMs - 3_600_000 });
  onTestFinished(() => behind.close());
  const next = await behind.put(Buffer.from('one'), [Buffer.from('2')]);
  expect(next.version).toBeGreaterThan(version);
});

test('its file has full pages: it is hardly larger than what is in it', async () => {
  const values = Object.fromEntries(
    Array.from({ length: 20_000 }, (_, i) => [`key ${100_000 + i}`, Buffer.alloc(100, i)]),
  );
  const directory = await restored(backupWith(values));
  const report = await checkDirectory(directory);
  const { length } = await readFile(join(directory, 'data.mdb'));
  // 1.25 MiB stay for deletions.
  expect(length - 320 * 4096).toBeLessThan(1.15 * report.bytes);
});

test('nothing but the data file is left in the directory', async () => {
  expect(await readdir(await restored(backupWith({ a: Buffer.from('1') })))).toEqual(['data.mdb']);
});

describe('the directory is left as it was', () => {
  const backup = backupWith({ a: Buffer.from('1'), b: Buffer.alloc(300_000, 'b') });

  async function isAsBefore(directory: string, work: () => Promise<unknown>): Promise<void> {
    const before = await contentsOf(directory);
    await work();
    expect(await contentsOf(directory)).toEqual(before);
  }

  test('if it has a store, or what may be the rest of one', async () => {
    for (const name of ['data.mdb', 'journal-0', 'journal-slot-3']) {
      const directory = await temporaryDirectory();
      await writeFile(join(directory, name), 'something');
      await isAsBefore(directory, () =>
        expect(restore(backup, directory)).rejects.toMatchObject({
          code: 'unusable',
          message: expect.stringContaining(name),
        }),
      );
    }
  });

  test('if a server has it open, also if it is to be replaced', async () => {
    const directory = await temporaryDirectory();
    await open(directory);
    await expect(restore(backup, directory, true)).rejects.toMatchObject({ code: 'in-use' });
    const child = await startChild('./holder.mjs');
    const other = await temporaryDirectory();
    await child.ask({ do: 'open', directory: other });
    await expect(restore(backup, other, true)).rejects.toMatchObject({ code: 'in-use' });
  });

  test('if the backup is cut or changed anywhere', async () => {
    const directory = await temporaryDirectory();
    const changes = fc.record({
      at: fc.nat(backup.length - 1),
      mask: fc.integer({ min: 1, max: 255 }),
    });
    await isAsBefore(directory, async () => {
      for (const { at, mask } of fc.sample(changes, 40)) {
        const changed = Buffer.from(backup);
        changed[at] = (changed[at] as number) ^ mask;
        await expect(restore(changed, directory), `byte ${at} ^ ${mask}`).rejects.toThrow();
        await expect(restore(backup.subarray(0, at), directory)).rejects.toThrow();
      }
    });
  });

  test('if it was not there, and the backup is damaged', async () => {
    const place = await temporaryDirectory();
    const cut = backup.subarray(0, 1000);
    await isAsBefore(place, () =>
      expect(restore(cut, join(place, 'new'))).rejects.toMatchObject({ code: 'damaged' }),
    );
  });

  test('if it is to be replaced, and the backup is damaged', async () => {
    const directory = await filledDirectory(['old']);
    await isAsBefore(directory, () =>
      expect(restore(backup.subarray(0, 1000), directory, true)).rejects.toMatchObject({
        code: 'damaged',
      }),
    );
  });
});

test('a store that is replaced is gone, with what was in its journal', async () => {
  const child = await startChild('./holder.mjs');
  const directory = await temporaryDirectory();
  await child.ask({ do: 'open', directory });
  await child.ask({ do: 'put', key: 'in the journal', value: 'x' });
  await child.kill();
  await restore(backupWith({ a: Buffer.from('1') }), directory, true);
  const store = await open(directory);
  expect((await entitiesOf(store)).map(({ key }) => key)).toEqual(['a']);
});

describe('compact', () => {
  test('keeps each entity, and gives free pages back', async () => {
    const directory = await temporaryDirectory();
    const filled = await openLmdb({ directory, now: () => clockMs });
    await fill(filled, 400);
    for (let i = 0; i < 300; i++) await filled.delete(Buffer.from(`none ${i}`));
    // So that the data file has all of them: the journal takes no deleted entity there.
    await filled.close();
    const store = await openLmdb({ directory, now: () => clockMs });
    const all = await entitiesOf(store);
    const kept = all.filter((_, i) => i % 4 === 0);
    await Promise.all(
      all.filter((_, i) => i % 4 !== 0).map(({ key }) => store.delete(Buffer.from(key))),
    );
    await store.close();
    const { entities, bytesBefore, bytesAfter } = await compactDirectory(directory, {});
    expect(entities).toBe(kept.length);
    expect(bytesAfter).toBeLessThan(bytesBefore / 2);
    expect((await checkDirectory(directory)).damages).toEqual([]);
    expect(await entitiesOf(await open(directory))).toEqual(kept);
  });

  test('takes in what a killed server left in the journal', async () => {
    const child = await startChild('./holder.mjs');
    const directory = await temporaryDirectory();
    await child.ask({ do: 'open', directory });
    await child.ask({ do: 'put', key: 'small', value: 'x' });
    await child.ask({ do: 'put', key: 'large', value: 'L', valueBytes: 300_000 });
    await child.kill();
    await compactDirectory(directory, {});
    const store = await open(directory);
    expect((await store.get(Buffer.from('small')))?.value.toString()).toBe('x');
    expect((await store.get(Buffer.from('large')))?.value.length).toBe(300_000);
  });

  test('leaves the directory of a server that runs, and one without a store', async () => {
    const directory = await temporaryDirectory();
    await open(directory);
    await expect(compactDirectory(directory, {})).rejects.toMatchObject({ code: 'in-use' });
    const empty = await temporaryDirectory();
    await expect(compactDirectory(empty, {})).rejects.toMatchObject({ code: 'unusable' });
    expect(await readdir(empty)).toEqual([]);
  });
});

async function contentsOf(directory: string): Promise<Map<string, string>> {
  const contents = new Map<string, string>();
  for (const name of await readdir(directory))
    if (!name.endsWith('-lock'))
      contents.set(name, await readFile(join(directory, name), 'base64'));
  return contents;
}

/** Those that expired and were removed are not among them. */
async function storedEntities(store: Store): Promise<number | undefined> {
  const reader = new BackupReader(inPieces(await backupOf(store)));
  for await (const _ of reader.blocks());
  return reader.end?.entities;
}
