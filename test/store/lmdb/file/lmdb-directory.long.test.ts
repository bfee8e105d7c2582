/**
 * A directory that can't be used, or whose file is not what this code wrote, is refused with an
 * error that says so.
 */
import { mkdir, open, readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dataFile, formatKey, openDatabases, openRoot } from '#dist/store/lmdb/file/environment.js';
import { openLmdb } from '#dist/store/lmdb/open-lmdb.js';
import { writeUint64 } from '#dist/store/record.js';
import { temporaryDirectory } from '../../../support/directory.js';
import { bytes, numbered, openAt, outcome, put, value } from '../../suite/factory.js';
import { startChild } from '../child/child.js';

const opening = (directory: string) => outcome(async () => (await openLmdb({ directory })).close());

/** The data file of a closed store of some size, with overwritten values. */
let filled: Buffer;

beforeAll(async () => {
  const directory = await temporaryDirectory((remove) => removals.push(remove));
  const store = await openLmdb({ directory });
  for (let i = 0; i < 3; i++)
    await Promise.all(
      numbered(200).map((key) => put(store, key, 'v'.repeat(i === 2 ? 5000 : 500))),
    );
  await store.close();
  filled = await readFile(dataFile(directory));
});
const removals: (() => Promise<void>)[] = [];
afterAll(() => Promise.all(removals.map((remove) => remove())));

async function filledDirectory(): Promise<string> {
  const directory = await temporaryDirectory();
  await writeFile(dataFile(directory), filled);
  return directory;
}

/** In a meta page. */
const trees = 48;
const lastPage = 144;
const txnId = 152;

/** Where the meta pages begin and of which commits they are, the newer one first. */
function metaOrder(file: Buffer): [at: number, commit: bigint][] {
  const metas = [0, 4096].map((at): [number, bigint] => [at, file.readBigUInt64LE(at + txnId)]);
  return metas.sort(([, a], [, b]) => Number(b - a));
}

async function overwrite(file: string, at: number, content: Uint8Array): Promise<void> {
  const handle = await open(file, 'r+');
  await handle.write(content, 0, content.length, at);
  await handle.close();
}

describe("a directory that can't be used is 'unusable'", () => {
  test('when it is a file, or below one', async () => {
    const file = join(await temporaryDirectory(), 'file');
    await writeFile(file, 'text');
    expect(await opening(file)).toBe('unusable');
    expect(await opening(join(file, 'below'))).toBe('unusable');
    expect(await readFile(file, 'utf8')).toBe('text');
  });

  // In a process of its own: where mkdir says ENOENT below a directory that is there, Node's
  // recursive one never returns.
  test.runIf(process.platform === 'linux')("when the system can't make it", async () => {
    const child = await startChild('./holder.mjs');
    for (const directory of ['/dev/null/nope', '/sys/nope', '/proc/nope', '/proc/nope/below'])
      expect(await child.ask({ do: 'open', directory }), directory).toMatchObject({
        code: 'unusable',
      });
  });

  test('when its data file is a directory', async () => {
    const directory = await temporaryDirectory();
    await mkdir(dataFile(directory));
    expect(await opening(directory)).toBe('unusable');
  });

  test('when a newer release wrote it, and it is left as it is', async () => {
    const directory = await filledDirectory();
    const env = openDatabases(openRoot(directory));
    const newer = Buffer.alloc(8);
    writeUint64(newer, 0, 4);
    env.meta.putSync(formatKey, newer);
    await env.root.close();
    const before = await readFile(dataFile(directory));
    await expect(openLmdb({ directory })).rejects.toMatchObject({
      code: 'unusable',
      message: /has format 4/,
    });
    expect(before.equals(await readFile(dataFile(directory)))).toBe(true);
    expect(await opening(directory)).toBe('unusable');
  });

  test('and names the directory and what to do', async () => {
    const file = join(await temporaryDirectory(), 'file');
    await writeFile(file, 'text');
    await expect(openLmdb({ directory: file })).rejects.toThrow(
      new RegExp(
        `the data directory ${file} can't be used: .* is a file\\. Choose another with --data`,
      ),
    );
  });
});

