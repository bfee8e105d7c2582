/**
 * Walks a tree of a data file in order of keys, and checks it: the kind and depth of its pages, the
 * order of its keys within what the branches above say, and what the tree counts of itself. Below a
 * page that is damaged nothing is looked at; the walk goes on behind it.
 */
import { noRoot, type TreeRoot } from '../file/meta-pages.js';
import { type Damages, PageDamage } from './damage.js';
import type { Page, PageFile, PageNode } from './page-file.js';

/** How keys are ordered. */
export type Compare = (a: Buffer, b: Buffer) => number;

/** All keys below a page are at or behind `low`, and before `high`. */
interface Bounds {
  readonly low: Buffer | undefined;
  readonly high: Buffer | undefined;
}

export class TreeWalk {
  readonly #pages: PageFile;
  readonly #damages: Damages;
  readonly #name: string;
  readonly #compare: Compare;
  #branches = 0;
  #leaves = 0;
  #entries = 0;
  #overflowPages = 0;
  #isWhole = true;

  /** @param name of the tree, for people */
  constructor(pages: PageFile, damages: Damages, name: string, compare: Compare = Buffer.compare) {
    this.#pages = pages;
    this.#damages = damages;
    this.#name = name;
    this.#compare = compare;
  }

  /** The leaves in order, each with its entries. */
  *leaves(tree: TreeRoot): Generator<readonly PageNode[]> {
    if (tree.root !== noRoot)
      yield* this.#below(Number(tree.root), tree.depth, { low: undefined, high: undefined });
    if (this.#isWhole) this.#compareCounts(tree);
  }

  /** The bytes of an entry; undefined if they are damaged. */
  data(node: PageNode): Buffer | undefined {
    try {
      return this.#pages.data(node);
    } catch (error) {
      this.#report(error, node.key);
      return undefined;
    }
  }

  *#below(number: number, depth: number, bounds: Bounds): Generator<readonly PageNode[]> {
    let page: Page;
    try {
      page = this.#pages.page(number);
      this.#check(page, depth, bounds);
    } catch (error) {
      this.#report(error, bounds.low);
      return;
    }
    if (page.isLeaf) {
      this.#leaves++;
      this.#entries += page.nodes.length;
      for (const node of page.nodes) this.#overflowPages += this.#pages.overflowPages(node);
      yield page.nodes;
      return;
    }
    this.#branches++;
    for (const [at, { child, key }] of page.nodes.entries()) {
      // The first one stands for all keys below the second.
      const low = at === 0 ? bounds.low : key;
      yield* this.#below(child, depth - 1, { low, high: page.nodes[at + 1]?.key ?? bounds.high });
    }
  }

  #check({ isLeaf, nodes, offset }: Page, depth: number, { low, high }: Bounds): void {
    if (isLeaf !== (depth === 1)) throw new PageDamage(offset, 'a page is at a wrong depth');
    let before = low;
    for (const [at, { key, offset: place }] of nodes.entries()) {
      if (!isLeaf && at === 0) continue;
      const order = before === undefined ? 1 : this.#compare(key, before);
      const isFirst = at === 0 || (!isLeaf && at === 1);
      const isInOrder = order > 0 || (order === 0 && isFirst);
      if (!isInOrder || (high !== undefined && this.#compare(key, high) >= 0))
        throw new PageDamage(place, 'keys are not in order');
      before = key;
    }
  }

  #compareCounts({ branchPages, leafPages, overflowPages, entries }: TreeRoot): void {
    const found = [this.#branches, this.#leaves, this.#overflowPages, this.#entries];
    const counted = [branchPages, leafPages, overflowPages, entries].map(Number);
    if (found.some((count, at) => count !== counted[at]))
      this.#damages.add({
        what:
          `the tree of ${this.#name} has ${found.join(', ')} branches, leaves, pages of large ` +
          `records and entries, and counts ${counted.join(', ')}`,
      });
  }

  #report(error: unknown, key: Buffer | undefined): void {
    if (!(error instanceof PageDamage)) throw error;
    this.#isWhole = false;
    const { offset, message } = error;
    this.#damages.add({ offset, key, what: `${message}, in the tree of ${this.#name}` });
  }
}
