/**
 * Where the frames of a graph stand: one row a level, children side by side from the left edge of
 * their parent in the order the tree has them. A node is at least as wide as its children together,
 * so nothing ever overlaps.
 */

interface Box<Node> {
  readonly node: Node;
  readonly x: number;
  readonly width: number;
}

export interface Layout<Node> {
  /** The root's row first; each from left to right. */
  readonly rows: readonly (readonly Box<Node>[])[];
  /** Nodes that are not in the rows: too thin (with all above them), or on too high a level. */
  readonly thin: number;
  readonly deep: number;
}

interface LayoutOptions<Node> {
  /** Width of the root, in pixels. */
  readonly width: number;
  /** Frames no wider are left out, and so are all but the widest {@link maxFrames}. */
  readonly minWidth: number;
  readonly maxFrames: number;
  /**
   * Rows at the top in which every frame is thinner are left out: a tower seen once must not double
   * the picture's height.
   */
  readonly minTopWidth: number;
  /** Higher levels are left out. */
  readonly maxRows: number;
  /** Widths are in proportion to this; at least the sum of the children's. */
  readonly weightOf: (node: Node) => number;
}

export function layOut<Node extends { readonly children: readonly Node[] }>(
  root: Node,
  { width, minWidth, minTopWidth, maxFrames, maxRows, weightOf }: LayoutOptions<Node>,
): Layout<Node> {
  const rows: (readonly Box<Node>[])[] = [];
  const total = weightOf(root);
  const scale = total > 0 ? width / total : 0;
  let level: readonly Box<Node>[] = [{ node: root, x: 0, width }];
  while (level.length > 0 && rows.length < maxRows) {
    rows.push(level);
    level = level.flatMap((box) => boxesAbove(box, (node) => weightOf(node) * scale));
  }
  const deep = level.reduce((sum, { node }) => sum + countNodes(node), 0);
  // No frame is wider than the one below it, and of equal ones the lower comes first, so each that
  // is kept has something to stand on.
  const visible = rows.flat().filter((box) => box.node === root || box.width >= minWidth);
  const kept = new Set(visible.sort((a, b) => b.width - a.width).slice(0, maxFrames));
  const wide = rows.map((row) => row.filter((box) => kept.has(box)));
  while (wide.length > 1 && wide.at(-1)?.every((box) => box.width < minTopWidth)) wide.pop();
  return { rows: wide, thin: countNodes(root) - deep - wide.flat().length, deep };
}

function boxesAbove<Node extends { readonly children: readonly Node[] }>(
  parent: Box<Node>,
  widthOf: (node: Node) => number,
): Box<Node>[] {
  let x = parent.x;
  return parent.node.children.map((node) => {
    const box = { node, x, width: widthOf(node) };
    x += box.width;
    return box;
  });
}

function countNodes<Node extends { readonly children: readonly Node[] }>(node: Node): number {
  let count = 0;
  const open: Node[] = [node];
  for (let top = open.pop(); top !== undefined; top = open.pop()) {
    count++;
    for (const child of top.children) open.push(child);
  }
  return count;
}