describe('a directory that can be used', () => {
  test('is made, with those above it, if it is not there', async () => {
    const directory = join(await temporaryDirectory(), 'one', 'two');
    const store = await openAt({ open: () => openLmdb({ directory }) });
    await put(store, 'a', 'one');
    expect((await stat(directory)).isDirectory()).toBe(true);
  });

  test('may hold a lock file that was cut or overwritten while no store was open', async () => {
    const directory = await filledDirectory();
    for (const content of ['', 'garbage', 'g'.repeat(5000)]) {
      await writeFile(`${dataFile(directory)}-lock`, content);
      const store = await openLmdb({ directory });
      expect(await value(store, 'key-0000')).toHaveLength(5000);
      await store.close();
    }
  });

  test('can be opened after it was refused and repaired', async () => {
    const directory = await filledDirectory();
    const whole = await readFile(dataFile(directory));
    await truncate(dataFile(directory), 20_000);
    expect(await opening(directory)).toBe('damaged');
    await writeFile(dataFile(directory), whole);
    const store = await openAt({ open: () => openLmdb({ directory }) });
    expect(await value(store, 'key-0199')).toHaveLength(5000);
  });
});

describe("a data file that is not as it was written is 'damaged'", () => {
  test.each([1, 100, 4095, 4096, 4200, 8192, 20_000, 65_536])('cut to %d bytes', async (length) => {
    const directory = await filledDirectory();
    await truncate(dataFile(directory), length);
    expect(await opening(directory)).toBe('damaged');
    expect(await opening(directory)).toBe('damaged');
  });

  test('cut within the last page that it counts, or before it', async () => {
    const directory = await filledDirectory();
    const root = openRoot(directory);
    const { lastPageNumber } = root.getStats() as { lastPageNumber: number };
    await root.close();
    for (const length of [lastPageNumber * 4096 + 4095, lastPageNumber * 4096]) {
      await truncate(dataFile(directory), length);
      expect(await opening(directory), `${length} bytes`).toBe('damaged');
    }
  });

  test.each([
    ['text', bytes('some other text\n')],
    ['zeros', Buffer.alloc(65_536)],
    ['0xff', Buffer.alloc(65_536, 0xff)],
    ['a long text', Buffer.alloc(300_000, 'some other text\n')],
  ])('replaced by %s', async (_, content) => {
    const directory = await temporaryDirectory();
    await writeFile(dataFile(directory), content);
    expect(await opening(directory)).toBe('damaged');
    expect(content.equals(await readFile(dataFile(directory)))).toBe(true);
  });

  test.each([0, 4096])('with the meta page at %d overwritten, by zeros or by noise', async (at) => {
    for (const fill of [0, 0xff, 'noise']) {
      const directory = await filledDirectory();
      await overwrite(dataFile(directory), at, Buffer.alloc(4096, fill));
      expect(await opening(directory)).toBe('damaged');
    }
  });

  // lmdb crashes at it, whichever meta page is newer.
  test('with the flag of an encrypted file in the first meta page', async () => {
    const directory = await filledDirectory();
    await overwrite(dataFile(directory), trees + 4, Buffer.of(0x08, 0x60));
    expect(await opening(directory)).toBe('damaged');
  });

  test('when it is empty, also beside a lock file', async () => {
    const directory = await temporaryDirectory();
    await (await openLmdb({ directory })).close();
    await writeFile(dataFile(directory), '');
    expect(await opening(directory)).toBe('damaged');
    expect((await stat(dataFile(directory))).size).toBe(0);
  });

  test('when the newer meta page has the number of the commit before the last', async () => {
    // The next commit makes the file longer, so the two meta pages differ in more than the number.
    const directory = await filledDirectory();
    const store = await openLmdb({ directory });
    await put(store, 'more', 'v'.repeat(3_000_000));
    await store.close();
    const file = await readFile(dataFile(directory));
    const [newer = 0, number = 0n] = metaOrder(file)[0] ?? [];
    // The last commit is empty; it counts the pages of the one before.
    const older = 4096 - newer;
    for (const at of [newer, older]) {
      const changed = Buffer.from(file);
      changed.writeBigUInt64LE(changed.readBigUInt64LE(at + lastPage) + 1n, at + lastPage);
      changed.writeBigUInt64LE(at === newer ? number - 2n : number - 1n, at + txnId);
      await writeFile(dataFile(directory), changed);
      expect(await opening(directory), `the page at ${at}`).toBe('damaged');
    }
  });

  test('with the two meta pages the same', async () => {
    for (const [from, to] of [
      [0, 4096],
      [4096, 0],
    ] as const) {
      const directory = await filledDirectory();
      const page = (await readFile(dataFile(directory))).subarray(from, from + 4096);
      await overwrite(dataFile(directory), to, page);
      expect(await opening(directory)).toBe('damaged');
    }
  });

  test('and the message names the file and what to do', async () => {
    const directory = await temporaryDirectory();
    await writeFile(dataFile(directory), 'some other text');
    await expect(openLmdb({ directory })).rejects.toThrow(
      new RegExp(
        `${dataFile(directory)} is damaged, or not an Evenkeel data file: .* ` +
          'Restore the directory from a backup',
      ),
    );
  });
});

