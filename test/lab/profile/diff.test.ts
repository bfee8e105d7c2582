/** Differences: their arithmetic, their noise, and that a regression stands out of them. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type DiffNode, delta, diffProfiles, isNoise } from '#dist/lab/profile/diff/diff.js';
import { renderDiffFlameGraph } from '#dist/lab/profile/diff/diff-graph.js';
import { formatTopChanges, topChanges } from '#dist/lab/profile/diff/top-changes.js';
import type { Profile } from '#dist/lab/profile/profile.js';
import { buildTree } from '#dist/lab/profile/tree.js';
import { anyProfile, frame, profileOf, stack } from './sample.js';
import { elements, parseXml } from './xml.js';

const nodesOf = (node: DiffNode): DiffNode[] => [node, ...node.children.flatMap(nodesOf)];
const draw = (before: Profile, after: Profile) =>
  renderDiffFlameGraph(diffProfiles(before, after), { title: 'before and after' });
const classes = (svg: string) =>
  elements(parseXml(svg), 'g').flatMap(({ attributes, children }) =>
    children.some(({ name }) => name === 'title') ? [attributes.class] : [],
  );

test('a profile never differs from itself: each frame is grey, and nothing is a top change', () => {
  fc.assert(
    fc.property(anyProfile, (profile) => {
      const diff = diffProfiles(profile, structuredClone(profile));
      for (const { self, inclusive } of nodesOf(diff.root))
        expect([delta(self), delta(inclusive)]).toEqual([0, 0]);
      expect(topChanges(diff)).toEqual([]);
      expect(new Set(classes(draw(profile, profile)))).toEqual(new Set(['z']));
    }),
    { numRuns: 30 },
  );
});

test('before and after are the profiles’ own values a request, and selves add up to them', () => {
  fc.assert(
    fc.property(anyProfile, anyProfile, (one, two) => {
      const before = { ...one, requests: 8 };
      const after = { ...two, kind: one.kind, requests: 2 };
      const { root } = diffProfiles(before, after);
      expect(root.inclusive.before.value).toBe(buildTree(before).inclusive / 8);
      expect(root.inclusive.after.value).toBe(buildTree(after).inclusive / 2);
      const changes = nodesOf(root).reduce((sum, { self }) => sum + delta(self), 0);
      expect(changes).toBeCloseTo(delta(root.inclusive), 6);
    }),
  );
});

test('swapping the profiles turns every difference round', () => {
  fc.assert(
    fc.property(anyProfile, anyProfile, (one, two) => {
      const [there, back] = [
        diffProfiles(one, { ...two, kind: one.kind }),
        diffProfiles({ ...two, kind: one.kind }, one),
      ];
      // Frames that differ in line only have the later stand for both: the order may differ, the
      // amounts may not.
      const amounts = (root: DiffNode, sign: number) =>
        nodesOf(root)
          .map(({ inclusive }) => sign * delta(inclusive) || 0)
          .sort((a, b) => a - b);
      expect(amounts(there.root, 1)).toEqual(amounts(back.root, -1));
    }),
  );
});

const base = [stack('main;parse', 30_000), stack('main;write', 50_000), stack('main;hash', 20_000)];

test('a known regression is the top change, though its callers grew as much', () => {
  const after = [
    stack('main;parse', 30_500),
    stack('main;write', 49_000),
    stack('main;hash', 60_000),
  ];
  const diff = diffProfiles(
    profileOf(base, { requests: 1000 }),
    profileOf(after, { requests: 1000 }),
  );
  expect(
    topChanges(diff).map(({ frame: { name }, delta: by, noise }) => [name, by, noise]),
  ).toEqual([
    ['hash', 40, false],
    ['write', -1, true],
    ['parse', 0.5, true],
  ]);
  expect(formatTopChanges(diff, 1)).toContain(
    '| `hash` | `src/hash.ts` | 20.0 µs | 60.0 µs | +40.0 µs |',
  );
});

test('half the load changes nothing: a request costs the same', () => {
  const half = base.map(({ frames, value, samples }) => ({
    frames,
    value: value / 2,
    samples: samples / 2,
  }));
  const diff = diffProfiles(
    profileOf(base, { requests: 1000 }),
    profileOf(half, { requests: 500 }),
  );
  expect(topChanges(diff)).toEqual([]);
  const shares = diffProfiles(profileOf(base), profileOf(half, { requests: 500 }));
  expect([shares.per, topChanges(shares)]).toEqual(['share', []]);
});

test('what chance makes is noise, and more samples tell more', () => {
  const at = (samples: number) => profileOf([stack('f', 10 * samples)], { requests: 100 });
  const noisy = (before: number, after: number) =>
    isNoise(diffProfiles(at(before), at(after)).root.inclusive);
  // 3·√(100 + 142) is 47; 3·√(10 000 + 11 000) is 435.
  expect([noisy(100, 142), noisy(100, 150)]).toEqual([true, false]);
  expect([noisy(10_000, 10_420), noisy(10_000, 10_450)]).toEqual([true, false]);
  expect([noisy(0, 8), noisy(0, 10)]).toEqual([true, false]);
});

test('a function that moved down its file is the same function', () => {
  const at = (line: number) =>
    profileOf([{ frames: [frame('f', 'a.ts', line)], value: 1000, samples: 100 }]);
  const diff = diffProfiles(at(3), at(70));
  expect(topChanges(diff)).toEqual([]);
  expect(diff.root.children[0]?.frame?.line).toBe(70);
});

test('frames that vanished are in the picture, and it says so', () => {
  const svg = draw(profileOf(base, { requests: 10 }), profileOf(base.slice(1), { requests: 10 }));
  expect(classes(svg).filter((name) => name?.endsWith(' gone'))).toEqual(['s3 gone']);
  expect(svg).toContain('Dashed: gone.');
  expect(svg).toContain('parse\u2003−3.00 ms');
});

test('it is well-formed and the same for equal input, whatever the names are', () => {
  fc.assert(
    fc.property(anyProfile, anyProfile, (one, two) => {
      const after = { ...two, kind: one.kind };
      parseXml(draw(one, after));
      expect(draw(structuredClone(one), structuredClone(after))).toBe(draw(one, after));
    }),
    { numRuns: 30 },
  );
});

test('CPU time and bytes do not compare', () => {
  expect(() => diffProfiles(profileOf([]), profileOf([], { kind: 'alloc' }))).toThrow(TypeError);
});
