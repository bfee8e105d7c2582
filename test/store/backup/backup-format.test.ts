/** A backup is read as it was written, or refused: no change of it passes. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BackupReader } from '#dist/store/backup/backup-reader.js';
import { BackupWriter } from '#dist/store/backup/backup-writer.js';
import { EntriesDigest } from '#dist/store/backup/entries-digest.js';
import { backupWith, contentOf, inPieces, read, recordOf } from '../../support/backups.js';

const large = Buffer.alloc(700_000, 'L');
const small = backupWith({ a: Buffer.from('one'), b: Buffer.alloc(0), c: Buffer.from('three') });

async function refusalOf(backup: Uint8Array): Promise<string> {
  try {
    await contentOf(backup);
    return 'none';
  } catch (error) {
    return (error as { code: string }).code;
  }
}

test('what was written is read, in pieces of any size, with large values between small ones', () =>
  fc.assert(
    fc.asyncProperty(
      fc.dictionary(fc.string({ minLength: 1, maxLength: 40 }), fc.uint8Array({ maxLength: 300 })),
      fc.integer({ min: 1, max: 400_000 }),
      fc.boolean(),
      async (values, pieceBytes, isWithLarge) => {
        const all = { ...values, ...(isWithLarge && { large, 'large 2': large }) };
        const content = await contentOf(backupWith(all), pieceBytes);
        const expected = Object.entries(all).map(([key, value]) => {
          return [Buffer.from(key).toString(), Buffer.from(value).toString('latin1')] as const;
        });
        expect(content).toEqual(new Map(expected));
      },
    ),
    { numRuns: 30 },
  ));

test('a reader knows the moment, the counts, the ceiling and the SHA-256', async () => {
  const reader = new BackupReader(inPieces(small));
  await read(reader);
  const digest = new EntriesDigest();
  for (const [key, value] of [
    ['a', 'one'],
    ['b', ''],
    ['c', 'three'],
  ] as const)
    digest.add(Buffer.from(key), recordOf(key, Buffer.from(value)));
  expect(reader.begin).toEqual({ madeAtMs: 1_700_000_000_000, entities: 3 });
  expect(reader.end).toEqual({
    entities: 3,
    bytes: digest.bytes,
    versionCeiling: 1000,
    digest: digest.value(),
  });
});

describe('a backup is refused', () => {
  test('with any single byte changed, each in turn', async () => {
    for (let at = 0; at < small.length; at++)
      for (const mask of [0x01, 0x80, 0xff]) {
        const changed = Buffer.from(small);
        changed[at] = (changed[at] as number) ^ mask;
        expect(await refusalOf(changed), `byte ${at} ^ ${mask}`).toMatch(
          /^(damaged|not-a-backup)$/,
        );
      }
  });

  test('with any number of bytes missing at its end', async () => {
    for (let length = 0; length < small.length; length++)
      expect(await refusalOf(small.subarray(0, length)), `${length} bytes`).not.toBe('none');
  });

  test('with a byte behind its end', async () => {
    expect(await refusalOf(Buffer.concat([small, Buffer.from([0])]))).toBe('damaged');
    expect(await refusalOf(Buffer.concat([small, small]))).toBe('damaged');
  });

  test('with a block missing, doubled, or of another backup', async () => {
    const values = (filler: string) =>
      Object.fromEntries(
        Array.from({ length: 8 }, (_, i) => [`key ${i}`, Buffer.alloc(100_000, filler)]),
      );
    const [first, other] = [backupWith(values('x')), backupWith(values('y'))];
    const starts = blockStarts(first);
    const [one = 0, two = 0, three = 0] = starts.slice(1);
    const cut = Buffer.concat([first.subarray(0, one), first.subarray(two)]);
    const doubled = Buffer.concat([first.subarray(0, two), first.subarray(one)]);
    const swapped = Buffer.concat([
      first.subarray(0, one),
      first.subarray(two, three),
      first.subarray(one, two),
      first.subarray(three),
    ]);
    const mixed = Buffer.concat([
      first.subarray(0, one),
      other.subarray(one, two),
      first.subarray(two),
    ]);
    for (const changed of [cut, doubled, swapped, mixed])
      expect(await refusalOf(changed)).toBe('damaged');
    expect(await refusalOf(first)).toBe('none');
  });

  test('with keys that are not in order', async () => {
    const writer = new BackupWriter();
    const pieces: Uint8Array[] = [...writer.begin({ madeAtMs: 0, entities: 2 })];
    for (const key of ['b', 'a'])
      pieces.push(...writer.add(Buffer.from(key), recordOf(key, Buffer.alloc(0))));
    expect(await refusalOf(Buffer.concat([...pieces, ...writer.end(0)]))).toBe('damaged');
  });
});

test('the damage is named by its offset, and its key if it is in a record', async () => {
  const backup = backupWith({ one: large, two: large });
  const at = backup.length - 1000;
  const changed = Buffer.from(backup);
  changed[at] = (changed[at] as number) ^ 1;
  const reader = new BackupReader(inPieces(changed));
  const error = await read(reader).catch((error) => error);
  expect(error.place).toMatchObject({ key: Buffer.from('two') });
  expect(error.place.offset).toBeLessThan(at);
  expect(reader.lastKey?.toString()).toBe('one');
  expect(reader.end).toBeUndefined();
});

test('one that its store gave up says why', async () => {
  const writer = new BackupWriter();
  const begin = [...writer.begin({ madeAtMs: 0, entities: 9 })];
  const backup = Buffer.concat([...begin, writer.fail('the disk is full')]);
  await expect(contentOf(backup)).rejects.toMatchObject({
    code: 'given-up',
    message: 'the disk is full',
  });
});

test('what is not a backup is called so', async () => {
  for (const bytes of [Buffer.alloc(0), Buffer.from('hello'), Buffer.alloc(10_000, 7)])
    expect(await refusalOf(bytes)).toBe('not-a-backup');
});

/** Where the blocks of a whole backup begin. */
function blockStarts(backup: Buffer): number[] {
  const starts: number[] = [];
  for (let at = 0; at < backup.length; at += 20 + backup.readUInt32LE(at + 12)) starts.push(at);
  return starts;
}
