/** One process may have a directory open, and one store in it. */
import { copyFile, link, mkdir, open, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { writeClaim } from '#dist/store/lmdb/file/claim.js';
import { dataFile } from '#dist/store/lmdb/file/environment.js';
import { openLmdb } from '#dist/store/lmdb/open-lmdb.js';
import { temporaryDirectory } from '../../../support/directory.js';
import { openAt, outcome, put, value } from '../../suite/factory.js';
import { startChild } from '../child/child.js';

/** The claim counts while its holder lives. */
function withoutClaim(file: Buffer): Buffer {
  return Buffer.from(file).fill(0, 1024, 1536);
}

/** All that a server which was killed needs besides the data file. */
const journalFiles = ['journal-0', 'journal-1', 'journal-slot-0'];

const place = (directory: string) => ({ open: () => openLmdb({ directory }) });

describe('a directory that is open', () => {
  test("can't be opened a second time in the same process, by whatever path", async () => {
    const parent = await temporaryDirectory();
    const directory = join(parent, 'data');
    await mkdir(directory);
    await symlink(directory, join(parent, 'link'));
    const store = await openAt(place(directory));
    for (const path of [directory, `${directory}/`, `${directory}/../data`, join(parent, 'link')])
      expect(await outcome(() => openLmdb({ directory: path }))).toBe('in-use');
    await put(store, 'a', 'one');
    await store.close();
    expect(await value(await openAt(place(join(parent, 'link'))), 'a')).toBe('one');
  });

  test('is opened once of several attempts at the same moment', async () => {
    const directory = await temporaryDirectory();
    const results = await Promise.allSettled(
      Array.from({ length: 5 }, () => openLmdb({ directory })),
    );
    const opened = results.filter((result) => result.status === 'fulfilled');
    expect(opened).toHaveLength(1);
    for (const result of results)
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'in-use' });
    await opened[0]?.value.close();
  });

  test("can't be opened by another process, also after many writes and an idle while", async () => {
    const directory = await temporaryDirectory();
    const store = await openAt(place(directory));
    const other = await startChild('./holder.mjs');
    expect(await other.ask({ do: 'open', directory })).toMatchObject({ code: 'in-use' });
    for (let i = 0; i < 20; i++) await put(store, `key-${i}`, 'x');
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await other.ask({ do: 'open', directory })).toMatchObject({ code: 'in-use' });
    await put(store, 'a', 'one');
    expect(await value(store, 'a')).toBe('one');
    await store.close();
    expect(await other.ask({ do: 'open', directory })).toEqual({});
    expect(await other.ask({ do: 'get', key: 'a' })).toEqual({ value: 'one' });
    expect(await outcome(() => openLmdb({ directory }))).toBe('in-use');
  });

  test('opens at once after its holder was killed, with everything acknowledged', async () => {
    const directory = await temporaryDirectory();
    for (let round = 0; round < 2; round++) {
      const holder = await startChild('./holder.mjs');
      expect(await holder.ask({ do: 'open', directory })).toEqual({});
      expect(await holder.ask({ do: 'put', key: 'a', value: `round ${round}` })).toEqual({});
      await holder.kill();
      const store = await openLmdb({ directory });
      expect(await value(store, 'a')).toBe(`round ${round}`);
      await store.close();
    }
  });

  test('is never open in more than one of five processes that start at once', async () => {
    const children = await Promise.all(Array.from({ length: 5 }, () => startChild('./holder.mjs')));
    const winners: number[] = [];
    for (let round = 0; round < 4; round++) {
      const directory = join(await temporaryDirectory(), 'one', 'two');
      // The first time the directory is not there, the second time it holds a store.
      for (const again of [false, true]) {
        const answers = await Promise.all(
          children.map((child) => child.ask({ do: 'open', directory })),
        );
        const opened = children.filter((_, i) => answers[i]?.code === undefined);
        for (const { code, message } of answers)
          expect([undefined, 'in-use'], message).toContain(code);
        expect(opened.length).toBeLessThanOrEqual(1);
        winners.push(opened.length);
        for (const child of opened) {
          expect(await child.ask({ do: 'put', key: `again ${again}`, value: 'x' })).toEqual({});
          expect(await child.ask({ do: 'close' })).toEqual({});
        }
      }
      await (await openLmdb({ directory })).close();
    }
    if (process.env.EVENKEEL_TEST_REPORT) console.log('opened by, each time:', winners.join(' '));
  });
});

