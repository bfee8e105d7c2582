/**
 * Finds what the journal has and LMDB may lack, after a server that ended without a clean close.
 *
 * The frames behind the last checkpoint must follow each other without a gap. A frame that fails
 * its checksum is the torn end of the journal, which nobody was told of, only if
 *
 *  - no frame of a later sequence is there: one frame is written at a time, so a later one proves
 *    that this one was acknowledged;
 *  - no change of one byte makes it whole: then it was whole, and the disk has lost that byte. A
 *    sector of zeros was not written, though, and so was a last one without its padding.
 *
 * Otherwise an acknowledged write is damaged, and the store must not open as if it never was.
 */
import { constants } from 'node:fs';
import { readRecord } from '../../record.js';
import { StoreError } from '../../store.js';
import { openPlainFile, unusableFile } from '../file/plain-file.js';
import { singleByteChanges } from './byte-flip.js';
import type { Entries } from './entry.js';
import {
  areEntriesIntact,
  type Frame,
  frameHeaderBytes,
  isPaddingIntact,
  readFrame,
  readFrameHeader,
  sectorBytes,
  storedEntriesCrc,
} from './frame.js';
import type { Segment } from './segment.js';
import { readSegmentHeader, type SegmentHeader, segmentHeaderBytes } from './segment-header.js';
import { type Slot, slotPath } from './slots.js';

export interface RecoveredSegment {
  readonly segment: Segment;
  readonly frames: readonly Frame[];
  readonly slots: readonly Slot[];
}

export interface RecoveredJournal {
  readonly epoch: bigint;
  readonly headers: readonly SegmentHeader[];
  /** Those with frames that LMDB may lack, from the oldest on. */
  readonly segments: readonly RecoveredSegment[];
  readonly lastSequence: number;
  /** The highest version ceiling of the frames. */
  readonly ceiling: number;
}

/**
 * Reads the files of the segments into their memory.
 * @param checkpointed the last frame whose entries are in LMDB
 * @throws StoreError `damaged`; the system's error
 */
export async function recoverJournal(
  directory: string,
  segments: readonly Segment[],
  epoch: bigint,
  checkpointed: number,
): Promise<RecoveredJournal> {
  const headers = await Promise.all(segments.map((segment) => readSegment(segment, epoch)));
  const scans = segments
    .map((segment) => ({ segment, ...scan(segment.memory, epoch) }))
    .sort((a, b) => firstOf(a.frames) - firstOf(b.frames));
  let last = checkpointed;
  const found: { segment: Segment; frames: Frame[] }[] = [];
  for (const { segment, frames } of scans) {
    const lacking = frames.filter(({ sequence }) => sequence > checkpointed);
    const [first] = lacking;
    if (first === undefined) continue;
    if (first.sequence !== last + 1)
      throw gap(scans, last, checkpointed, { segment, at: segmentHeaderBytes });
    found.push({ segment, frames: lacking });
    last = lacking.at(-1)?.sequence ?? last;
  }
  mustBeTheEnd(scans, last, checkpointed, epoch);
  const memories = new Map<number, Slot>();
  const recovered: RecoveredSegment[] = [];
  for (const each of found) recovered.push(await withSlots(directory, each, memories));
  const ceilings = found.flatMap(({ frames }) => frames.map(({ ceiling }) => ceiling ?? 0));
  return {
    epoch,
    headers,
    segments: recovered,
    lastSequence: last,
    ceiling: Math.max(0, ...ceilings),
  };
}

interface Scan {
  readonly segment: Segment;
  readonly frames: Frame[];
  /** Where the frame behind them would begin. */
  readonly end: number;
}

async function readSegment({ path, number, memory }: Segment, epoch: bigint) {
  const bytes = await readWhole(path, 'the data file says that it is needed');
  const header = readSegmentHeader(bytes);
  if (header === undefined) throw damage(path, 'its header, at offset 0, is damaged');
  if (header.epoch !== epoch || header.number !== number)
    throw damage(path, 'it belongs to another store, or to another time of this one');
  if (bytes.length < header.fileBytes)
    throw damage(path, `it has ${bytes.length} bytes instead of ${header.fileBytes}`);
  memory.set(bytes.subarray(0, header.fileBytes));
  return header;
}

