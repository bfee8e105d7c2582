/**
 * Directories of every format open, with all that they hold. Each in `../formats` was written by
 * the release that had that format first:
 *
 *     permanent  records of format 1, under the keys key-0 to key-19
 *     expiring   every second one of format 2
 *     fields     all of format 3, which older releases refuse
 */
import { cp, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import {
  dataFile,
  formatKey,
  formatWithFields,
  formatWithoutFields,
  openDatabases,
  openRoot,
} from '#dist/store/lmdb/file/environment.js';
import { openLmdb } from '#dist/store/lmdb/open-lmdb.js';
import { readUint64 } from '#dist/store/record.js';
import type { Entity, Store } from '#dist/store/store.js';
import { temporaryDirectory } from '../../../support/directory.js';
import { bytes, openAt, outcome, pages, put, value } from '../../suite/factory.js';

const writtenMs = Date.UTC(2026, 0, 1);
const contentOf = (i: number) => `value ${i} `.padEnd(i === 7 ? 5000 : 12, '.');
const expiryOf = (i: number) => (i % 2 === 0 ? undefined : writtenMs + 3_600_000);
const fieldsOf = (i: number) =>
  i % 4 < 2
    ? { contentType: 'text/plain' }
    : { contentEncoding: 'gzip', meta: { number: String(i) } };

async function copyOf(format: string): Promise<string> {
  const directory = await temporaryDirectory();
  await cp(fileURLToPath(new URL(`../formats/${format}`, import.meta.url)), directory, {
    recursive: true,
  });
  return directory;
}

function openCopy(directory: string, now = () => writtenMs): Promise<Store> {
  return openAt({ open: () => openLmdb({ directory, now }) });
}

async function formatOf(directory: string): Promise<number> {
  const env = openDatabases(openRoot(directory));
  const format = readUint64(env.meta.get(formatKey) ?? Buffer.alloc(8), 0);
  await env.root.close();
  return format;
}

test.each([
  ['permanent', () => ({ expiresMs: undefined, fields: undefined })],
  ['expiring', (i: number) => ({ expiresMs: expiryOf(i), fields: undefined })],
  ['fields', (i: number) => ({ expiresMs: expiryOf(i), fields: fieldsOf(i) })],
])('a directory with records of the format %s opens whole', async (format, expected) => {
  const directory = await copyOf(format);
  const store = await openCopy(directory);
  const all = (await pages(store, { start: bytes('key') })).flat();
  expect(all).toHaveLength(20);
  const versions = new Set<number>();
  for (let i = 0; i < 20; i++) {
    const entity = (await store.get(bytes(`key-${i}`))) as Entity;
    expect(entity).toEqual({
      key: bytes(`key-${i}`),
      value: bytes(contentOf(i)),
      version: entity.version,
      ...expected(i),
    });
    versions.add(entity.version);
  }
  expect(versions.size).toBe(20);
  const { version } = await put(store, 'key-7', 'new');
  expect(version).toBeGreaterThan(Math.max(...versions));
  expect(await store.delete(bytes('key-8'))).toEqual({ existed: true });
  await store.close();
  const later = await openCopy(directory, () => writtenMs + 3_600_000);
  const left = (await pages(later, { start: bytes('key') })).flat();
  expect(left).toHaveLength(format === 'permanent' ? 19 : 10);
  expect(await value(later, 'key-7')).toBe('new');
});

test('older releases can open a directory until it has a record that keeps fields', async () => {
  const directory = await copyOf('expiring');
  const plain = await openCopy(directory);
  await put(plain, 'a', 'one');
  await plain.close();
  expect(await formatOf(directory)).toBe(formatWithoutFields);
  const store = await openCopy(directory);
  const fields = { contentType: 'text/plain' };
  const refused = { condition: { kind: 'present' as const }, fields };
  expect(await outcome(() => store.put(bytes('b'), [], refused))).toBe('condition-failed');
  await store.close();
  expect(await formatOf(directory)).toBe(formatWithoutFields);
  const last = await openCopy(directory);
  await last.put(bytes('a'), [], { fields });
  await last.close();
  expect(await formatOf(directory)).toBe(formatWithFields);
  const again = await openCopy(directory);
  expect((await again.get(bytes('a')))?.fields).toEqual(fields);
});

test("a byte changed in what is kept with a value makes it 'damaged'", async () => {
  const directory = await temporaryDirectory();
  const fields = { contentType: 'marked/by-this', meta: { owner: 'marked owner' } };
  const store = await openCopy(directory);
  await store.put(bytes('a'), [bytes('one')], { fields });
  await put(store, 'b', 'two');
  await store.close();
  const file = await readFile(dataFile(directory));
  for (const text of ['marked/by-this', 'marked owner', 'owner\nmarked']) {
    const copy = Buffer.from(file);
    for (let at = copy.indexOf(text); at >= 0; at = copy.indexOf(text, at + 1))
      copy[at] = (copy[at] as number) ^ 1;
    const damaged = await temporaryDirectory();
    await writeFile(dataFile(damaged), copy);
    const reader = await openCopy(damaged);
    expect(await outcome(() => reader.get(bytes('a')))).toBe('damaged');
    expect(await outcome(() => pages(reader, { start: bytes('a') }))).toBe('damaged');
    expect(await value(reader, 'b')).toBe('two');
    expect(await reader.delete(bytes('a'))).toEqual({ existed: true });
  }
});
