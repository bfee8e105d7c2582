/**
 * The content of a batch as lines, in groups that are short to do. Pieces of content end anywhere;
 * a line ends with a newline or with the content. Lines of nothing but white space are left out, so
 * a group may be empty.
 */
/** Lines of a group: their work fits in a slice of time. */
const maxGroupLines = 128;
/** Blank lines take time too, though they are not in a group. */
const maxBlankLines = 4096;
/** A beginning of a line up to this size, in bytes, is memory that nobody is asked for. */
const maxFreeBytes = 64 * 1024;
const newline = 0x0a;
const whiteSpace: ReadonlySet<number> = new Set([0x09, 0x0d, 0x20]);

export interface Line {
  /** From 1, with the lines that were left out. */
  readonly number: number;
  /** A view of the content; undefined: the line is too long. */
  readonly bytes: Buffer | undefined;
}

export interface LineLimits {
  readonly maxLineBytes: number;
  /**
   * Called before more than a piece of one line is held, with `maxLineBytes`. The result is called
   * when the line is over.
   */
  readonly reserve?: (bytes: number) => Promise<() => void>;
}

/** @throws what `pieces` or `reserve` throw; the beginning of a line that was cut off is dropped */
export async function* lineGroups(
  pieces: AsyncIterable<Buffer>,
  { maxLineBytes, reserve = async () => () => {} }: LineLimits,
): AsyncGenerator<readonly Line[]> {
  /** The beginning of the current line, in earlier pieces; undefined: it is too long. */
  let begun: Buffer[] | undefined = [];
  let begunBytes = 0;
  let release = () => {};
  let isReserved = false;
  let number = 1;
  let group: Line[] = [];
  let blank = 0;

  const finish = (end: Buffer) => {
    const isTooLong = begun === undefined || begunBytes + end.length > maxLineBytes;
    const bytes = isTooLong
      ? undefined
      : begunBytes > 0
        ? Buffer.concat([...(begun ?? []), end])
        : end;
    if (!bytes || !isWithoutText(bytes)) group.push({ number, bytes });
    else blank++;
    number++;
    begun = [];
    begunBytes = 0;
  };

  try {
    for await (const piece of pieces) {
      let start = 0;
      for (let at = piece.indexOf(newline); at >= 0; at = piece.indexOf(newline, start)) {
        finish(piece.subarray(start, at));
        start = at + 1;
        if (group.length < maxGroupLines && blank < maxBlankLines) continue;
        yield group;
        group = [];
        blank = 0;
      }
      if (group.length > 0) yield group;
      group = [];
      if (start > 0 && isReserved) {
        release();
        isReserved = false;
      }
      if (start === piece.length) continue;
      begunBytes += piece.length - start;
      if (begunBytes > maxLineBytes) begun = undefined;
      else begun?.push(piece.subarray(start));
      if (begunBytes <= maxFreeBytes || isReserved || begun === undefined) continue;
      release = await reserve(maxLineBytes);
      isReserved = true;
    }
    if (begunBytes > 0) finish(Buffer.alloc(0));
    if (group.length > 0) yield group;
  } finally {
    if (isReserved) release();
  }
}

function isWithoutText(line: Buffer): boolean {
  for (const byte of line) if (!whiteSpace.has(byte)) return false;
  return true;
}