describe('the data file itself is locked', () => {
  test.each(['the same process', 'another process'])(
    'a second name of it can not be opened by %s',
    async (who) => {
      const directory = await temporaryDirectory();
      const store = await openAt(place(directory));
      await put(store, 'a', 'one');
      const elsewhere = await temporaryDirectory();
      await link(dataFile(directory), dataFile(elsewhere));
      const before = await readFile(dataFile(directory));
      const open =
        who === 'the same process'
          ? () => outcome(() => openLmdb({ directory: elsewhere }))
          : async () => {
              const child = await startChild('./holder.mjs');
              return (await child.ask({ do: 'open', directory: elsewhere })).code;
            };
      expect(await open()).toBe('in-use');
      expect(await readdir(elsewhere)).toEqual(['data.mdb']);
      expect(withoutClaim(before).equals(withoutClaim(await readFile(dataFile(directory))))).toBe(
        true,
      );
      await store.close();
      expect(await value(await openAt(place(elsewhere)), 'a')).toBe('one');
    },
  );

  test('it can not be opened when its lock file was deleted', async () => {
    const directory = await temporaryDirectory();
    const store = await openAt(place(directory));
    await rm(`${dataFile(directory)}-lock`);
    const child = await startChild('./holder.mjs');
    expect(await child.ask({ do: 'open', directory })).toMatchObject({ code: 'in-use' });
    await put(store, 'a', 'one');
    await store.close();
    expect(await child.ask({ do: 'open', directory })).toEqual({});
  });

  test('a server that was killed leaves no lock, by whatever name', async () => {
    const directory = await temporaryDirectory();
    const elsewhere = await temporaryDirectory();
    const holder = await startChild('./holder.mjs');
    expect(await holder.ask({ do: 'open', directory })).toEqual({});
    await holder.ask({ do: 'put', key: 'a', value: 'one' });
    await link(dataFile(directory), dataFile(elsewhere));
    for (const name of journalFiles) await link(join(directory, name), join(elsewhere, name));
    await holder.kill();
    expect(await value(await openAt(place(elsewhere)), 'a')).toBe('one');
  });

  test('a copy of the file of a running server is free', async () => {
    const directory = await temporaryDirectory();
    const store = await openAt(place(directory));
    await put(store, 'a', 'one');
    const copy = await temporaryDirectory();
    await copyFile(dataFile(directory), dataFile(copy));
    for (const name of journalFiles) await copyFile(join(directory, name), join(copy, name));
    expect(await value(await openAt(place(copy)), 'a')).toBe('one');
  });

  test('one that still counts holds its claim, in whatever container it runs', async () => {
    const directory = await temporaryDirectory();
    await (await openLmdb({ directory })).close();
    const file = await open(dataFile(directory), 'r+');
    onTestFinished(() => file.close());
    const { ino: inode } = await file.stat();
    const claim = { boot: 'b', namespace: 'n', pid: 1, began: '1', inode, token: 'theirs' };
    let beat = 0;
    await writeClaim(file, { ...claim, beat });
    // The opener looks again after a while; until then this server counts.
    const timer = setInterval(() => void writeClaim(file, { ...claim, beat: ++beat }), 20);
    onTestFinished(() => clearInterval(timer));
    const child = await startChild('./holder.mjs');
    expect(await child.ask({ do: 'open', directory })).toMatchObject({ code: 'in-use' });
    clearInterval(timer);
    expect(await child.ask({ do: 'open', directory })).toEqual({});
  });
});
