/** A file as groups of lines. Lines of nothing but white space are left out. */
import { maxBatchLineBytes } from '../../config/limits.js';

export interface LineGroup {
  /** Whole lines, each with its newline. */
  readonly bytes: Buffer;
  /** For each line where it ends in `bytes`. */
  readonly ends: readonly number[];
  /** For each line its number in the file, from 1. */
  readonly numbers: readonly number[];
  /** It is one line that is too long for a batch. */
  readonly isLong: boolean;
}

const newline = 0x0a;

/** @param skip so many lines at the beginning are left out */
export async function* lineGroups(
  pieces: AsyncIterable<Buffer>,
  skip: number,
): AsyncGenerator<LineGroup, void> {
  let number = 0;
  let rest: Buffer[] = [];
  const groupsOf = (bytes: Buffer): LineGroup[] => {
    const groups: LineGroup[] = [];
    let start = 0;
    let ends: number[] = [];
    let numbers: number[] = [];
    const finish = (end: number, isLong = false) => {
      if (ends.length > 0)
        groups.push({ bytes: bytes.subarray(start, end), ends, numbers, isLong });
      start = end;
      ends = [];
      numbers = [];
    };
    let at = 0;
    for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline, at)) {
      number++;
      const isBlank = isWhiteSpace(bytes, at, end);
      const isLong = end - at > maxBatchLineBytes;
      if (isBlank || isLong || number <= skip) finish(at);
      at = end + 1;
      if (isBlank || number <= skip) start = at;
      else {
        ends.push(at - start);
        numbers.push(number);
        if (isLong) finish(at, true);
      }
    }
    finish(at);
    return groups;
  };
  for await (const piece of pieces) {
    const end = piece.lastIndexOf(newline) + 1;
    if (end > 0) {
      yield* groupsOf(
        rest.length > 0 ? Buffer.concat([...rest, piece.subarray(0, end)]) : piece.subarray(0, end),
      );
      rest = [];
    }
    if (end < piece.length) rest.push(piece.subarray(end));
  }
  if (rest.length > 0) yield* groupsOf(Buffer.concat([...rest, Buffer.of(newline)]));
}

function isWhiteSpace(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const byte = bytes[at];
    if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0d) return false;
  }
  return true;
}
