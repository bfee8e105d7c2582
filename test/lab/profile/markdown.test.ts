/** A profile as Markdown: what stands in it, and that no name breaks out of its place. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { formatMarkdown, hotStacks } from '#dist/lab/profile/markdown.js';
import { anyProfile, frame, profileOf, stack } from './sample.js';

it('has the figures, the functions by their share, and the hot stacks with their places', () => {
  const profile = profileOf([stack('main;put', 30), stack('main', 20), stack('main;put', 10)], {
    requests: 4,
    notes: ['one thread is missing'],
  });
  const text = formatMarkdown(profile, { title: 'CPU time', facts: ['Collections     3'] });
  expect(text).toContain('# CPU time\n\n- Collections: 3\n- Note: one thread is missing.\n\n');
  expect(text).toContain('| `put` | `src/put.ts:3` | 10.0 µs | 66.7 % | 10.0 µs | 66.7 % |');
  expect(text).toContain(
    '66.7 % of the CPU time: 10.0 µs per request, 4 samples in 1.0 s\n\n' +
      '```text\nmain  src/main.ts:3\nput  src/put.ts:3\n```\n',
  );
});

it('shows the ends of a deep stack', () => {
  const names = Array.from({ length: 100 }, (_, index) => `f${index}`).join(';');
  const text = formatMarkdown(profileOf([stack(names, 10)]), { title: 'x' });
  expect(text).toMatch(/f2 {2}src\/f2\.ts:3\n… 83 frames\nf86 /);
});

it('merges equal stacks, the most expensive first', () => {
  const stacks = [stack('a', 10), stack('b', 15), stack('a', 10), stack('c', 0)];
  expect(hotStacks({ stacks }, 5).map(({ value, share }) => [value, share])).toEqual([
    [20, 20 / 35],
    [15, 15 / 35],
  ]);
});

it('lets no name end its code block', () => {
  const name = 'x\n```\n# heading';
  const text = formatMarkdown(profileOf([{ ...stack('a', 9), frames: [frame(name)] }]), {
    title: 't',
  });
  expect(text).not.toContain('\n# heading');
  fc.assert(
    fc.property(anyProfile, (profile) => {
      const fences = formatMarkdown(profile, { title: 't' }).match(/^```/gm) ?? [];
      expect(fences.length % 2).toBe(0);
    }),
  );
});
