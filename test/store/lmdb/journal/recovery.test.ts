/**
 * After a loss of power or damage, recovery finds all frames up to the torn end, or refuses. It
 * never finds a part of what was acknowledged.
 */
import { writeSync } from 'node:fs';
import { readFile, rm, truncate, writeFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { putBytes, writePut } from '#dist/store/lmdb/journal/entry.js';
import { frameHeaderBytes, sectorBytes } from '#dist/store/lmdb/journal/frame.js';
import type { FrameToWrite } from '#dist/store/lmdb/journal/frame-writer.js';
import { type RecoveredJournal, recoverJournal } from '#dist/store/lmdb/journal/recovery.js';
import { Segment } from '#dist/store/lmdb/journal/segment.js';
import { segmentHeaderBytes } from '#dist/store/lmdb/journal/segment-header.js';
import { temporaryDirectory } from '../../../support/directory.js';

const KiB = 1024;
const epoch = 77n;
const segmentBytes = 128 * KiB;

function newSegments(directory: string): [Segment, Segment] {
  return [new Segment(directory, 0, segmentBytes), new Segment(directory, 1, segmentBytes)];
}

/** A frame's writes: a value, or its length, for each of some keys. */
type Writes = readonly (readonly [key: string, value: number | Buffer])[];

async function append(segment: Segment, sequence: number, writes: Writes): Promise<void> {
  let end = segment.entriesStart;
  for (const [key, value] of writes)
    end = writePut(segment.memory, end, Buffer.from(key), {
      value: [typeof value === 'number' ? Buffer.alloc(value, `${sequence};`) : value],
      slotValue: undefined,
      version: sequence * 10,
      expiresMs: undefined,
      fields: undefined,
    });
  // In place of a thread for each of hundreds of segments.
  const write = async ({ file, at, bytes }: FrameToWrite) => {
    writeSync(file, segment.memory, at, bytes, at);
  };
  await segment.append(end, sequence, undefined, { write });
}

/** Writes whose entries have so many bytes. */
function fitting(bytes: number, key: string): Writes {
  return [[key, bytes - putBytes(key.length, 0, undefined, undefined, false)]];
}

/** Frames in the first segment up to `turnAt`, and in the second from there on. */
async function fill(frames: readonly Writes[], turnAt: number) {
  const directory = await temporaryDirectory();
  const [first, second] = newSegments(directory);
  for (const segment of [first, second]) {
    await segment.open();
    await segment.begin(epoch);
  }
  first.activate();
  second.activate();
  for (const [index, writes] of frames.entries())
    await append(index < turnAt ? first : second, index + 1, writes);
  const used = {
    first: first.entriesStart - frameHeaderBytes,
    second: second.entriesStart - frameHeaderBytes,
  };
  await first.close();
  await second.close();
  return { directory, first, second, used };
}

function recover(directory: string, checkpointed = 0): Promise<RecoveredJournal> {
  return recoverJournal(directory, newSegments(directory), epoch, checkpointed);
}

function sequencesOf({ segments }: RecoveredJournal): number[] {
  return segments.flatMap(({ frames }) => frames.map(({ sequence }) => sequence));
}

async function change(path: string, edit: (bytes: Buffer) => void): Promise<void> {
  const bytes = await readFile(path);
  edit(bytes);
  await writeFile(path, bytes);
}

const three: Writes[] = [
  [['a', 10]],
  [
    ['b', 3000],
    ['c', 1],
  ],
  [['a', 700]],
];

describe('recovery', () => {
  test('finds all frames in order, over both segments', async () => {
    const { directory } = await fill([...three, ...three], 3);
    const recovered = await recover(directory);
    expect(sequencesOf(recovered)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(recovered.lastSequence).toBe(6);
    expect(recovered.segments.map(({ segment }) => segment.number)).toEqual([0, 1]);
  });

  test('leaves out what LMDB has', async () => {
    const { directory } = await fill([...three, ...three], 3);
    expect(sequencesOf(await recover(directory, 3))).toEqual([4, 5, 6]);
    expect(await recover(directory, 6)).toMatchObject({ segments: [], lastSequence: 6 });
  });

  test('ends before a last frame of which any sectors were not written', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.nat(7), { minLength: 1, maxLength: 7 }),
        fc.constantFrom(0x00, 0x5a),
        async (lost, old) => {
          const { directory, first } = await fill([...three, [['z', 3800]]], 4);
          const last = await lastFrameAt(directory);
          await change(first.path, (bytes) => {
            for (const sector of lost) {
              const at = last + sector * sectorBytes;
              bytes.fill(old, at, at + sectorBytes);
            }
          });
          expect(sequencesOf(await recover(directory))).toEqual([1, 2, 3]);
        },
      ),
      { numRuns: 30 },
    );
  });

  test('ends before a last frame that lacks a sector with one byte of entries', async () => {
    // The last sector of the frame has one byte of its entries, in a new file and in a used one.
    const bytes = 3 * sectorBytes + 1 - frameHeaderBytes;
    for (const checkpointed of [0, 1]) {
      const { directory, first } = await fill([fitting(bytes, 'a')], 1);
      const before = await readFile(first.path);
      const [segment] = newSegments(directory);
      await segment.open();
      segment.resume({ epoch, number: 0, fileBytes: segmentBytes });
      before.copy(segment.memory);
      segment.activate();
      if (checkpointed === 0) await append(segment, 1, fitting(bytes, 'a'));
      await append(segment, 2, fitting(bytes, 'a'));
      const end = segment.entriesStart - frameHeaderBytes;
      await segment.close();
      await change(first.path, (file) =>
        before.copy(file, end - sectorBytes, end - sectorBytes, end),
      );
      const recovered = await recover(directory, checkpointed);
      expect(recovered.lastSequence).toBe(1);
    }
  });

  test('ends before a last frame that lacks a sector with one byte other than 0', async () => {
    const value = Buffer.alloc(4 * sectorBytes);
    value[2 * sectorBytes] = 1;
    const { directory, first } = await fill([[['a', value]]], 1);
    await change(first.path, (file) => {
      const at = file.indexOf(value) + 2 * sectorBytes;
      file.fill(0, at, at + 1);
    });
    expect((await recover(directory)).lastSequence).toBe(0);
  });

  test('refuses a flipped byte anywhere in its frames, also in the last', async () => {
    const frames: Writes[] = [...three, [['z', 900]]];
    const { directory, first, used } = await fill(frames, 4);
    const original = await readFile(first.path);
    const bounds = await frameBounds(directory);
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: segmentHeaderBytes, max: used.first - 1 }),
        fc.integer({ min: 1, max: 255 }),
        async (at, mask) => {
          const bytes = Buffer.from(original);
          bytes[at] = (bytes[at] as number) ^ mask;
          await writeFile(first.path, bytes);
          // Behind its entries a frame has bytes that nobody reads.
          const isUsed = bounds.some(([start, end]) => at >= start && at < end);
          const result = recover(directory);
          if (isUsed) await expect(result).rejects.toMatchObject({ code: 'damaged' });
          else expect(sequencesOf(await result)).toEqual([1, 2, 3, 4]);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('refuses a damaged frame that later ones follow, in either segment', async () => {
    for (const turnAt of [2, 3]) {
      const { directory, first } = await fill(three, turnAt);
      await change(first.path, (bytes) =>
        bytes.fill(0, segmentHeaderBytes + 512, segmentHeaderBytes + 2048),
      );
      await expect(recover(directory)).rejects.toMatchObject({
        code: 'damaged',
        message: expect.stringContaining(`${first.path} holds acknowledged writes`),
      });
    }
  });

  test('refuses a segment that is missing, cut off or of another store', async () => {
    const { directory, second } = await fill([...three, ...three], 3);
    const original = await readFile(second.path);
    const refused = () => expect(recover(directory)).rejects.toMatchObject({ code: 'damaged' });
    await truncate(second.path, 64 * KiB);
    await refused();
    await rm(second.path);
    await refused();
    await writeFile(second.path, original);
    await change(second.path, (bytes) => bytes.fill(1, 16, 24));
    await refused();
    await writeFile(second.path, original);
    const other = await fill(three, 1);
    await writeFile(second.path, await readFile(other.first.path));
    await refused();
    await writeFile(second.path, original);
    expect(sequencesOf(await recover(directory))).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test('takes frames of an earlier use of a segment for what they are', async () => {
    const { directory, first } = await fill([...three, ...three], 3);
    // The first segment was checkpointed and is used again: frame 7 is over frame 1.
    const [again] = newSegments(directory);
    await again.open();
    again.resume({ epoch, number: 0, fileBytes: segmentBytes });
    again.activate();
    await append(again, 7, [['a', 5]]);
    await again.close();
    expect(first.path).toBe(again.path);
    expect(sequencesOf(await recover(directory, 3))).toEqual([4, 5, 6, 7]);
    // And frame 8 is torn.
    await change(again.path, (bytes) =>
      bytes.fill(3, segmentHeaderBytes + 512, segmentHeaderBytes + 560),
    );
    expect(sequencesOf(await recover(directory, 3))).toEqual([4, 5, 6, 7]);
  });
});

/** Where each frame in the first segment begins, and its entries end. */
async function frameBounds(directory: string): Promise<[number, number][]> {
  const { segments } = await recover(directory);
  return segments.flatMap(({ frames }) =>
    frames.map(({ start, end }): [number, number] => [start - frameHeaderBytes, end]),
  );
}

async function lastFrameAt(directory: string): Promise<number> {
  return (await frameBounds(directory)).at(-1)?.[0] ?? 0;
}
