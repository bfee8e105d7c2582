/** The lines of a batch do not depend on where its content was cut on its way. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Line, type LongLine, lineGroups } from '#dist/server/api/batch/line-groups.js';

const maxLineBytes = 200_000;

async function* piecesOf(content: Buffer, cuts: readonly number[]): AsyncGenerator<Buffer> {
  const places = [...new Set(cuts.map((cut) => cut % (content.length + 1)))].sort((a, b) => a - b);
  let from = 0;
  for (const place of [...places, content.length]) {
    if (place > from) yield content.subarray(from, place);
    from = place;
  }
}

async function linesOf(
  pieces: AsyncIterable<Buffer>,
  reserve?: (bytes: number) => Promise<LongLine>,
): Promise<Line[]> {
  const limits = reserve ? { maxLineBytes, reserve } : { maxLineBytes };
  const all: Line[] = [];
  for await (const group of lineGroups(pieces, limits)) {
    expect(group.length).toBeLessThanOrEqual(128);
    // The bytes are a view of the content, which is used again.
    all.push(...group.map(({ number, bytes }) => ({ number, bytes: bytes && Buffer.from(bytes) })));
  }
  return all;
}

const line = fc.oneof(
  fc.stringMatching(/^[ -~é]{0,30}$/),
  fc.constantFrom('', ' ', '\t \r', '{"key":"a"}\r'),
  fc
    .constantFrom(70_000, maxLineBytes, maxLineBytes + 1, 3 * maxLineBytes)
    .map((n) => 'x'.repeat(n)),
);

test('content cut anywhere gives its lines, numbered, without those that are blank', async () => {
  const cuts = fc.array(fc.nat(2 ** 31 - 1), { maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(
      fc.array(line, { maxLength: 12 }),
      fc.boolean(),
      cuts,
      async (lines, endsWithNewline, places) => {
        const content = Buffer.from(lines.join('\n') + (endsWithNewline ? '\n' : ''));
        const expected = lines
          .map((text, index) => ({ number: index + 1, bytes: Buffer.from(text) }))
          .filter(({ bytes }) => bytes.toString().trim() !== '')
          .map(({ number, bytes }) => {
            const isTooLong = bytes.length > maxLineBytes;
            const text = Buffer.from(bytes.toString().replace(/^[\t\r ]+/, ''));
            return { number, bytes: isTooLong ? undefined : text };
          });
        let held = 0;
        let watched = 0;
        const reserve = async (bytes: number) => {
          expect(bytes).toBe(maxLineBytes);
          expect(++held).toBe(1);
          watched = 1;
          const end = () => {
            watched = 0;
          };
          return { end, release: () => held-- };
        };
        const found = await linesOf(piecesOf(content, places), reserve);
        expect(found.map(({ number }) => number)).toEqual(expected.map(({ number }) => number));
        for (const [index, { bytes }] of found.entries()) {
          const whole = expected[index]?.bytes;
          expect(bytes === undefined ? whole : bytes.equals(whole ?? Buffer.alloc(1))).toBe(
            bytes === undefined ? undefined : true,
          );
        }
        expect([held, watched]).toEqual([0, 0]);
      },
    ),
    { numRuns: 60 },
  );
});

test('many short lines in one piece come in groups, in order', async () => {
  const content = Buffer.from(Array.from({ length: 1000 }, (_, i) => `${i}\n`).join(''));
  const found = await linesOf(piecesOf(content, []));
  expect(found.map(({ bytes }) => bytes?.toString())).toEqual(
    Array.from({ length: 1000 }, (_, i) => `${i}`),
  );
});

test('blank lines make empty groups, so that a flood of them takes slices of time', async () => {
  let groups = 0;
  for await (const group of lineGroups(piecesOf(Buffer.alloc(100_000, '\n'), []), {
    maxLineBytes,
  })) {
    expect(group).toEqual([]);
    groups++;
  }
  expect(groups).toBe(Math.floor(100_000 / 4096));
});

test('a long line of white space is scanned as it comes, and is not kept', async () => {
  const content = Buffer.from(`${' '.repeat(3 * maxLineBytes)}\n${' '.repeat(maxLineBytes)}x\ny`);
  const reserve = () => Promise.reject(new Error('more than a piece was held'));
  const found = await linesOf(piecesOf(content, [100_000, 250_000, 400_000, 700_000]), reserve);
  expect(found.map(({ number, bytes }) => [number, bytes?.toString()])).toEqual([
    [2, undefined],
    [3, 'y'],
  ]);
});

test('nothing of a piece is kept when the next one comes', async () => {
  // One block of memory for all pieces, as of a socket that reads into the same one.
  const block = Buffer.alloc(3);
  const content = `{"key":"a"}\n${'x'.repeat(1000)}\n\nlast`;
  const reused = async function* () {
    for (let at = 0; at < content.length; at += 3)
      yield block.subarray(0, block.write(content.slice(at, at + 3)));
  };
  const found = await linesOf(reused());
  expect(found.map(({ bytes }) => bytes?.toString())).toEqual([
    '{"key":"a"}',
    'x'.repeat(1000),
    'last',
  ]);
});

test('a long line is awaited until it is whole, and holds memory until it is done', async () => {
  const events: string[] = [];
  const reserve = async () => ({
    end: () => events.push('whole'),
    release: () => events.push('free'),
  });
  const pieces = async function* () {
    yield Buffer.from('x'.repeat(100_000));
    yield Buffer.from('x\nshort');
    events.push('next piece');
  };
  for await (const group of lineGroups(pieces(), { maxLineBytes, reserve }))
    events.push(`line of ${group[0]?.bytes?.length}`);
  expect(events.slice(0, 4)).toEqual(['whole', 'line of 100001', 'free', 'next piece']);
});

test('the beginning of a line that was cut off is dropped', async () => {
  const broken = async function* () {
    yield Buffer.from('one\ntw');
    throw new Error('cut off');
  };
  const found: (string | undefined)[] = [];
  const reading = (async () => {
    for await (const group of lineGroups(broken(), { maxLineBytes }))
      found.push(...group.map(({ bytes }) => bytes?.toString()));
  })();
  await expect(reading).rejects.toThrow('cut off');
  expect(found).toEqual(['one']);
});
