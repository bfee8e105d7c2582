/**
 * Checks the meta pages of the data file before LMDB opens it. LMDB trusts its file: a wrong page
 * number or a file cut short crashes the process. So both meta pages are read and checked first,
 * and a fault becomes one StoreError that names the file and says what to do.
 *
 * Layout of a meta page: `MDB_page` and `MDB_meta` in lmdb's mdb.c, data version 2, little-endian.
 */
import type { FileHandle } from 'node:fs/promises';
import { endianness } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

const magic = 0xbeefc0de;
const dataVersion = 2;
const metaBytes = 168;
const metaFlag = 0x08;
/** MDB_ENCRYPT */
const encryptedFlag = 0x2000;
export const noRoot = 2n ** 64n - 1n;
const maxDepth = 32;
/** Its index among the trees of a meta page. */
const mainTree = 1;
const secondLookMs = 50;
const at = {
  flags: 18,
  magic: 24,
  version: 28,
  freeTree: 48,
  mainTree: 96,
  lastPage: 144,
  txnId: 152,
};

/**
 * Looks for damage in the meta pages, once more after a while if there is any: another server may
 * be writing them.
 * @returns what is wrong, in words
 */
export async function findDamage(file: FileHandle): Promise<string | undefined> {
  const problem = await findProblem(file);
  if (problem === undefined) return undefined;
  await sleep(secondLookMs);
  return findProblem(file);
}

async function findProblem(file: FileHandle): Promise<string | undefined> {
  if (endianness() !== 'LE') return undefined;
  const metas = await readMetas(file);
  if (typeof metas === 'string') return metas;
  const problem = await findTreeProblem(file, metas);
  if (problem === undefined) return undefined;
  // Another server may be writing to the file. The opening refuses that later.
  const again = await readMetas(file);
  const moved =
    typeof again !== 'string' && again.some(({ txnId }, at) => txnId !== metas[at]?.txnId);
  return moved ? undefined : problem;
}

async function readMetas(file: FileHandle): Promise<[Meta, Meta] | string> {
  const first = await readMeta(file, 0, 0);
  if (typeof first === 'string') return first;
  const second = await readMeta(file, 1, first.pageSize);
  if (typeof second === 'string') return second;
  if (first.pageSize !== second.pageSize) return 'its two meta pages disagree about the page size';
  // LMDB looks for this in the first page even if the second is newer, and lmdb crashes then.
  if ((first.envFlags & encryptedFlag) !== 0) return 'its first meta page says it is encrypted';
  return [first, second];
}

/**
 * The meta page of the last commit must be right in every respect: LMDB opens the file with it.
 *
 * The other one need not be. A commit overwrites it, and a disk may refuse that write or take a
 * part of it. LMDB then puts the old number and length back in front of the new trees
 * (mdb_env_write_meta), or nothing. Neither harms: LMDB never reads that page before the next
 * commit has written all of it. But its number must be the neighbour of the newer page's, and it
 * can't count more pages, because the file never shrinks. Otherwise it is the last commit itself
 * with its number changed, and LMDB would bring an older state back as if it were current.
 */
async function findTreeProblem(
  file: FileHandle,
  metas: readonly [Meta, Meta],
): Promise<string | undefined> {
  const [newer, older] = inOrder(metas);
  const [a, b] = metas.map(({ txnId }) => txnId) as [bigint, bigint];
  // Commit n writes meta page n mod 2, so the two are neighbours; without a commit both are 0.
  if (a % 2n !== 0n || (newer.txnId !== older.txnId + 1n && (a !== 0n || b !== 0n)))
    return `its meta pages are of commits ${a} and ${b}, which can't be`;
  if (older.lastPage > newer.lastPage)
    return `commit ${older.txnId} counts ${older.lastPage + 1n} pages, the next one fewer`;
  // Read after the meta pages: the file only grows, and a page is written before it is counted.
  const { size } = await file.stat();
  const pages = BigInt(Math.floor(size / newer.pageSize));
  if (newer.lastPage >= pages)
    return `it has ${pages} pages, a meta page counts ${newer.lastPage + 1n}`;
  for (const [number, { root, depth }] of newer.trees.entries()) {
    if (root === noRoot) continue;
    if (root > newer.lastPage || root < 2n || depth < 1 || depth > maxDepth)
      return 'a meta page points outside of the file';
    const page = await readAt(file, Number(root) * newer.pageSize, 16);
    if (page.readBigUInt64LE() !== root) return 'a tree begins on a page that is not its root';
    const writtenBy = page.readBigUInt64LE(8);
    // Each commit writes a new root of the main tree. An older root means that the number of the
    // commit was changed: LMDB would take the older state for the newest.
    if (number === mainTree ? writtenBy !== newer.txnId : writtenBy > newer.txnId)
      return `a meta page of commit ${newer.txnId} points to a page of commit ${writtenBy}`;
  }
  return undefined;
}

