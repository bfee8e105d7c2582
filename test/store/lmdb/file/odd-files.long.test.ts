/**
 * The files in the directory are looked at before LMDB touches them, because lmdb crashes where its
 * own opening fails. So they are opened in another process, which must survive.
 */
import { execFileSync } from 'node:child_process';
import { chmod, chown, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { open } from 'lmdb';
import { describe, expect, test } from 'vitest';
import { dataFile } from '#dist/store/lmdb/file/environment.js';
import { openLmdb } from '#dist/store/lmdb/open-lmdb.js';
import { temporaryDirectory } from '../../../support/directory.js';
import { type Child, startChild } from '../child/child.js';

const onPosix = process.platform !== 'win32';
const nobody = 65_534;

async function closedStore(): Promise<string> {
  const directory = await temporaryDirectory();
  await (await openLmdb({ directory })).close();
  return directory;
}

async function expectRefused(child: Child, directory: string, message: RegExp): Promise<void> {
  expect(await child.ask({ do: 'open', directory }), directory).toMatchObject({
    code: 'unusable',
    message: expect.stringMatching(message),
  });
}

describe.runIf(onPosix)("a file that is none is 'unusable', and the process goes on", () => {
  test.each(['data.mdb', 'data.mdb-lock'])('%s', async (name) => {
    const child = await startChild('./holder.mjs');
    const odd: ((path: string) => Promise<unknown> | unknown)[] = [
      (path) => mkdir(path),
      (path) => execFileSync('mkfifo', [path]),
      (path) => symlink('/dev/zero', path),
      (path) => symlink('/dev/null/nope', path),
    ];
    for (const make of odd) {
      const directory = await temporaryDirectory();
      await make(join(directory, name));
      await expectRefused(child, directory, new RegExp(`${directory}.*(--data|remove it)`));
    }
    expect(await child.ask({ do: 'open', directory: await temporaryDirectory() })).toEqual({});
  });

  test('a symbolic link to nothing in the place of the lock file', async () => {
    const directory = await temporaryDirectory();
    await symlink(join(directory, 'nothing'), `${dataFile(directory)}-lock`);
    await expectRefused(
      await startChild('./holder.mjs'),
      directory,
      /data\.mdb-lock is not a file/,
    );
  });
});

describe.runIf(onPosix)("a file that this user may not write is 'unusable'", () => {
  test.each(['data.mdb', 'data.mdb-lock'])('%s', async (name) => {
    const directory = await closedStore();
    await chmod(join(directory, name), 0o400);
    const isRoot = process.getuid?.() === 0;
    // Root may write everything.
    if (isRoot) await chown(directory, nobody, nobody);
    const child = await startChild('./holder.mjs');
    // Only now, because another user may not be able to read Node, or this directory.
    if (isRoot) expect(await child.ask({ do: 'become', user: nobody })).toEqual({});
    await expectRefused(child, directory, /may not read and write/);
  });
});

describe("the LMDB file of another program is 'unusable', and left as it was", () => {
  const others: Record<string, (root: ReturnType<typeof open>) => unknown> = {
    'with values in it': (root) => root.putSync('key', 'value'),
    'with databases of other names': (root) => root.openDB('users', {}).putSync('a', 1),
    'with databases of our names, and entries': (root) =>
      root.openDB('entities', { encoding: 'binary' }).putSync('a', Buffer.from('b')),
    'with our names and more': (root) => {
      for (const name of ['entities', 'expiry', 'meta', 'users']) root.openDB(name, {});
    },
    'with more entries than a page holds': (root) =>
      root.transactionSync(() => {
        for (let i = 0; i < 1000; i++) root.putSync(`key ${i}`, 'value');
      }),
  };
  test.each(Object.entries(others))('%s', async (_, fill) => {
    const directory = await temporaryDirectory();
    const root = open({ path: dataFile(directory), noSubdir: true });
    await fill(root);
    await root.close();
    const before = await readFile(dataFile(directory));
    const names = await readdir(directory);
    await expect(openLmdb({ directory })).rejects.toMatchObject({
      code: 'unusable',
      message: expect.stringMatching(/is the LMDB file of another program/),
    });
    expect(before.equals(await readFile(dataFile(directory)))).toBe(true);
    expect(await readdir(directory)).toEqual(names);
  });

  test('with all our names, entries, and no format', async () => {
    const directory = await temporaryDirectory();
    const root = open({ path: dataFile(directory), noSubdir: true, encoding: 'binary' });
    for (const name of ['entities', 'expiry', 'meta'])
      root.openDB(name, { encoding: 'binary' }).putSync('a', Buffer.from('b'));
    await root.close();
    const before = await readFile(dataFile(directory));
    await expect(openLmdb({ directory })).rejects.toMatchObject({ code: 'unusable' });
    expect(before.equals(await readFile(dataFile(directory)))).toBe(true);
  });
});

test('a process with too few descriptors is told so', async () => {
  const directory = await temporaryDirectory();
  const few = await startChild('./holder.mjs', { descriptors: 200 });
  expect(await few.ask({ do: 'takeDescriptors' })).toMatchObject({ code: 'EMFILE' });
  await expectRefused(few, directory, /no file descriptors left .*ulimit -n/);
  expect(await readdir(directory)).toEqual([]);
});

test('a lock file that LMDB can not read is made again', async () => {
  const directory = await closedStore();
  for (const content of ['', 'g'.repeat(5000), Buffer.alloc(100)]) {
    await writeFile(`${dataFile(directory)}-lock`, content);
    const child = await startChild('./holder.mjs');
    expect(await child.ask({ do: 'open', directory })).toEqual({});
    expect(await child.ask({ do: 'close' })).toEqual({});
  }
});
