/**
 * The pages that a data file lists as free. LMDB writes on them, so none may be in use.
 *
 * An entry is [count u64][page i64 …]. A page below 0 says how many pages from the next one on are
 * free; 0 says nothing (midl.c of lmdb).
 */
import type { TreeRoot } from '../file/meta-pages.js';
import type { Damages } from './damage.js';
import type { PageFile } from './page-file.js';
import { TreeWalk } from './tree-walk.js';

const entryBytes = 8;

/** Numbers of commits. */
function compareCommits(a: Buffer, b: Buffer): number {
  return a.length === 8 && b.length === 8
    ? Number(a.readBigUInt64LE() - b.readBigUInt64LE())
    : a.length - b.length;
}

/**
 * Walks the tree of free pages. To be called after all other trees.
 * @returns what looks for free pages that are in use
 */
export function walkFreePages(pages: PageFile, tree: TreeRoot, damages: Damages): () => void {
  const walk = new TreeWalk(pages, damages, 'free pages', compareCommits);
  const lists: { readonly list: Buffer; readonly offset: number }[] = [];
  for (const nodes of walk.leaves(tree))
    for (const node of nodes) {
      const list = walk.data(node);
      if (list) lists.push({ list, offset: node.offset });
    }
  return () => {
    for (const { list, offset } of lists) {
      const problem = problemOf(list, pages);
      if (problem !== undefined) damages.add({ offset, what: problem });
    }
  };
}

function problemOf(list: Buffer, pages: PageFile): string | undefined {
  const count = list.length < entryBytes ? -1 : Number(list.readBigUInt64LE());
  if (count < 0 || (count + 1) * entryBytes > list.length) return 'a list of free pages is cut';
  for (let at = 1; at <= count; at++) {
    const value = Number(list.readBigInt64LE(at * entryBytes));
    if (value === 0) continue;
    const isRun = value < 0;
    if (isRun && at === count) return 'a list of free pages is cut';
    const first = isRun ? Number(list.readBigInt64LE(++at * entryBytes)) : value;
    const behind = first + (isRun ? -value : 1);
    if (first < 2 || behind > pages.pageCount) return `page ${first} is free, and not in the file`;
    for (let number = first; number < behind; number++)
      if (pages.isUsed(number)) return `page ${number} is listed as free, and is in use`;
  }
  return undefined;
}