/** @param need why the file must be there, in words */
async function readWhole(path: string, need: string): Promise<Buffer> {
  try {
    const file = await openPlainFile(path, constants.O_RDONLY);
    try {
      return await file.readFile();
    } finally {
      await file.close();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      throw damage(path, `it is missing, and ${need}`);
    throw unusableFile(path, error);
  }
}

/** The frames from the begin of a segment, up to the first that does not follow. */
function scan(memory: Buffer, epoch: bigint): { frames: Frame[]; end: number } {
  const frames: Frame[] = [];
  let end = segmentHeaderBytes;
  for (;;) {
    const frame = readFrame(memory, end, epoch);
    const last = frames.at(-1);
    if (!frame || (last && frame.sequence !== last.sequence + 1)) return { frames, end };
    frames.push(frame);
    end = behind(frame);
  }
}

function behind({ end }: Frame): number {
  return Math.ceil(end / sectorBytes) * sectorBytes;
}

function firstOf(frames: readonly Frame[]): number {
  return frames.at(0)?.sequence ?? Number.POSITIVE_INFINITY;
}

/** @throws StoreError `damaged` if the frame behind the last one was acknowledged */
function mustBeTheEnd(
  scans: readonly Scan[],
  last: number,
  checkpointed: number,
  epoch: bigint,
): void {
  for (const { segment } of scans) {
    const { memory } = segment;
    for (let at = segmentHeaderBytes; at < memory.length; at += sectorBytes)
      if ((readFrameHeader(memory, at, epoch)?.sequence ?? 0) > last + 1)
        throw gap(scans, last, checkpointed, { segment, at });
  }
  for (const { segment, end } of scans)
    for (const at of new Set([end, segmentHeaderBytes]))
      if (hasLostByte(segment, at, epoch, last + 1))
        throw damage(segment.path, `a byte of the frame at offset ${at} has changed`);
}

/** Whether the frame of this sequence is at the offset, but for one byte. */
function hasLostByte(
  { memory, entries }: Segment,
  at: number,
  epoch: bigint,
  sequence: number,
): boolean {
  const frame = readFrameHeader(memory, at, epoch);
  if (frame?.sequence === sequence)
    return !areEntriesIntact(memory, frame) && areWholeButForOne(entries, frame);
  // The header is short enough to try all changes of all its bytes.
  const header = memory.subarray(at, at + frameHeaderBytes);
  for (let byte = 0; byte < header.length; byte++) {
    const value = header[byte] as number;
    for (let change = 1; change < 256; change++) {
      header[byte] = value ^ change;
      const corrected = readFrameHeader(memory, at, epoch);
      if (corrected?.sequence !== sequence || !areEntriesIntact(memory, corrected)) continue;
      header[byte] = value;
      return true;
    }
    header[byte] = value;
  }
  return false;
}

/** Whether a change of one byte makes the checksum right, and the entries make sense then. */
function areWholeButForOne(entries: Entries, frame: Frame): boolean {
  const { memory } = entries;
  if (!isPaddingIntact(memory, frame)) return false;
  const { start, end } = frame;
  const crc = storedEntriesCrc(memory, start);
  for (const { at, change } of singleByteChanges(memory.subarray(start, end), crc)) {
    if (isSectorEmpty(memory, start + at)) continue;
    const byte = memory[start + at] as number;
    memory[start + at] = byte ^ change;
    const makeSense = entries.areWhole(start, end) && areRecordsIntact(entries, start, end);
    memory[start + at] = byte;
    if (makeSense) return true;
  }
  return false;
}

function isSectorEmpty(memory: Buffer, place: number): boolean {
  const start = place - (place % sectorBytes);
  return memory.subarray(start, start + sectorBytes).every((byte) => byte === 0);
}

function areRecordsIntact(entries: Entries, start: number, end: number): boolean {
  for (let place = start; place < end; place = entries.next(place)) {
    const record = entries.record(place);
    if (record === undefined || entries.slotOf(place)) continue;
    try {
      readRecord(entries.key(place), record, () => 0);
    } catch {
      return false;
    }
  }
  return true;
}

/** Reads the slots that the frames of a segment refer to, and checks each value. */
async function withSlots(
  directory: string,
  { segment, frames }: { segment: Segment; frames: Frame[] },
  memories: Map<number, Slot>,
): Promise<RecoveredSegment> {
  const { entries } = segment;
  const slots = new Set<Slot>();
  for (const { start, end } of frames)
    for (let place = start; place < end; place = entries.next(place)) {
      const reference = entries.slotOf(place);
      if (reference === undefined) continue;
      const { slot: number, offset, bytes } = reference;
      const path = slotPath(directory, number);
      const slot = memories.get(number) ?? {
        number,
        memory: await readWhole(path, 'the journal refers to it'),
      };
      memories.set(number, slot);
      slots.add(slot);
      const value = slot.memory.subarray(offset, offset + bytes);
      const record = Buffer.concat([entries.record(place) as Buffer, value]);
      try {
        readRecord(entries.key(place), record, () => 0);
      } catch {
        throw damage(path, `the value at offset ${offset} fails its checksum`);
      }
    }
  return { segment, frames, slots: [...slots] };
}

interface Place {
  readonly segment: Segment;
  readonly at: number;
}

/**
 * The error for the frame behind `last`, which is not where it has to be, though there is a later
 * one. It was behind the last one, in the same segment, or the first of the other.
 */
function gap(scans: readonly Scan[], last: number, checkpointed: number, later: Place): StoreError {
  const before = scans.find(({ frames }) => frames.at(-1)?.sequence === last);
  const isFirst = later.at === segmentHeaderBytes;
  let { segment } = later;
  let at = segmentHeaderBytes;
  if (before && last > checkpointed && (segment === before.segment || isFirst))
    ({ segment, end: at } = before);
  else if (isFirst) segment = (scans.find((scan) => scan.segment !== segment) as Scan).segment;
  return damage(segment.path, `the frame at offset ${at}, of sequence ${last + 1}, is damaged`);
}

function damage(path: string, what: string): StoreError {
  return new StoreError(
    'damaged',
    `${path} holds acknowledged writes, and can't be used: ${what}. ` +
      'Restore the directory from a backup, or choose another with --data',
  );
}
