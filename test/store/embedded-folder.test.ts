/** A folder that can't be used, or whose file is not what this code wrote, is refused with an error that says so. */
import { mkdir, open, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { dataFile, formatKey, openDatabases, openRoot } from '#dist/store/lmdb/file/environment.js';
import { openEmbedded } from '#dist/store/lmdb/open-lmdb.js';
import { writeUint64 } from '#dist/store/record.js';
import { temporaryFolder } from '../support/folder.js';
import { startChild } from './child/child.js';
import { bytes, numbered, openAt, outcome, put, value } from './suite/factory.js';

const opening = (folder: string) => outcome(async () => (await openEmbedded({ folder })).close());

/** A closed store of some size, with overwritten values. */
async function filledFolder(): Promise<string> {
  const folder = await temporaryFolder();
  const store = await openEmbedded({ folder });
  for (let i = 0; i < 3; i++)
    await Promise.all(
      numbered(200).map((key) => put(store, key, 'v'.repeat(i === 2 ? 5000 : 500))),
    );
  await store.close();
  return folder;
}

async function overwrite(file: string, at: number, content: Uint8Array): Promise<void> {
  const handle = await open(file, 'r+');
  await handle.write(content, 0, content.length, at);
  await handle.close();
}

describe("a folder that can't be used is 'unusable'", () => {
  test('when it is a file, or below one', async () => {
    const file = join(await temporaryFolder(), 'file');
    await writeFile(file, 'text');
    expect(await opening(file)).toBe('unusable');
    expect(await opening(join(file, 'below'))).toBe('unusable');
    expect(await readFile(file, 'utf8')).toBe('text');
  });

  // In a process of its own: where mkdir says ENOENT below a folder that is there, Node's recursive one never returns.
  test.runIf(process.platform === 'linux')(
    "when the system can't make it",
    async () => {
      const child = await startChild('./holder.mjs');
      for (const folder of ['/dev/null/nope', '/sys/nope', '/proc/nope', '/proc/nope/below'])
        expect(await child.ask({ do: 'open', folder }), folder).toMatchObject({ code: 'unusable' });
    },
    4000,
  );

  test('when its data file is a folder', async () => {
    const folder = await temporaryFolder();
    await mkdir(dataFile(folder));
    expect(await opening(folder)).toBe('unusable');
  });

  test('when a newer release wrote it, and it is left as it is', async () => {
    const folder = await filledFolder();
    const env = openDatabases(openRoot(folder));
    const newer = Buffer.alloc(8);
    writeUint64(newer, 0, 2);
    env.meta.putSync(formatKey, newer);
    await env.root.close();
    const before = await readFile(dataFile(folder));
    await expect(openEmbedded({ folder })).rejects.toMatchObject({
      code: 'unusable',
      message: /has format 2/,
    });
    expect(before.equals(await readFile(dataFile(folder)))).toBe(true);
    expect(await opening(folder)).toBe('unusable');
  });

  test('and names the folder and what to do', async () => {
    const file = join(await temporaryFolder(), 'file');
    await writeFile(file, 'text');
    await expect(openEmbedded({ folder: file })).rejects.toThrow(
      new RegExp(
        `the data folder ${file} can't be used: .* is a file\\. Choose another with --data`,
      ),
    );
  });
});

describe('a folder that can be used', () => {
  test('is made, with those above it, if it is not there', async () => {
    const folder = join(await temporaryFolder(), 'one', 'two');
    const store = await openAt({ open: () => openEmbedded({ folder }) });
    await put(store, 'a', 'one');
    expect((await stat(folder)).isDirectory()).toBe(true);
  });

  test('may hold a lock file that was cut short or overwritten while no store was open', async () => {
    const folder = await filledFolder();
    for (const content of ['', 'garbage', 'g'.repeat(5000)]) {
      await writeFile(`${dataFile(folder)}-lock`, content);
      const store = await openEmbedded({ folder });
      expect(await value(store, 'key-0000')).toHaveLength(5000);
      await store.close();
    }
  });

  test('can be opened after it was refused and repaired', async () => {
    const folder = await filledFolder();
    const whole = await readFile(dataFile(folder));
    await truncate(dataFile(folder), 20_000);
    expect(await opening(folder)).toBe('damaged');
    await writeFile(dataFile(folder), whole);
    const store = await openAt({ open: () => openEmbedded({ folder }) });
    expect(await value(store, 'key-0199')).toHaveLength(5000);
  });
});

describe("a data file that is not as it was written is 'damaged'", () => {
  test.each([1, 100, 4095, 4096, 4200, 8192, 20_000, 65_536])('cut to %d bytes', async (length) => {
    const folder = await filledFolder();
    await truncate(dataFile(folder), length);
    expect(await opening(folder)).toBe('damaged');
    expect(await opening(folder)).toBe('damaged');
  });

  test('cut within the last page that it counts, or before it', async () => {
    const folder = await filledFolder();
    const root = openRoot(folder);
    const { lastPageNumber } = root.getStats() as { lastPageNumber: number };
    await root.close();
    for (const length of [lastPageNumber * 4096 + 4095, lastPageNumber * 4096]) {
      await truncate(dataFile(folder), length);
      expect(await opening(folder), `${length} bytes`).toBe('damaged');
    }
  });

  test.each([
    ['text', bytes('this is no data file\n')],
    ['zeros', Buffer.alloc(65_536)],
    ['0xff', Buffer.alloc(65_536, 0xff)],
    ['a long text', Buffer.alloc(300_000, 'this is no data file\n')],
  ])('replaced by %s', async (_, content) => {
    const folder = await temporaryFolder();
    await writeFile(dataFile(folder), content);
    expect(await opening(folder)).toBe('damaged');
    expect(content.equals(await readFile(dataFile(folder)))).toBe(true);
  });

  test.each([0, 4096])('with the meta page at %d overwritten, by zeros or by noise', async (at) => {
    for (const fill of [0, 0xff, 'noise']) {
      const folder = await filledFolder();
      await overwrite(dataFile(folder), at, Buffer.alloc(4096, fill));
      expect(await opening(folder)).toBe('damaged');
    }
  });

  test('with the two meta pages the same', async () => {
    for (const [from, to] of [
      [0, 4096],
      [4096, 0],
    ] as const) {
      const folder = await filledFolder();
      const page = (await readFile(dataFile(folder))).subarray(from, from + 4096);
      await overwrite(dataFile(folder), to, page);
      expect(await opening(folder)).toBe('damaged');
    }
  });

  test('and the message names the file and what to do', async () => {
    const folder = await temporaryFolder();
    await writeFile(dataFile(folder), 'this is no data file');
    await expect(openEmbedded({ folder })).rejects.toThrow(
      new RegExp(
        `${dataFile(folder)} is damaged or no Evenkeel data file: .* Restore the folder from a backup`,
      ),
    );
  });
});
