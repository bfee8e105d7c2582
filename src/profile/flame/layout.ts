/**
 * Where the frames of a graph stand: one row a level, children side by side from the left edge of their parent in the
 * order the tree has them. A node is at least as wide as its children together, so nothing ever overlaps.
 */

export interface Box<Node> {
  readonly node: Node;
  readonly x: number;
  readonly width: number;
}

export interface Layout<Node> {
  /** The root's row first; each from left to right. */
  readonly rows: readonly (readonly Box<Node>[])[];
  /** Nodes that are not in the rows: too thin to see (with all above them), or on too high a level. */
  readonly thin: number;
  readonly deep: number;
}

export interface LayoutOptions<Node> {
  /** Of the root, in pixels. */
  readonly width: number;
  /** Thinner frames are left out. */
  readonly minWidth: number;
  /** Rows at the top in which every frame is thinner are left out: a tower seen once must not double the picture's height. */
  readonly minTopWidth: number;
  /** Higher levels are left out. */
  readonly maxRows: number;
  /** What the width stands for; of a node, no less than its children's sum. */
  readonly weightOf: (node: Node) => number;
}

export function layOut<Node extends { readonly children: readonly Node[] }>(
  root: Node,
  { width, minWidth, minTopWidth, maxRows, weightOf }: LayoutOptions<Node>,
): Layout<Node> {
  const rows: Box<Node>[][] = [];
  const total = weightOf(root);
  const scale = total > 0 ? width / total : 0;
  let thin = 0;
  let deep = 0;
  let level: Box<Node>[] = [{ node: root, x: 0, width }];
  while (level.length > 0 && rows.length < maxRows) {
    rows.push(level);
    const next: Box<Node>[] = [];
    for (const parent of level) {
      let x = parent.x;
      for (const node of parent.node.children) {
        const box = { node, x, width: weightOf(node) * scale };
        if (box.width >= minWidth) next.push(box);
        else thin += countNodes(node);
        x += box.width;
      }
    }
    level = next;
  }
  for (const { node } of level) deep += countNodes(node);
  while (rows.length > 1 && rows.at(-1)?.every(({ width: thinner }) => thinner < minTopWidth))
    thin += rows.pop()?.length ?? 0;
  return { rows, thin, deep };
}

export function countNodes<Node extends { readonly children: readonly Node[] }>(node: Node): number {
  let count = 0;
  const open: Node[] = [node];
  for (let top = open.pop(); top !== undefined; top = open.pop()) {
    count++;
    for (const child of top.children) open.push(child);
  }
  return count;
}
