/**
 * The databases of a data file by name, read without LMDB: opening one that is not there makes it,
 * in a file that may be another program's.
 *
 * LMDB keeps them in its main tree. Ours has three, so it is one leaf page. Layout: `MDB_page`,
 * `MDB_node` and `MDB_db` in lmdb's mdb.c.
 */

/** A name, and the number of entries; undefined if it is a plain value and not a database. */
export interface NamedTree {
  readonly name: string;
  readonly entries: bigint | undefined;
}

const leafFlag = 0x02;
const databaseFlag = 0x02;
const at = { flags: 18, lower: 20, pointers: 24 };
const nodeHeaderBytes = 8;
const entriesOffset = 32;
const treeBytes = 48;

/** @returns undefined if the page is not a leaf, or its nodes lie outside of it */
export function namesOn(page: Buffer): readonly NamedTree[] | undefined {
  if (page.length < at.pointers || (page.readUInt16LE(at.flags) & leafFlag) === 0) return undefined;
  // `mp_lower` counts from behind the header.
  const count = page.readUInt16LE(at.lower) / 2;
  const names: NamedTree[] = [];
  try {
    for (let i = 0; i < count; i++) {
      const node = at.pointers + page.readUInt16LE(at.pointers + 2 * i);
      const nameEnd = node + nodeHeaderBytes + page.readUInt16LE(node + 6);
      const isDatabase = (page.readUInt16LE(node + 4) & databaseFlag) !== 0;
      if (nameEnd + (isDatabase ? treeBytes : 0) > page.length) return undefined;
      names.push({
        // lmdb ends the names of databases with a zero byte.
        name: page.toString('latin1', node + nodeHeaderBytes, nameEnd).replace(/\0$/, ''),
        entries: isDatabase ? page.readBigUInt64LE(nameEnd + entriesOffset) : undefined,
      });
    }
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
  return names;
}
