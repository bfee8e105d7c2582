/**
 * The data folder before it is opened. LMDB trusts its file: what it finds there it follows, through a memory map,
 * where a wrong page number or a file cut short is a crash and no error. So the two meta pages are read and checked
 * first, and whatever is wrong becomes one StoreError that names the file and what to do.
 *
 * Layout of a meta page: `MDB_page` and `MDB_meta` in lmdb's mdb.c, data version 2, little-endian.
 */
import { constants } from 'node:fs';
import { access, type FileHandle, mkdir, open, realpath } from 'node:fs/promises';
import { endianness } from 'node:os';
import { dirname } from 'node:path';
import { StoreError } from '../store.js';
import { dataFile } from './environment.js';

const magic = 0xbeefc0de;
const dataVersion = 2;
const metaBytes = 168;
const metaFlag = 0x08;
const noRoot = 2n ** 64n - 1n;
const deepestTree = 32;
const at = { flags: 18, magic: 24, version: 28, freeTree: 48, mainTree: 96, lastPage: 144, txnId: 152 };

/**
 * Makes the folder if need be and checks that it can be used.
 * @returns its absolute path, links resolved.
 * @throws StoreError `unusable`, `damaged`
 */
export async function prepareFolder(folder: string): Promise<string> {
  let path: string;
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    path = await realpath(folder);
    await access(path, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw unusable(folder, error);
  }
  await checkDataFile(dataFile(path));
  return path;
}

/**
 * Makes the names of folder and data file durable: fdatasync keeps what is in a new file, and only a sync
 * of the folder keeps that it exists.
 */
export async function syncNames(folder: string): Promise<void> {
  // Windows has no handle to a folder, and needs none.
  if (process.platform === 'win32') return;
  for (const path of [folder, dirname(folder)]) {
    const handle = await open(path, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  }
}

/** The error for a folder or file that the system refuses. */
export function unusable(path: string, cause: unknown): StoreError {
  const { code, message } = cause as NodeJS.ErrnoException;
  const why =
    code === 'EACCES' || code === 'EPERM'
      ? 'this user may not read and write it'
      : code === 'EROFS'
        ? 'the file system is read-only'
        : code === 'ENOTDIR' || code === 'EEXIST'
          ? 'it, or a part of its path, is a file'
          : code === 'ENOSPC'
            ? 'the disk is full'
            : message;
  return new StoreError(
    'unusable',
    `the data folder ${path} can't be used: ${why}. Choose another with --data, or correct it`,
    { cause },
  );
}

async function checkDataFile(path: string): Promise<void> {
  let file: FileHandle;
  try {
    file = await open(path, 'r+');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw unusable(path, error);
  }
  try {
    const problem = await findProblem(file);
    if (problem)
      throw new StoreError(
        'damaged',
        `${path} is damaged or no Evenkeel data file: ${problem}. Restore the folder from a backup, or choose another with --data`,
      );
  } finally {
    await file.close();
  }
}

async function findProblem(file: FileHandle): Promise<string | undefined> {
  const { size } = await file.stat();
  if (size === 0 || endianness() !== 'LE') return undefined;
  const first = await readMeta(file, 0);
  if (typeof first === 'string') return first;
  const second = await readMeta(file, first.pageSize);
  if (typeof second === 'string') return second;
  if (first.pageSize !== second.pageSize) return 'its two meta pages disagree about the page size';
  const newest = second.txnId > first.txnId ? second : first;
  const pages = BigInt(Math.floor(size / newest.pageSize));
  // A store that never committed has only its meta pages; LMDB's count of pages then says one more than there is.
  if (newest.txnId > 0n && newest.lastPage >= pages)
    return `it has ${pages} pages, its meta page counts ${newest.lastPage + 1n}`;
  for (const { root, depth } of newest.trees) {
    if (root === noRoot) continue;
    if (root > newest.lastPage || root < 2n || depth < 1 || depth > deepestTree)
      return 'its meta page points outside of the file';
    if ((await readAt(file, Number(root) * newest.pageSize, 8)).readBigUInt64LE() !== root)
      return 'a tree begins on a page that is not its root';
  }
  return undefined;
}

interface Meta {
  readonly pageSize: number;
  readonly lastPage: bigint;
  readonly txnId: bigint;
  readonly trees: readonly { readonly root: bigint; readonly depth: number }[];
}

async function readMeta(file: FileHandle, offset: number): Promise<Meta | string> {
  const page = await readAt(file, offset, metaBytes);
  if (page.length < metaBytes) return 'it is cut short';
  if ((page.readUInt16LE(at.flags) & metaFlag) === 0 || page.readUInt32LE(at.magic) !== magic)
    return 'it does not begin with an LMDB meta page';
  if ((page.readUInt32LE(at.version) & 0xffff) !== dataVersion)
    return `it has LMDB's data format ${page.readUInt32LE(at.version) & 0xffff}, not ${dataVersion}`;
  const pageSize = page.readUInt32LE(at.freeTree);
  if (pageSize < 512 || pageSize > 65_536 || (pageSize & (pageSize - 1)) !== 0)
    return `its page size is ${pageSize}`;
  const tree = (start: number) => ({
    depth: page.readUInt16LE(start + 6),
    root: page.readBigUInt64LE(start + 40),
  });
  return {
    pageSize,
    lastPage: page.readBigUInt64LE(at.lastPage),
    txnId: page.readBigUInt64LE(at.txnId),
    trees: [tree(at.freeTree), tree(at.mainTree)],
  };
}

async function readAt(file: FileHandle, offset: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset);
  return buffer.subarray(0, bytesRead);
}
