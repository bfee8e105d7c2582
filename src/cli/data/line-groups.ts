/**
 * A file as groups of lines. They are parted as the server does it, so both mean the same lines:
 * those of nothing but white space are left out, and counted.
 */
import { maxBatchLineBytes, maxImportLineBytes } from '../../config/limits.js';
import { type Line, lineGroups as linesOfPieces } from '../../server/api/batch/line-groups.js';

export interface LineGroup {
  /** Whole lines, each with its newline; undefined: one line that no server takes. */
  readonly bytes: Buffer | undefined;
  /** For each line where it ends in `bytes`. */
  readonly ends: readonly number[];
  /** For each line its number in the file, from 1. */
  readonly numbers: readonly number[];
  /** It is one line that is too long for a batch. */
  readonly isLong: boolean;
}

export interface LineSelection {
  /** So many lines at the beginning are left out. */
  readonly skip: number;
  /** Longer lines are a group without bytes. */
  readonly maxLineBytes?: number;
  /** Called with the number of the last line that has text, and is left out. */
  readonly onSkipped?: (number: number) => void;
}

const newline = Buffer.from('\n');

export async function* lineGroups(
  pieces: AsyncIterable<Buffer>,
  { skip, maxLineBytes = maxImportLineBytes, onSkipped = () => {} }: LineSelection,
): AsyncGenerator<LineGroup, void> {
  const limits = { maxLineBytes, maxGroupLines: Number.POSITIVE_INFINITY };
  for await (const lines of linesOfPieces(pieces, limits)) {
    let short: Line[] = [];
    for (const line of lines)
      if (line.number <= skip) onSkipped(line.number);
      else if (line.bytes && line.bytes.length <= maxBatchLineBytes) short.push(line);
      else {
        if (short.length > 0) yield groupOf(short, false);
        short = [];
        yield groupOf([line], true);
      }
    if (short.length > 0) yield groupOf(short, false);
  }
}

function groupOf(lines: readonly Line[], isLong: boolean): LineGroup {
  const pieces: Buffer[] = [];
  const ends: number[] = [];
  let end = 0;
  for (const { bytes } of lines) {
    if (bytes) pieces.push(bytes, newline);
    end += bytes ? bytes.length + 1 : 0;
    ends.push(end);
  }
  const bytes = pieces.length > 0 ? Buffer.concat(pieces, end) : undefined;
  return { bytes, ends, numbers: lines.map(({ number }) => number), isLong };
}
