/**
 * Stacks merged into a tree: one node for each way a frame was reached. Children stand in the order
 * of their names, so equal profiles give equal trees whatever order their samples came in, and a
 * frame keeps its place from one run to the next.
 *
 * For every node, inclusive = self + the children's inclusive; the same holds for samples and
 * variances.
 */
import type { Frame, Profile } from './profile.js';

export interface Tree {
  readonly self: number;
  readonly inclusive: number;
  readonly samples: number;
  /**
   * Squared sampling error of self and of inclusive. A stack seen `n` times is known to within
   * about `√n` samples, so one worth `value` adds value²/n.
   */
  readonly selfVariance: number;
  readonly variance: number;
  readonly children: readonly TreeNode[];
}

export interface TreeNode extends Tree {
  readonly frame: Frame;
}

/** Frames are the same where this says the same. */
type Identity = (frame: Frame) => string;

export const exactly: Identity = ({ name, file, line, kind }) =>
  JSON.stringify([name, file, line, kind]);

/** For two builds, between which lines move. Anonymous functions of a file become one. */
export const exceptLine: Identity = ({ name, file, kind }) => JSON.stringify([name, file, kind]);

/** Returns the root. Stacks without frames are its self. */
export function buildTree({ stacks }: Pick<Profile, 'stacks'>, identity: Identity = exactly): Tree {
  const keys = new Map<Frame, string>();
  const keyOf = (frame: Frame) => {
    const key = keys.get(frame) ?? identity(frame);
    keys.set(frame, key);
    return key;
  };
  const root = new Growing();
  for (const { frames, value, samples } of stacks) {
    const variance = samples > 0 ? (value * value) / samples : 0;
    let node = root;
    node.add(value, samples, variance);
    for (const frame of frames) {
      node = node.child(keyOf(frame), frame);
      node.add(value, samples, variance);
    }
    node.self += value;
    node.selfVariance += variance;
  }
  return root.grown();
}

/** By name, file, line and kind; by code units, for a locale's order differs between machines. */
export function compareFrames(a: Frame, b: Frame): number {
  return (
    compare(a.name, b.name) ||
    compare(a.file ?? '', b.file ?? '') ||
    (a.line ?? 0) - (b.line ?? 0) ||
    compare(a.kind, b.kind)
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

class Growing {
  self = 0;
  selfVariance = 0;
  #inclusive = 0;
  #samples = 0;
  #variance = 0;
  readonly #children = new Map<string, { frame: Frame; node: Growing }>();

  add(value: number, samples: number, variance: number): void {
    this.#inclusive += value;
    this.#samples += samples;
    this.#variance += variance;
  }

  child(key: string, frame: Frame): Growing {
    const known = this.#children.get(key);
    if (known === undefined) {
      const node = new Growing();
      this.#children.set(key, { frame, node });
      return node;
    }
    // The first by order stands for all that count as one: which came first must not matter.
    if (known.frame !== frame && compareFrames(frame, known.frame) < 0) known.frame = frame;
    return known.node;
  }

  /** Without recursion, because stacks may be deep. */
  grown(): Tree {
    const order: Growing[] = [this];
    for (const one of order) for (const { node } of one.#children.values()) order.push(node);
    const grown = new Map<Growing, Tree>();
    // From the leaves on: a node's children are grown before it is.
    for (const one of order.reverse()) grown.set(one, one.#grownOver(grown));
    return grown.get(this) as Tree;
  }

  #grownOver(grown: ReadonlyMap<Growing, Tree>): Tree {
    return {
      self: this.self,
      inclusive: this.#inclusive,
      samples: this.#samples,
      selfVariance: this.selfVariance,
      variance: this.#variance,
      children: [...this.#children.values()]
        .map(({ frame, node }) => ({ frame, ...(grown.get(node) as Tree) }))
        .sort((a, b) => compareFrames(a.frame, b.frame)),
    };
  }
}
