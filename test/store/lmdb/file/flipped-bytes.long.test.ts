/**
 * A byte that changes on the disk never comes back as a value: LMDB has no checksums, but the
 * records have. Each change is made to a copy of one data file, which a process of its own opens
 * and reads whole. LMDB follows what it finds, so that process may crash. It may not return a value
 * that nobody put, or an old one.
 *
 * EVENKEEL_FLIPS sets how many bytes are changed, EVENKEEL_SEED which ones.
 */
import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dataFile, openRoot } from '#dist/store/lmdb/file/environment.js';
import { openLmdb } from '#dist/store/lmdb/open-lmdb.js';
import { temporaryDirectory } from '../../../support/directory.js';
import { bytes, numbered, put } from '../../suite/factory.js';
import { type Flip, flips, readFlipped, sample, seed } from './flips.js';

/** A closed store, each key of which was put three times, and what it holds. */
async function fill(): Promise<{ file: Buffer; expected: [string, string][] }> {
  const directory = await temporaryDirectory();
  const store = await openLmdb({ directory });
  const expected = new Map<string, string>();
  for (let generation = 0; generation < 3; generation++)
    for (const [i, key] of numbered(120).entries()) {
      const value = `${generation} ${key} `.padEnd(i % 20 === 0 ? 16_384 : i % 7, '.');
      expected.set(key, value);
      const written = put(store, key, value);
      // Some commits of many writes, some of one.
      if (i % 10 === 0) await written;
    }
  await put(store, 'gone', 'x');
  await store.delete(bytes('gone'));
  await store.close();
  const root = openRoot(directory);
  const { lastPageNumber } = root.getStats() as { lastPageNumber: number };
  await root.close();
  // Without the room that the file may have behind its last page.
  const file = (await readFile(dataFile(directory))).subarray(0, (lastPageNumber + 1) * 4096);
  return { file, expected: [...expected] };
}

/** Makes each change in turn and counts what came of it. */
async function readAll(changes: readonly Flip[]) {
  const { file, expected } = await fill();
  const counts = { intact: 0, absent: 0, damaged: 0, refused: 0, crashed: 0, hung: 0, noEffect: 0 };
  const wrong: string[] = [];
  const inFile = changes.map(({ at, mask }) => ({ name: 'data.mdb', at: at % file.length, mask }));
  const files = new Map([['data.mdb', file]]);
  await readFlipped({ files, expected }, inFile, ({ at, mask }, result) => {
    if (typeof result === 'string') counts[result]++;
    else if (result.refused) {
      counts.refused++;
      if (result.refused !== 'damaged' && result.refused !== 'unusable')
        wrong.push(`byte ${at} ^ ${mask}: open: ${result.refused}`);
    } else {
      if (result.intact === 2 * expected.length) counts.noEffect++;
      counts.intact += result.intact;
      counts.absent += result.absent;
      counts.damaged += result.damaged;
      for (const what of result.wrong.slice(0, 2)) wrong.push(`byte ${at} ^ ${mask}: ${what}`);
    }
  });
  const report =
    `seed ${seed}, ${changes.length} changes to ${file.length} bytes: ` +
    `${JSON.stringify(counts)}`;
  if (wrong.length > 0 || counts.hung > 0 || process.env.EVENKEEL_TEST_REPORT)
    console.log([report, ...wrong].join('\n'));
  return { counts, wrong };
}

const timeoutMs = 300_000 + 1000 * flips;

test(
  'a flipped byte anywhere in the data file never comes back as a value',
  async () => {
    const anywhere = fc.noBias(fc.nat(2 ** 31 - 1));
    const { counts, wrong } = await readAll(sample(anywhere, flips));
    expect(wrong).toEqual([]);
    expect(counts.hung).toBe(0);
  },
  timeoutMs,
);

test(
  'a flipped byte in a meta page never brings an older state back',
  async () => {
    const metaBytes = 168;
    // The number of the commit, last in a meta page: the page with the higher one is in force.
    const lowest = [metaBytes - 16, 4096 + metaBytes - 16];
    const ofCommitNumbers = lowest.flatMap((start) =>
      Array.from({ length: 8 }, (_, i) =>
        [1, 0x80].map((mask) => ({ at: start + i, mask })),
      ).flat(),
    );
    // One of these adds or takes away 2: the pages are neighbours still, and have changed places.
    const ofNeighbours = lowest.flatMap((at) =>
      [2, 6, 14, 30, 62, 126, 254].map((mask) => ({ at, mask })),
    );
    const inMeta = fc
      .noBias(fc.nat(2 * metaBytes - 1))
      .map((n) => (n < metaBytes ? n : 4096 + n - metaBytes));
    const { counts, wrong } = await readAll([
      ...ofCommitNumbers,
      ...ofNeighbours,
      ...sample(inMeta, Math.ceil(flips / 4)),
    ]);
    expect(wrong).toEqual([]);
    expect(counts.hung).toBe(0);
  },
  timeoutMs,
);
