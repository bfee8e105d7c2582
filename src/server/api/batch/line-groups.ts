/**
 * The content of a batch as lines, in groups that are short to do. Pieces of content end anywhere;
 * a line ends with a newline or with the content. Lines of nothing but white space are left out, so
 * a group may be empty. White space before a line is left out too.
 *
 * Invariant: no piece is kept once the next one is asked for. The beginning of a line is copied.
 */
import { GrowingBuffer } from '../../connection/growing-buffer.js';

/** Lines of a group, unless a caller has another bound: their work fits in a slice of time. */
const defaultMaxGroupLines = 128;
/** Blank lines take time too, though they are not in a group. */
const maxBlankLines = 4096;
/** A beginning of a line up to this size, in bytes, is memory that nobody is asked for. */
export const maxFreeLineBytes = 64 * 1024;
const newline = 0x0a;
const nothing = Buffer.alloc(0);

export interface Line {
  /** From 1, with the lines that were left out. */
  readonly number: number;
  /** Valid until the next group is asked for; undefined: the line is too long. */
  readonly bytes: Buffer | undefined;
}

/** Memory for a line of which more than a piece is held. */
export interface LongLine {
  /** Called when the line is whole: its client is not waited for any more. */
  end(): void;
  /** Called when its bytes are free again. */
  release(): void;
}

export interface LineLimits {
  readonly maxLineBytes: number;
  readonly maxGroupLines?: number;
  /** Called before more than a piece of one line is held, with `maxLineBytes`. */
  readonly reserve?: (bytes: number) => Promise<LongLine>;
}

/** @throws what `pieces` or `reserve` throw; the beginning of a line that was cut off is dropped */
export async function* lineGroups(
  pieces: AsyncIterable<Buffer>,
  { maxLineBytes, maxGroupLines = defaultMaxGroupLines, reserve }: LineLimits,
): AsyncGenerator<readonly Line[]> {
  /** The current line, as far as it was in earlier pieces; empty if it is too long. */
  const begun = new GrowingBuffer(maxLineBytes);
  /** Its length, and whether it has more than white space. */
  let lineBytes = 0;
  let isBlank = true;
  let long: LongLine | undefined;
  let number = 1;
  let group: Line[] = [];
  let blankLines = 0;

  const textOf = (part: Buffer) => {
    lineBytes += part.length;
    const text = isBlank ? withoutIndent(part) : part;
    if (text.length > 0) isBlank = false;
    return text;
  };
  const finish = (end: Buffer) => {
    const text = textOf(end);
    const isTooLong = lineBytes > maxLineBytes;
    if (isBlank) blankLines++;
    else if (isTooLong || begun.length === 0)
      group.push({ number, bytes: isTooLong ? undefined : text });
    else {
      begun.add(text);
      group.push({ number, bytes: begun.take() });
    }
    begun.clear();
    long?.end();
    number++;
    lineBytes = 0;
    isBlank = true;
  };

  try {
    for await (const piece of pieces) {
      let start = 0;
      for (let at = piece.indexOf(newline); at >= 0; at = piece.indexOf(newline, start)) {
        finish(piece.subarray(start, at));
        start = at + 1;
        if (group.length < maxGroupLines && blankLines < maxBlankLines) continue;
        yield group;
        group = [];
        blankLines = 0;
      }
      if (group.length > 0) yield group;
      group = [];
      if (start > 0) {
        long?.release();
        long = undefined;
      }
      if (start === piece.length) continue;
      const text = textOf(piece.subarray(start));
      if (lineBytes > maxLineBytes) begun.clear();
      else begun.add(text);
      if (begun.length > maxFreeLineBytes) long ??= await reserve?.(maxLineBytes);
    }
    if (lineBytes > 0) finish(nothing);
    if (group.length > 0) yield group;
  } finally {
    long?.end();
    long?.release();
  }
}

/** Index by index: an iterator takes ten times as long, and a line may be a MiB of spaces. */
function withoutIndent(part: Buffer): Buffer {
  let at = 0;
  while (at < part.length && isWhiteSpace(part[at])) at++;
  return at === 0 ? part : part.subarray(at);
}

function isWhiteSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0d;
}
