/**
 * LMDB takes no more pages of a real file than preallocation.ts foresees. Otherwise a commit would
 * meet a full disk.
 */
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import {
  type Environment,
  envStats,
  openDatabases,
  openRoot,
} from '#dist/store/lmdb/file/environment.js';
import { overflowPages, pagesNeeded } from '#dist/store/lmdb/file/preallocation.js';
import { temporaryDirectory } from '../../../support/directory.js';

/** A record's length; undefined: the key is removed. */
type Change = readonly [key: string, length: number | undefined];

async function openFile(): Promise<Environment> {
  const env = openDatabases(openRoot(await temporaryDirectory()));
  onTestFinished(() => env.root.close());
  return env;
}

/** Runs a transaction. @returns the pages foreseen, less those it took from the file's end */
function spare({ root, entities }: Environment, changes: readonly Change[]): number {
  const before = envStats(entities);
  const lengths = changes.flatMap(([, length]) => length ?? []);
  let freed = 0;
  for (const [key] of changes)
    freed += overflowPages(entities.get(Buffer.from(key))?.length ?? 0, before.pageBytes);
  const { runs, singles } = pagesNeeded(before, changes.length, lengths, freed);
  root.transactionSync(() => {
    for (const [key, length] of changes)
      if (length === undefined) entities.removeSync(Buffer.from(key));
      else entities.putSync(Buffer.from(key), Buffer.alloc(length));
  });
  return runs + singles - (envStats(entities).usedPages - before.usedPages);
}

test('no transaction takes more pages from the end of the file than foreseen', async () => {
  const env = await openFile();
  const length = fc.oneof(fc.nat(200), fc.nat(6000), fc.nat(100_000), fc.constant(undefined));
  const key = fc.oneof(
    fc.nat(2000).map((n) => `key-${n}`),
    fc.string({ minLength: 1, maxLength: 200 }),
  );
  fc.assert(
    fc.property(
      fc.array(fc.tuple(key, length), { minLength: 1, maxLength: 300, size: 'max' }),
      (changes) => {
        expect(spare(env, changes)).toBeGreaterThanOrEqual(0);
      },
    ),
    { numRuns: 50 },
  );
});

test('nor does one that frees very many pages, whose numbers must be stored', async () => {
  const env = await openFile();
  const keys = ['large-1', 'large-2', 'large-3'];
  const bytes = 32 * 1024 ** 2;
  for (const key of keys) expect(spare(env, [[key, bytes]])).toBeGreaterThanOrEqual(0);
  expect(
    spare(
      env,
      keys.map((key) => [key, undefined]),
    ),
  ).toBeGreaterThanOrEqual(0);
  expect(envStats(env.entities).freePages).toBeGreaterThan((keys.length * bytes) / 4096);
});
