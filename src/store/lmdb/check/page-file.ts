/**
 * The pages of a data file, read without LMDB: that trusts what it reads, and a wrong number ends
 * the process. Each page is checked when it is read, and may be used once.
 *
 * Layout: `MDB_page`, `MDB_node` and `MDB_ovpage` in lmdb's mdb.c, little-endian.
 */
import { readSync } from 'node:fs';
import type { Meta } from '../file/meta-pages.js';
import { PageDamage } from './damage.js';

const header = { txnId: 8, flags: 18, lower: 20, upper: 22, pages: 20, bytes: 24 };
const kinds = { branch: 0x01, leaf: 0x02, overflow: 0x04 } as const;
const nodeHeaderBytes = 8;
const nodeFlags = { overflow: 0x01, tree: 0x02 };
const overflowReferenceBytes = 24;
const firstPage = 2;

export interface Page {
  readonly isLeaf: boolean;
  /** In the file. */
  readonly offset: number;
  readonly nodes: readonly PageNode[];
}

export interface PageNode {
  readonly key: Buffer;
  /** In the file. */
  readonly offset: number;
  /** In a branch: the page below. */
  readonly child: number;
  /** In a leaf: the bytes, or a reference to them. */
  readonly data: Buffer;
  readonly bytes: number;
  readonly isOverflow: boolean;
  /** The data describe a tree. */
  readonly isTree: boolean;
}

export class PageFile {
  readonly #descriptor: number;
  readonly #meta: Meta;
  readonly #used: Uint8Array;

  constructor(descriptor: number, meta: Meta) {
    this.#descriptor = descriptor;
    this.#meta = meta;
    this.#used = new Uint8Array(Math.ceil((this.pageCount + 1) / 8));
    this.#use(0, firstPage);
  }

  /** Pages that LMDB has used so far. */
  get pageCount(): number {
    return Number(this.#meta.lastPage) + 1;
  }

  /** Whether a page was read by now. */
  isUsed(number: number): boolean {
    return ((this.#used[number >> 3] as number) & (1 << (number & 7))) !== 0;
  }

  /** Reads a branch or a leaf. @throws PageDamage */
  page(number: number): Page {
    const bytes = this.#read(number, 1);
    const offset = this.#offsetOf(number);
    const flags = bytes.readUInt16LE(header.flags);
    if (flags !== kinds.leaf && flags !== kinds.branch)
      throw new PageDamage(offset, `page ${number} is not a page of a tree`);
    const isLeaf = flags === kinds.leaf;
    const lower = bytes.readUInt16LE(header.lower);
    const upper = bytes.readUInt16LE(header.upper);
    if (lower % 2 !== 0 || lower > upper || header.bytes + upper > bytes.length)
      throw new PageDamage(offset, `page ${number} counts its entries wrong`);
    const nodes: PageNode[] = [];
    for (let at = 0; at < lower; at += 2) {
      const start = header.bytes + bytes.readUInt16LE(header.bytes + at);
      const node = start >= header.bytes + upper ? nodeAt(bytes, start, isLeaf, offset) : undefined;
      if (node === undefined)
        throw new PageDamage(offset, `an entry of page ${number} lies outside of it`);
      nodes.push(node);
    }
    return { isLeaf, offset, nodes };
  }

  /** The bytes of an entry. @throws PageDamage */
  data({ data, bytes, isOverflow, offset }: PageNode): Buffer {
    if (!isOverflow) return data;
    const number = Number(data.readBigUInt64LE(0));
    const count = Math.ceil((header.bytes + bytes) / this.#meta.pageSize);
    if (BigInt(count) !== data.readBigUInt64LE(16))
      throw new PageDamage(offset, `a record of ${bytes} bytes does not have ${count} pages`);
    const pages = this.#read(number, count);
    const isRight =
      pages.readUInt16LE(header.flags) === kinds.overflow &&
      pages.readUInt32LE(header.pages) === count;
    if (!isRight)
      throw new PageDamage(this.#offsetOf(number), `page ${number} is not that of a record`);
    return pages.subarray(header.bytes, header.bytes + bytes);
  }

  /** Pages that an entry has of its own, as it says. */
  overflowPages({ isOverflow, data }: PageNode): number {
    return isOverflow ? Number(data.readBigUInt64LE(16)) : 0;
  }

  #read(number: number, count: number): Buffer {
    const { lastPage, pageSize, txnId } = this.#meta;
    const offset = this.#offsetOf(number);
    if (number < firstPage || number + count - 1 > Number(lastPage))
      throw new PageDamage(offset, `page ${number} lies outside of the file`);
    this.#use(number, count);
    const bytes = Buffer.allocUnsafe(count * pageSize);
    if (readSync(this.#descriptor, bytes, 0, bytes.length, offset) < bytes.length)
      throw new PageDamage(offset, `page ${number} lies behind the end of the file`);
    if (bytes.readBigUInt64LE() !== BigInt(number))
      throw new PageDamage(offset, `page ${number} does not have its number`);
    if (bytes.readBigUInt64LE(header.txnId) > txnId)
      throw new PageDamage(offset, `page ${number} is of a commit that never was`);
    return bytes;
  }

  #use(first: number, count: number): void {
    for (let number = first; number < first + count; number++) {
      if (this.isUsed(number))
        throw new PageDamage(this.#offsetOf(number), `page ${number} is used twice`);
      this.#used[number >> 3] = (this.#used[number >> 3] as number) | (1 << (number & 7));
    }
  }

  #offsetOf(number: number): number {
    return number * this.#meta.pageSize;
  }
}

function nodeAt(
  page: Buffer,
  start: number,
  isLeaf: boolean,
  pageOffset: number,
): PageNode | undefined {
  if (start + nodeHeaderBytes > page.length) return undefined;
  const low = page.readUInt32LE(start);
  const flags = page.readUInt16LE(start + 4);
  const keyEnd = start + nodeHeaderBytes + page.readUInt16LE(start + 6);
  const isOverflow = isLeaf && (flags & nodeFlags.overflow) !== 0;
  const dataEnd = keyEnd + (isLeaf ? (isOverflow ? overflowReferenceBytes : low) : 0);
  if (dataEnd > page.length) return undefined;
  return {
    key: page.subarray(start + nodeHeaderBytes, keyEnd),
    offset: pageOffset + start,
    // A branch has the upper bits of a page number in the place of flags.
    child: isLeaf ? 0 : low + flags * 2 ** 32,
    data: page.subarray(keyEnd, dataEnd),
    bytes: isLeaf ? low : 0,
    isOverflow,
    isTree: isLeaf && (flags & nodeFlags.tree) !== 0,
  };
}