describe('a file whose last meta page was not written whole opens with the one before', () => {
  // LMDB writes the trees, the last page and the number with one call. After an error it writes
  // them again with the old page and number, which may fail too.
  test.each([
    ['the new trees', trees, lastPage],
    ['a part of the new trees', trees, trees + 70],
    ['noise behind the flags', trees + 2, lastPage],
  ])('%s with the old number', async (what, start, end) => {
    const directory = await filledDirectory();
    const [[newer] = [0], [older] = [0]] = metaOrder(filled);
    const bytesOf = what.startsWith('noise') ? Buffer.alloc(8192, 0xa5) : filled.subarray(newer);
    await overwrite(dataFile(directory), older + start + 4, bytesOf.subarray(start + 4, end));
    const store = await openAt({ open: () => openLmdb({ directory }) });
    for (const key of numbered(200)) expect(await value(store, key)).toHaveLength(5000);
    // The next commit overwrites that meta page, the one after it the other.
    for (let i = 0; i < 3; i++) await put(store, `new-${i}`, 'x');
    await store.close();
    const again = await openAt({ open: () => openLmdb({ directory }) });
    expect(await value(again, 'new-2')).toBe('x');
    expect(await value(again, 'key-0199')).toHaveLength(5000);
  });
});

describe('files are for their owner alone', () => {
  test('the directory, and all files that the store makes in it', async () => {
    const directory = join(await temporaryDirectory(), 'data');
    const store = await openAt({ open: () => openLmdb({ directory }) });
    await put(store, 'a', 'one');
    const modeOf = async (path: string) => (await stat(path)).mode & 0o777;
    expect(await modeOf(directory)).toBe(0o700);
    for (const name of ['data.mdb', 'data.mdb-lock', 'journal-0', 'journal-1', 'journal-slot-0'])
      expect(await modeOf(join(directory, name)), name).toBe(0o600);
  });

  test('and nothing else is left in the directory, also of a start that was killed', async () => {
    const directory = await temporaryDirectory();
    for (const name of ['-new-00ff00ff00ff', '-new-00ff00ff00ff-lock', '-probe-123'])
      await writeFile(dataFile(directory) + name, 'left');
    await writeFile(join(directory, 'data.mdb-new-notes.txt'), 'mine');
    await openAt({ open: () => openLmdb({ directory }) });
    expect((await readdir(directory)).sort()).toEqual([
      'data.mdb',
      'data.mdb-lock',
      'data.mdb-new-notes.txt',
      'journal-0',
      'journal-1',
      'journal-slot-0',
    ]);
  });
});
