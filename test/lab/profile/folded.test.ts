/** Folded stacks, as other programs read them. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatFolded } from '#dist/lab/profile/folded.js';
import { anyStacks, frame, stack } from './sample.js';

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

test('every line has one semicolon less than frames, so other readers count the same', () => {
  fc.assert(
    fc.property(anyStacks, (stacks) => {
      const lines = formatFolded({ stacks }).split('\n').slice(0, -1);
      const depths = new Set(stacks.map(({ frames }) => Math.max(0, frames.length - 1)));
      for (const line of lines) expect(line).toMatch(/ [\d.]+$/);
      for (const line of lines) expect(depths).toContain(line.split(';').length - 1);
    }),
  );
});

test('equal stacks are one line, and the lines are sorted', () => {
  const text = formatFolded({ stacks: [stack('b', 10), stack('a', 1), stack('b', 5)] });
  expect(text).toBe('a (src/a.ts:3) 1\nb (src/b.ts:3) 15\n');
});
