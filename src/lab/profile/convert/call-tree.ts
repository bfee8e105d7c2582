/**
 * V8's call trees, walked without recursion, because stacks may be deep. The frames of a stack are
 * collected only for nodes that ask for them. Our own measuring is left out.
 */
import { ProfileError } from '../profile-errors.js';
import { probeUrl } from '../sampling/inspector-connection.js';
import type { CallFrame } from '../sampling/raw.js';

export interface Visit<Node> {
  readonly node: Node;
  /** Absent at V8's `(root)`. */
  readonly caller?: Visit<Node>;
}

export function* walk<Node extends { readonly callFrame: CallFrame }>(
  root: Node,
  childrenOf: (node: Node) => readonly Node[],
): Generator<Visit<Node>> {
  const open: Visit<Node>[] = [{ node: root }];
  for (let visit = open.pop(); visit; visit = open.pop()) {
    yield visit;
    for (const node of childrenOf(visit.node))
      if (node.callFrame.url !== probeUrl) open.push({ node, caller: visit });
  }
}

/** A file of some MB may name stacks that fill the memory: each node of a deep one is a stack. */
const maxFrames = 20_000_000;

/** Collects the stacks of one profile. */
export class CallStacks {
  #frames = 0;

  /**
   * The outermost first, without V8's `(root)`.
   * @throws ProfileError `unreadable` if the stacks together are too large
   */
  of<Node extends { readonly callFrame: CallFrame }>(visit: Visit<Node>): CallFrame[] {
    const frames: CallFrame[] = [];
    for (let at = visit; at.caller !== undefined; at = at.caller) {
      frames.push(at.node.callFrame);
      this.#frames++;
      if (this.#frames > maxFrames)
        throw new ProfileError(
          'unreadable',
          `its stacks have more than ${maxFrames} frames together, and no more are read`,
        );
    }
    return frames.reverse();
  }
}
