/** The lines of a batch do not depend on where its content was cut on its way. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Line, lineGroups } from '#dist/server/api/batch/line-groups.js';

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
  reserve?: (bytes: number) => Promise<() => void>,
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
            return { number, bytes: bytes.length > maxLineBytes ? undefined : bytes };
          });
        let held = 0;
        const reserve = async (bytes: number) => {
          expect(bytes).toBe(maxLineBytes);
          expect(++held).toBe(1);
          return () => held--;
        };
        const found = await linesOf(piecesOf(content, places), reserve);
        expect(found.map(({ number }) => number)).toEqual(expected.map(({ number }) => number));
        for (const [index, { bytes }] of found.entries()) {
          const whole = expected[index]?.bytes;
          expect(bytes === undefined ? whole : bytes.equals(whole ?? Buffer.alloc(1))).toBe(
            bytes === undefined ? undefined : true,
          );
        }
        expect(held).toBe(0);
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
