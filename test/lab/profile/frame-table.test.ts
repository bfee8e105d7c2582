/** Profiles in words, and the amounts they are told in. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatAmount, formatCount, formatDelta, formatShare } from '#dist/lab/profile/amount.js';
import {
  code,
  describeTopFrames,
  formatTopFrames,
  topFrames,
} from '#dist/lab/profile/frame-table.js';
import { anyStacks, frame, profileOf, stack } from './sample.js';

test('selves add up to the total, and no inclusive is more than it', () => {
  fc.assert(
    fc.property(anyStacks, (stacks) => {
      const top = topFrames({ stacks }, 100);
      const total = stacks.reduce((sum, { value }) => sum + value, 0);
      const unframed = stacks
        .filter(({ frames }) => frames.length === 0)
        .reduce((sum, { value }) => sum + value, 0);
      expect(top.reduce((sum, { self }) => sum + self, unframed)).toBe(total);
      for (const { inclusive } of top) expect(inclusive).toBeLessThanOrEqual(total);
    }),
  );
});

test('a function is one row however it was reached, and recursion counts once', () => {
  const [top] = topFrames(profileOf([stack('f;f;f', 30), stack('g;f', 50), stack('g', 20)]), 1);
  expect(top).toEqual({
    ...frame('f', 'src/f.ts', 3),
    self: 80,
    inclusive: 80,
    selfShare: 0.8,
    inclusiveShare: 0.8,
  });
});

test('the table is Markdown, per request where requests were counted', () => {
  const profile = profileOf([stack('put;write|all', 900), stack('put', 100)], { requests: 10 });
  expect(formatTopFrames(profile)).toBe(`| Function | Where | Self per request | | With callees | |
| --- | --- | ---: | ---: | ---: | ---: |
| \`write\\|all\` | \`src/write\\|all.ts:3\` | 90.0 µs | 90.0 % | 90.0 µs | 90.0 % |
| \`put\` | \`src/put.ts:3\` | 10.0 µs | 10.0 % | 100 µs | 100.0 % |
`);
});

test('a sentence names the first and what they take together', () => {
  const profile = profileOf([stack('a', 70), stack('b', 20), stack('c', 10)]);
  expect(describeTopFrames(profile, 2)).toBe(
    '`a` (70.0 %), `b` (20.0 %): together 90.0 % of the CPU time.',
  );
  expect(describeTopFrames(profileOf([]))).toBe('Nothing was sampled.');
});

test('names with backticks and line breaks stay within their code span', () => {
  expect(code('a`b')).toBe('`` a`b ``');
  expect(code('a\n| b')).toBe('`a \\| b`');
});

test.each([
  [0, 'cpu', '0 µs'],
  [0.0412, 'cpu', '0.041 µs'],
  [41.26, 'cpu', '41.3 µs'],
  [999.6, 'cpu', '1.00 ms'],
  [61_000_000, 'cpu', '61.0 s'],
  [999_999_999, 'cpu', '1000 s'],
  [-1234, 'alloc', '−1.23 kB'],
  [512, 'alloc', '512 B'],
] as const)('%d of %s is %s', (amount, kind, text) => {
  expect(formatAmount(amount, kind)).toBe(text);
});

test('a difference has its sign, unless it is none', () => {
  expect([3, -3, 0, 0.0001].map((amount) => formatDelta(amount, 'cpu'))).toEqual([
    '+3.00 µs',
    '−3.00 µs',
    '0 µs',
    '0 µs',
  ]);
});

test('shares and counts', () => {
  expect([0, 0.0004, 0.301, 1].map(formatShare)).toEqual(['0.0 %', '0.04 %', '30.1 %', '100.0 %']);
  expect([999, 149_975, 1e6].map(formatCount)).toEqual([
    '999',
    '149\u00a0975',
    '1\u00a0000\u00a0000',
  ]);
});
