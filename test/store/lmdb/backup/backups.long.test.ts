/** How a backup of an open store begins and ends. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { makeLimits } from '#dist/config/limits.js';
import { BackupReader } from '#dist/store/backup/backup-reader.js';
import { openRoot, readersOf } from '#dist/store/lmdb/file/environment.js';
import { type LmdbOptions, openLmdb } from '#dist/store/lmdb/open-lmdb.js';
import type { Store } from '#dist/store/store.js';
import { backupOf, contentOf, inPieces, read } from '../../../support/backups.js';
import { temporaryDirectory } from '../../../support/directory.js';
import { until } from '../../../support/process.js';

async function openStore(options: Partial<LmdbOptions> = {}): Promise<Store> {
  const store = await openLmdb({ directory: await temporaryDirectory(), ...options });
  onTestFinished(() => store.close());
  return store;
}

function put(store: Store, key: string, value: string | Buffer): Promise<unknown> {
  return store.put(Buffer.from(key), [Buffer.from(value)]);
}

const piecesOf = async (store: Store) => (await store.backup?.()) as AsyncGenerator<Uint8Array>;

test('an empty store has an empty backup', async () => {
  const reader = new BackupReader(inPieces(await backupOf(await openStore())));
  expect((await read(reader)).size).toBe(0);
  expect(reader.end).toMatchObject({ entities: 0, bytes: 0 });
});

test('what was just acknowledged is in it, and what was deleted is not', async () => {
  const store = await openStore();
  const large = Buffer.alloc(600_000, 'L');
  await put(store, 'one', '1');
  await put(store, 'large', large);
  await put(store, 'gone', 'x');
  await store.delete(Buffer.from('gone'));
  await put(store, 'one', '2');
  expect(await contentOf(await backupOf(store))).toEqual(
    new Map([
      ['large', large.toString()],
      ['one', '2'],
    ]),
  );
});

test('versions of the store stay below the ceiling that it tells', async () => {
  const store = await openStore();
  const { version } = await store.put(Buffer.from('one'), [Buffer.from('1')]);
  const reader = new BackupReader(inPieces(await backupOf(store)));
  await read(reader);
  expect(reader.end?.versionCeiling).toBeGreaterThan(version);
});

test('one runs at a time, and the next may begin when its reader is gone', async () => {
  const store = await openStore();
  await put(store, 'one', '1');
  const pieces = await piecesOf(store);
  await pieces.next();
  await expect(piecesOf(store)).rejects.toMatchObject({ name: 'BackupError', code: 'busy' });
  await pieces.return(undefined);
  expect((await contentOf(await backupOf(store))).size).toBe(1);
});

test('it is given up after its time, though nobody reads it, with its transaction', async () => {
  const directory = await temporaryDirectory();
  const store = await openStore({ directory, limits: makeLimits({ backupMs: 50 }) });
  for (let i = 0; i < 20; i++) await put(store, `key ${i}`, Buffer.alloc(100_000));
  const pieces = await piecesOf(store);
  const env = openRoot(directory);
  onTestFinished(() => env.close());
  await until('the transaction is over', () =>
    readersOf(env).every(({ commit }) => commit === undefined),
  );
  await expect(read(new BackupReader(pieces))).rejects.toMatchObject({
    code: 'given-up',
    message: expect.stringContaining('limits.backupMs'),
  });
  await until('the next may begin', async () => {
    const next = await store.backup?.().catch(() => undefined);
    await next?.return(undefined);
    return next !== undefined;
  });
});

test('a store that closes gives it up, and does not wait for its reader', async () => {
  const store = await openStore();
  for (let i = 0; i < 20; i++) await put(store, `key ${i}`, Buffer.alloc(100_000));
  const reader = new BackupReader(await piecesOf(store));
  const blocks = reader.blocks();
  await blocks.next();
  await store.close();
  const rest = async () => {
    for await (const _ of blocks);
  };
  await expect(rest()).rejects.toMatchObject({
    code: 'given-up',
    message: 'the store is closed',
  });
  await expect(piecesOf(store)).rejects.toMatchObject({ code: 'given-up' });
});

test('a store that closes while one waits for its moment does not wait for it', async () => {
  const store = await openStore({ journal: { maxAgeMs: 60_000 } });
  await Promise.all(Array.from({ length: 2000 }, (_, i) => put(store, `key ${i}`, 'x')));
  const waiting = expect(piecesOf(store)).rejects.toMatchObject({ name: /Error$/ });
  await store.close();
  await waiting;
});

test('what a server left that was killed is in the backup', async () => {
  const directory = await temporaryDirectory();
  const first = await openStore({ directory });
  await put(first, 'one', '1');
  const copy = await temporaryDirectory();
  for (const name of ['data.mdb', 'journal-0', 'journal-1'])
    await writeFile(join(copy, name), await readFile(join(directory, name)));
  const second = await openStore({ directory: copy });
  expect(await contentOf(await backupOf(second))).toEqual(new Map([['one', '1']]));
});

test('a damaged record is named, and no backup is made without it', async () => {
  const directory = await temporaryDirectory();
  const store = await openLmdb({ directory });
  await put(store, 'fine', 'x');
  await put(store, 'key one', 'the value to be changed');
  await store.close();
  const file = join(directory, 'data.mdb');
  const bytes = await readFile(file);
  for (let at = bytes.indexOf('the value'); at >= 0; at = bytes.indexOf('the value', at + 1))
    bytes[at] = 0x54;
  await writeFile(file, bytes);
  await expect(backupOf(await openStore({ directory })).then(contentOf)).rejects.toMatchObject({
    code: 'given-up',
    message: expect.stringContaining('key%20one fails its checksum'),
  });
});
