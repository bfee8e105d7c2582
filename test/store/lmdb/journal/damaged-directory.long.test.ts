/**
 * The files of the journal as a person, a backup or a disk may leave them, while what they hold is
 * needed, and while it is not. A store that can't be whole refuses in one line that names the file.
 */
import { execFileSync } from 'node:child_process';
import {
  chmod,
  chown,
  copyFile,
  mkdir,
  readdir,
  readFile,
  rm,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  formatKey,
  formatWithoutFields,
  journalKey,
  openDatabases,
  openRoot,
} from '#dist/store/lmdb/file/environment.js';
import { openLmdb } from '#dist/store/lmdb/open-lmdb.js';
import { writeUint64 } from '#dist/store/record.js';
import { openAt, put, value } from '../../suite/factory.js';
import { startChild } from '../child/child.js';
import { copyOf, journalStateOf, KiB, killAfter, type Put } from './killed-store.js';

const onPosix = process.platform !== 'win32';
const isRoot = process.getuid?.() === 0;
const nobody = 65_534;

/** Fills the first segment, and a part of the second. */
const puts: Put[] = [
  ...Array.from({ length: 7 }, (_, i): Put => [`key ${i}`, 'v', 40 * KiB]),
  ['large', 'L', 300 * KiB],
  ['last', 'x', 1],
];

function openHere(directory: string) {
  return openAt({ open: () => openLmdb({ directory }) });
}

async function expectRefused(
  directory: string,
  code: 'damaged' | 'unusable',
  message: RegExp,
): Promise<void> {
  const opening = openLmdb({ directory });
  await expect(opening).rejects.toMatchObject({
    code,
    message: expect.stringMatching(message),
  });
  await expect(opening).rejects.toMatchObject({ message: expect.not.stringContaining('\n') });
}

describe('while the journal is needed', () => {
  test.each([0, 1])('journal-%i that is cut off or missing is refused', async (number) => {
    const directory = await killAfter(puts);
    const name = `journal-${number}`;
    for (const bytes of [64 * KiB, 4 * KiB, 31, 0]) {
      const copy = await copyOf(directory);
      await truncate(join(copy, name), bytes);
      const what = bytes < 32 ? 'its header, at offset 0, is damaged' : `it has ${bytes} bytes`;
      await expectRefused(copy, 'damaged', new RegExp(`/${name} .*${what}`));
    }
    await rm(join(directory, name));
    await expectRefused(directory, 'damaged', new RegExp(`/${name} .*it is missing`));
  });

  test('a slot that is cut off or missing is refused', async () => {
    const directory = await killAfter(puts);
    const copy = await copyOf(directory);
    await truncate(join(copy, 'journal-slot-0'), 200 * KiB);
    await expectRefused(copy, 'damaged', /journal-slot-0 .*the value at offset 0 fails/);
    await rm(join(directory, 'journal-slot-0'));
    await expectRefused(directory, 'damaged', /journal-slot-0 .*it is missing/);
  });

  test('files of another store are refused', async () => {
    const directory = await killAfter(puts);
    const other = await killAfter(puts);
    await copyFile(join(other, 'journal-1'), join(directory, 'journal-1'));
    await expectRefused(directory, 'damaged', /journal-1 .*belongs to another store/);
  });

  test('files that have changed places are refused', async () => {
    const directory = await killAfter(puts);
    await copyFile(join(directory, 'journal-1'), join(directory, 'journal-0'));
    await expectRefused(directory, 'damaged', /journal-0 .*belongs to another store/);
  });

  test('a file of an earlier time of the same store is refused', async () => {
    const directory = await killAfter(puts);
    const before = await readFile(join(directory, 'journal-0'));
    const child = await startChild('./holder.mjs');
    await child.ask({ do: 'open', directory });
    await child.ask({ do: 'close' });
    await child.ask({ do: 'open', directory });
    await child.ask({ do: 'put', key: 'later', value: 'x' });
    await child.kill();
    await writeFile(join(directory, 'journal-0'), before);
    await expectRefused(directory, 'damaged', /journal-0 .*another time of this one/);
  });

  test('a data file that says so no more, or not rightly, is refused', async () => {
    const directory = await killAfter(puts);
    const changed = Buffer.alloc(24, 1);
    const format = Buffer.alloc(8);
    writeUint64(format, 0, formatWithoutFields);
    for (const [key, bytes] of [
      [journalKey, changed],
      [journalKey, undefined],
      [formatKey, format],
      [formatKey, undefined],
    ] as const) {
      const copy = await copyOf(directory);
      const { root, meta } = openDatabases(openRoot(copy));
      await (bytes ? meta.put(key, bytes) : meta.remove(key));
      await root.close();
      await expectRefused(copy, 'damaged', /data\.mdb is damaged: .*journal has changed/);
    }
  });

  test('segments that were larger than they may be now are read whole', async () => {
    const directory = await killAfter(puts, { maxSegmentBytes: 1024 * KiB, maxAgeMs: 60_000 });
    const journal = { maxSegmentBytes: 128 * KiB };
    const store = await openAt({ open: () => openLmdb({ directory, journal }) });
    for (const [key, filler, bytes] of puts)
      expect(await value(store, key)).toBe(filler.repeat(bytes));
  });

  test('slots that no frame refers to are removed', async () => {
    const directory = await killAfter(puts);
    await writeFile(join(directory, 'journal-slot-7'), 'left over');
    const store = await openHere(directory);
    expect(await readdir(directory)).not.toContain('journal-slot-7');
    expect(await value(store, 'large')).toBe('L'.repeat(300 * KiB));
    await store.close();
    expect((await readdir(directory)).sort()).toEqual([
      'data.mdb',
      'data.mdb-lock',
      'journal-0',
      'journal-1',
    ]);
  });
});

