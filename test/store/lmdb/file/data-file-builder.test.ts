/** LMDB takes no more pages while a file is built than the builder found space for. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Entry } from '#dist/store/backup/backup-format.js';
import { expiryEntryOf } from '#dist/store/lmdb/checkpoint/expiry-index.js';
import { DataFileBuilder, pagesToAppend } from '#dist/store/lmdb/file/data-file-builder.js';
import { dataFile, envStats, openDatabases, openRoot } from '#dist/store/lmdb/file/environment.js';
import { readInfo, writeRecord } from '#dist/store/record.js';
import { temporaryDirectory } from '../../../support/directory.js';

function entryOf(key: Buffer, bytes: number, expiresMs: number | undefined): Entry {
  const record = Buffer.alloc(bytes + 21);
  const end = writeRecord(record, 0, key, [Buffer.alloc(bytes)], 1, expiresMs, undefined);
  return { key, record: record.subarray(0, end) };
}

const bytes = fc.oneof(fc.nat(200), fc.nat(2500), fc.nat(6000), fc.nat(100_000));
const suffix = fc.oneof(fc.nat(40), fc.nat(1000)).map((length) => 'x'.repeat(length));
const expires = fc.option(fc.nat(2 ** 40), { nil: undefined });
const batch = fc.array(fc.tuple(suffix, bytes, expires), {
  minLength: 1,
  maxLength: 300,
  size: 'max',
});

test('no batch takes more pages from the end of the file than foreseen', async () => {
  const { root, entities, expiry } = openDatabases(openRoot(await temporaryDirectory()));
  let number = 0;
  fc.assert(
    fc.property(batch, (shapes) => {
      const entries = shapes.map(([suffix, bytes, expiresMs]) => {
        const key = Buffer.from(`${String(number++).padStart(9, '0')}${suffix}`);
        return entryOf(key, bytes, expiresMs);
      });
      const stats = envStats(entities, expiry);
      const expiring = entries.flatMap(({ key, record }) => {
        const { expiresMs } = readInfo(record);
        return expiresMs === undefined ? [] : [expiryEntryOf(expiresMs, key)];
      });
      const { runs, singles } = pagesToAppend(stats, entries, expiring.length);
      root.transactionSync(() => {
        for (const { key, record } of entries) entities.putSync(key, record, { append: true });
        for (const entry of expiring) expiry.putSync(entry, Buffer.alloc(0));
      });
      const taken = envStats(entities, expiry).usedPages - stats.usedPages;
      expect(runs + singles).toBeGreaterThanOrEqual(taken);
    }),
    { numRuns: 60 },
  );
  await root.close();
});

test('the file has blocks behind every page, and not many more', async () => {
  const directory = await temporaryDirectory();
  const path = dataFile(directory);
  const builder = await DataFileBuilder.begin(path);
  for (let i = 0; i < 20_000; i++)
    builder.add([entryOf(Buffer.from(`key ${100_000 + i}`), 100, i)]);
  await builder.finish(1);
  await builder.place(path, false);
  const { root, entities, expiry } = openDatabases(openRoot(directory));
  const { usedPages, pageBytes } = envStats(entities, expiry);
  await root.close();
  const { size, blocks } = statSync(join(directory, 'data.mdb'));
  expect(blocks * 512).toBeGreaterThanOrEqual(size);
  expect(size).toBe((usedPages + 320) * pageBytes);
});
