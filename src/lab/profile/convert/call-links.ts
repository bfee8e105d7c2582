/**
 * The links of a .cpuprofile's nodes, which may come from anywhere: some tools write `children`,
 * others `parent`. They have to make a tree.
 */
import { ProfileError } from '../profile-errors.js';
import type { RawCpuNode } from '../sampling/raw.js';

export interface LinkedNode extends RawCpuNode {
  readonly parent?: number | undefined;
}

/**
 * @returns the nodes with `children`; the first is V8's `(root)`
 * @throws ProfileError `unreadable` if they do not make a tree
 */
export function linked(nodes: readonly LinkedNode[]): RawCpuNode[] {
  const children = new Map<number, number[]>(nodes.map(({ id }) => [id, []]));
  if (children.size < nodes.length) throw noTree('two of its nodes have one id');
  const parents = new Map<number, number>();
  const link = (parent: number, child: number) => {
    const known = parents.get(child);
    if (known === parent) return;
    const siblings = children.get(parent);
    if (known !== undefined) throw noTree(`node ${child} has two callers`);
    if (!siblings || !children.has(child))
      throw noTree(`node ${children.has(child) ? parent : child} is named, but not there`);
    parents.set(child, parent);
    siblings.push(child);
  };
  for (const { id, children: below = [], parent } of nodes) {
    for (const child of below) link(id, child);
    if (parent !== undefined) link(parent, id);
  }
  const roots = nodes.filter(({ id }) => !parents.has(id));
  const reached = roots.map(({ id }) => id);
  for (const id of reached) for (const child of children.get(id) ?? []) reached.push(child);
  if (reached.length < nodes.length) throw noTree('some of its nodes call each other in a circle');
  const complete = nodes.map((node) => ({ ...node, children: children.get(node.id) ?? [] }));
  const [root] = roots;
  if (roots.length === 1 && root?.callFrame.functionName === '(root)')
    return complete.sort((a, b) => Number(b.id === root.id) - Number(a.id === root.id));
  return [{ id: -1, callFrame: rootFrame, children: roots.map(({ id }) => id) }, ...complete];
}

const rootFrame = {
  functionName: '(root)',
  scriptId: '0',
  url: '',
  lineNumber: -1,
  columnNumber: -1,
};

function noTree(why: string): ProfileError {
  return new ProfileError('unreadable', `its nodes do not make a tree: ${why}`);
}