/** @returns the meta page that LMDB opens the file with, then the other */
function inOrder([first, second]: readonly [Meta, Meta]): readonly [newer: Meta, older: Meta] {
  return second.txnId > first.txnId ? [second, first] : [first, second];
}

/** The meta page that LMDB opens the file with. Undefined: {@link findDamage} says why. */
export async function readNewestMeta(file: FileHandle): Promise<Meta | undefined> {
  const metas = await readMetas(file);
  return typeof metas === 'string' ? undefined : inOrder(metas)[0];
}

export interface Meta {
  readonly pageSize: number;
  /** Those of the environment, as it was made. */
  readonly envFlags: number;
  readonly lastPage: bigint;
  readonly txnId: bigint;
  /** That of free pages, and that of all other trees. */
  readonly trees: readonly TreeRoot[];
}

/** How the file describes a tree (`MDB_db`). */
export interface TreeRoot {
  readonly depth: number;
  readonly branchPages: bigint;
  readonly leafPages: bigint;
  readonly overflowPages: bigint;
  readonly entries: bigint;
  /** Its page; {@link noRoot}: the tree is empty. */
  readonly root: bigint;
}

/** Reads the description of a tree. */
export function readTreeRoot(bytes: Buffer, start: number): TreeRoot {
  return {
    depth: bytes.readUInt16LE(start + 6),
    branchPages: bytes.readBigUInt64LE(start + 8),
    leafPages: bytes.readBigUInt64LE(start + 16),
    overflowPages: bytes.readBigUInt64LE(start + 24),
    entries: bytes.readBigUInt64LE(start + 32),
    root: bytes.readBigUInt64LE(start + 40),
  };
}

async function readMeta(file: FileHandle, number: number, offset: number): Promise<Meta | string> {
  const page = await readAt(file, offset, metaBytes);
  if (page.length < metaBytes) return 'it is cut short';
  if ((page.readUInt16LE(at.flags) & metaFlag) === 0 || page.readUInt32LE(at.magic) !== magic)
    return 'it does not begin with two LMDB meta pages';
  if (page.readBigUInt64LE() !== BigInt(number)) return 'its meta pages are not in their places';
  const version = page.readUInt32LE(at.version) & 0xffff;
  if (version !== dataVersion) return `it has LMDB's data format ${version}, not ${dataVersion}`;
  const pageSize = page.readUInt32LE(at.freeTree);
  if (pageSize < 512 || pageSize > 65_536 || (pageSize & (pageSize - 1)) !== 0)
    return `its page size is ${pageSize}`;
  return {
    pageSize,
    envFlags: page.readUInt16LE(at.freeTree + 4),
    lastPage: page.readBigUInt64LE(at.lastPage),
    txnId: page.readBigUInt64LE(at.txnId),
    trees: [readTreeRoot(page, at.freeTree), readTreeRoot(page, at.mainTree)],
  };
}

async function readAt(file: FileHandle, offset: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset);
  return buffer.subarray(0, bytesRead);
}

/** The root page of the main tree as the last commit left it; undefined while it has no entry. */
export async function readMainRoot(file: FileHandle): Promise<Buffer | undefined> {
  const metas = await readMetas(file);
  if (typeof metas === 'string') return undefined;
  const [{ trees, pageSize }] = inOrder(metas);
  const root = trees[mainTree]?.root ?? noRoot;
  return root === noRoot ? undefined : readAt(file, Number(root) * pageSize, pageSize);
}
