/**
 * Two profiles of the same kind, frame by frame: per request if both have requests, else by share
 * of the total.
 *
 * The tree is the union of both. A function is the same if name, file and kind are: between builds
 * lines move. The difference is never stored, so after = before + difference holds exactly.
 *
 * Noise: what was seen in `n` samples is known to within about `√n` of them. A difference counts if
 * it is more than {@link sigmas} times the error of both together; with that, of a thousand
 * unchanged frames some three still stand out.
 */
import { requestsOf } from '../amount.js';
import { perRequests } from '../kinds.js';
import type { Frame, Profile } from '../profile.js';
import { buildTree, compareFrames, exceptLine, type Tree } from '../tree.js';

export const sigmas = 3;

/** A frame's share of one of the profiles, and its standard error. */
export interface Measured {
  readonly value: number;
  readonly error: number;
}

export interface Change {
  readonly before: Measured;
  readonly after: Measured;
}

export interface DiffNode {
  /** Absent at the root. As it was after, unless it vanished. */
  readonly frame?: Frame;
  readonly self: Change;
  readonly inclusive: Change;
  readonly children: readonly DiffNode[];
}

export interface DiffProfile {
  readonly kind: Profile['kind'];
  /** The unit of the values: µs or bytes per request, or a share of all. */
  readonly per: 'request' | 'share';
  readonly samples: { readonly before: number; readonly after: number };
  readonly root: DiffNode;
}

/** @throws TypeError if one is of CPU and the other of allocations */
export function diffProfiles(before: Profile, after: Profile): DiffProfile {
  if (before.kind !== after.kind)
    throw new TypeError(`cannot compare ${before.kind} with ${after.kind}`);
  const trees = { before: buildTree(before, exceptLine), after: buildTree(after, exceptLine) };
  const requests = { before: requestsOf(before), after: requestsOf(after) };
  const per = requests.before !== undefined && requests.after !== undefined ? 'request' : 'share';
  const divisor = (side: 'before' | 'after') =>
    (per === 'request'
      ? perRequests(before.kind, requests[side]).divisor
      : trees[side].inclusive) || 1;
  return {
    kind: before.kind,
    per,
    samples: { before: trees.before.samples, after: trees.after.samples },
    root: join(trees.before, trees.after, { before: divisor('before'), after: divisor('after') }),
  };
}

export function delta({ before, after }: Change): number {
  return after.value - before.value;
}

/** A difference counts above this. */
export function threshold({ before, after }: Change): number {
  return sigmas * Math.hypot(before.error, after.error);
}

export function isNoise(change: Change): boolean {
  return Math.abs(delta(change)) <= threshold(change);
}

type Sides = Readonly<Record<'before' | 'after', number>>;

/** A node of either tree, or the same node of both. */
interface Pair {
  readonly frame?: Frame;
  readonly before?: Tree;
  readonly after?: Tree;
  readonly children: Pair[];
}

/** Without recursion, because stacks may be deep. */
function join(before: Tree, after: Tree, divisors: Sides): DiffNode {
  const root: Pair = { before, after, children: [] };
  const order = [root];
  for (const pair of order)
    for (const child of pairsOf(pair)) {
      pair.children.push(child);
      order.push(child);
    }
  const joined = new Map<Pair, DiffNode>();
  // From the leaves on: a node's children are joined before it is.
  for (const pair of order.reverse()) joined.set(pair, joinPair(pair, joined, divisors));
  return joined.get(root) as DiffNode;
}

function pairsOf({ before, after }: Pair): Iterable<Pair> {
  const pairs = new Map<string, Pair>();
  for (const node of before?.children ?? [])
    pairs.set(exceptLine(node.frame), { frame: node.frame, before: node, children: [] });
  for (const node of after?.children ?? []) {
    const key = exceptLine(node.frame);
    pairs.set(key, { ...pairs.get(key), frame: node.frame, after: node, children: [] });
  }
  return pairs.values();
}

function joinPair(
  { frame, before, after, children }: Pair,
  joined: ReadonlyMap<Pair, DiffNode>,
  divisors: Sides,
): DiffNode {
  const side = (value: number, variance: number, divisor: number): Measured => ({
    value: value / divisor,
    error: Math.sqrt(variance) / divisor,
  });
  return {
    ...(frame && { frame }),
    self: {
      before: side(before?.self ?? 0, before?.selfVariance ?? 0, divisors.before),
      after: side(after?.self ?? 0, after?.selfVariance ?? 0, divisors.after),
    },
    inclusive: {
      before: side(before?.inclusive ?? 0, before?.variance ?? 0, divisors.before),
      after: side(after?.inclusive ?? 0, after?.variance ?? 0, divisors.after),
    },
    children: children
      .map((child) => joined.get(child) as DiffNode)
      .sort((a, b) => compareFrames(a.frame as Frame, b.frame as Frame)),
  };
}
