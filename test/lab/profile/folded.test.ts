/** Folded stacks: as others read them, and back. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FoldedError, formatFolded, parseFolded } from '#dist/lab/profile/folded.js';
import { anyStacks, frame, stack } from './sample.js';

test('what was written reads back with every frame as it was, whatever its name', () => {
  fc.assert(
    fc.property(anyStacks, (stacks) => {
      const totals = new Map<string, number>();
      for (const { frames, value } of stacks) {
        const key = JSON.stringify(
          frames.map(({ name, kind, file, line }) => [name, kind, file, line]),
        );
        totals.set(key, (totals.get(key) ?? 0) + value);
      }
      const read = parseFolded(formatFolded({ stacks })).map(
        ({ frames, value }) =>
          [
            JSON.stringify(frames.map(({ name, kind, file, line }) => [name, kind, file, line])),
            value,
          ] as const,
      );
      expect(new Map(read)).toEqual(totals);
      expect(read).toHaveLength(totals.size);
    }),
  );
});

test('a line is frames between semicolons, a space, and the value', () => {
  const frames = [
    frame('main', 'src/a.ts', 3),
    frame('write', 'node:net', 7, 'node'),
    frame('(program)', undefined, undefined, 'v8'),
  ];
  expect(formatFolded({ stacks: [{ frames, value: 12, samples: 1 }] })).toBe(
    'main (src/a.ts:3);write (node:net:7);(program) 12\n',
  );
});

test('every line has as many semicolons as frames less one, so other readers count the same', () => {
  fc.assert(
    fc.property(anyStacks, (stacks) => {
      const lines = formatFolded({ stacks }).split('\n').slice(0, -1);
      const depths = new Set(stacks.map(({ frames }) => Math.max(0, frames.length - 1)));
      for (const line of lines) expect(depths).toContain(line.split(';').length - 1);
    }),
  );
});

test('equal stacks are one line, and the lines are sorted', () => {
  const text = formatFolded({ stacks: [stack('b', 10), stack('a', 1), stack('b', 5)] });
  expect(text).toBe('a (src/a.ts:3) 1\nb (src/b.ts:3) 15\n');
});

test('perf’s folded stacks are read: one sample a unit, a frame without a file is the engine’s', () => {
  expect(parseFolded('node;uv__read;[unknown] 3\n')).toEqual([
    {
      frames: ['node', 'uv__read', '[unknown]'].map((name) => ({ name, kind: 'v8' })),
      value: 3,
      samples: 3,
    },
  ]);
  expect(parseFolded('main 5000', 1000)[0]?.samples).toBe(5);
});

test('a line without a number is refused by its number', () => {
  expect(() => parseFolded('a 1\nb\n')).toThrow(FoldedError);
  expect(() => parseFolded('a 1\nb\n')).toThrow('line 2 does not end in a space and a number: "b"');
});