describe('while the journal is not needed', () => {
  test('a data file opens beside a stale journal, and begins it again', async () => {
    const stale = await killAfter(puts);
    const clean = await killAfter([]);
    const store = await openHere(clean);
    await put(store, 'last', 'clean');
    await store.close();
    for (const name of ['journal-0', 'journal-1', 'journal-slot-0'])
      await copyFile(join(stale, name), join(clean, name));
    const child = await startChild('./holder.mjs');
    expect(await child.ask({ do: 'open', directory: clean })).toEqual({});
    expect(await child.ask({ do: 'get', key: 'last' })).toEqual({ value: 'clean' });
    expect(await child.ask({ do: 'get', key: 'large' })).toEqual({});
    expect(await child.ask({ do: 'put', key: 'new', value: 'one' })).toEqual({});
    await child.kill();
    const again = await openHere(clean);
    expect(await value(again, 'new')).toBe('one');
    expect(await value(again, 'last')).toBe('clean');
    expect(await value(again, 'large')).toBeUndefined();
  });

  test('a data file is all that a clean close needs', async () => {
    const directory = await killAfter(puts);
    await (await openHere(directory)).close();
    expect(await journalStateOf(directory)).toBeUndefined();
    for (const name of await readdir(directory))
      if (name !== 'data.mdb') await rm(join(directory, name));
    const store = await openHere(directory);
    for (const [key, filler, bytes] of puts)
      expect(await value(store, key)).toBe(filler.repeat(bytes));
  });
});

describe.runIf(onPosix)('a file of the journal that is none is refused', () => {
  test.each(['journal-0', 'journal-1', 'journal-slot-0'])('%s', async (name) => {
    const odd: ((path: string) => Promise<unknown> | unknown)[] = [
      (path) => mkdir(path),
      (path) => execFileSync('mkfifo', [path]),
      (path) => symlink('/dev/zero', path),
    ];
    const needed = await killAfter(puts);
    for (const make of odd)
      for (const directory of [await copyOf(needed), await killAfter([])]) {
        const path = join(directory, name);
        await rm(path, { force: true });
        await make(path);
        await expectRefused(directory, 'unusable', new RegExp(`^${path} is not a file`));
      }
  });

  test.each(['journal-0', 'journal-slot-0'])('%s that may not be read', async (name) => {
    const directory = await killAfter(puts);
    const path = join(directory, name);
    await chmod(path, 0);
    // Root may read everything.
    if (isRoot)
      for (const each of ['.', 'data.mdb', 'data.mdb-lock', 'journal-0', 'journal-1'])
        await chown(join(directory, each), nobody, nobody);
    const child = await startChild('./holder.mjs');
    if (isRoot) expect(await child.ask({ do: 'become', user: nobody })).toEqual({});
    expect(await child.ask({ do: 'open', directory })).toMatchObject({
      code: 'unusable',
      message: expect.stringMatching(new RegExp(`${path} can't be used: this user may not`)),
    });
  });
});
