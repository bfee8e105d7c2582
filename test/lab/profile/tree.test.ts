/** The tree that stacks become. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { buildTree, exceptLine, type Tree } from '#dist/lab/profile/tree.js';
import { anyStacks, frame, profileOf, stack } from './sample.js';

const nodesOf = (tree: Tree): Tree[] => [tree, ...tree.children.flatMap(nodesOf)];
const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

test('of every node, inclusive is self and the children’s together, and so are variances', () => {
  fc.assert(
    fc.property(anyStacks, (stacks) => {
      for (const node of nodesOf(buildTree({ stacks }))) {
        expect(node.inclusive).toBe(node.self + sum(node.children.map((child) => child.inclusive)));
        const variance = node.selfVariance + sum(node.children.map((child) => child.variance));
        expect(node.variance).toBeCloseTo(variance, -Math.log10(variance || 1) + 6);
      }
    }),
  );
});

test('all selves together are the total, and the root has every sample', () => {
  fc.assert(
    fc.property(anyStacks, (stacks) => {
      const tree = buildTree({ stacks });
      expect(sum(nodesOf(tree).map(({ self }) => self))).toBe(
        sum(stacks.map(({ value }) => value)),
      );
      expect(tree.samples).toBe(sum(stacks.map(({ samples }) => samples)));
    }),
  );
});

test('the order of the stacks does not matter', () => {
  const whole = anyStacks.chain((stacks) =>
    fc.tuple(fc.constant(stacks), fc.shuffledSubarray(stacks, { minLength: stacks.length })),
  );
  const plain = ({ self, inclusive, samples, children, ...node }: Tree): unknown => ({
    frame: (node as { frame?: unknown }).frame,
    self,
    inclusive,
    samples,
    children: children.map(plain),
  });
  fc.assert(
    fc.property(whole, ([stacks, shuffled]) => {
      expect(plain(buildTree({ stacks: shuffled }))).toEqual(plain(buildTree({ stacks })));
      expect(plain(buildTree({ stacks: shuffled }, exceptLine))).toEqual(
        plain(buildTree({ stacks }, exceptLine)),
      );
    }),
  );
});

test('a function reached in two ways is two nodes, and a recursion is a tower', () => {
  const { children } = buildTree(
    profileOf([stack('b;work;work', 10), stack('a;work', 20), stack('a', 5)]),
  );
  expect(children.map((child) => ('frame' in child ? child.frame.name : ''))).toEqual(['a', 'b']);
  expect(children.map(({ self, inclusive }) => [self, inclusive])).toEqual([
    [5, 25],
    [0, 10],
  ]);
  expect(children[1]?.children[0]?.children[0]?.self).toBe(10);
});

test('functions of one name are one if file, kind and (unless told otherwise) line agree', () => {
  const at = (line: number) => ({ frames: [frame('f', 'a.ts', line)], value: 1, samples: 1 });
  const elsewhere = { frames: [frame('f', 'b.ts', 1)], value: 1, samples: 1 };
  const stacks = [at(9), at(2), elsewhere];
  expect(buildTree({ stacks }).children).toHaveLength(3);
  const merged = buildTree({ stacks }, exceptLine).children;
  expect(merged.map(({ frame: { file, line }, self }) => [file, line, self])).toEqual([
    ['a.ts', 2, 2],
    ['b.ts', 1, 1],
  ]);
});
