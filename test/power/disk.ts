/**
 * The files after a loss of power: all that was synced, and any part of the rest. The kernel writes
 * pages in any order and at any time, and a disk writes a sector whole. A name that was not synced
 * with its directory may be there or not.
 */
import type { Entry } from './recorder.js';

/** The files of a store, by name. */
export type Files = ReadonlyMap<string, Buffer>;

type Change = Extract<Entry, { kind: 'write' | 'truncate' }>;
type Write = Extract<Entry, { kind: 'write' }>;

/** A change of a file, and whether the disk has it. */
interface Made {
  readonly change: Change;
  isDurable: boolean;
  /** The kernel forgets what it could not write: a later sync does not try again. */
  isDropped: boolean;
}

/** A file, whatever its name is. */
interface Inode {
  readonly before: Buffer;
  readonly changes: Made[];
}

/** A name led to this at some time: undefined is nothing. */
interface Link {
  readonly inode: Inode | undefined;
  isDurable: boolean;
}

/** How the changes that were not synced met the disk: whole, or torn at these boundaries. */
const tears = ['none', 'all', 'whole', 4096, 512] as const;

/**
 * The files after a loss of power.
 * @param before what the disk held when the record began
 * @param cut how many entries of the record were made before the loss
 */
export function afterLoss(
  before: Files,
  entries: readonly Entry[],
  cut: number,
  random: () => number,
): Files {
  const files = new Map<string, Buffer>();
  for (const [name, links] of linksUntil(before, entries.slice(0, cut))) {
    const durable = links.findLastIndex(({ isDurable }) => isDurable);
    const { inode } = links[durable + Math.floor(random() * (links.length - durable))] as Link;
    if (inode) files.set(name, apply(inode.before, survivors(inode.changes, random)));
  }
  return files;
}

/** For each name, what it has led to. */
function linksUntil(before: Files, entries: readonly Entry[]): Map<string, Link[]> {
  const names = new Map<string, Link[]>();
  for (const [name, bytes] of before)
    names.set(name, [{ inode: { before: bytes, changes: [] }, isDurable: true }]);
  /** The last sync of each file, or of the directory, has to bring these to the disk. */
  const atSync = new Map<string, Iterable<Made | Link>>();
  for (const entry of entries) {
    if (entry.kind === 'mark') continue;
    const links = names.get(entry.file) ?? [{ inode: undefined, isDurable: true }];
    const changes = links.at(-1)?.inode?.changes ?? [];
    const synced = atSync.get(entry.file) ?? [];
    if (entry.kind === 'create')
      links.push({ inode: { before: Buffer.alloc(0), changes: [] }, isDurable: false });
    else if (entry.kind === 'remove') links.push({ inode: undefined, isDurable: false });
    else if (entry.kind === 'write' || entry.kind === 'truncate')
      changes.push({ change: entry, isDurable: false, isDropped: false });
    else if (entry.kind === 'durable') (changes.at(-1) as Made).isDurable = true;
    else if (entry.kind === 'sync')
      atSync.set(entry.file, entry.file === '' ? [...names.values()].flat() : [...changes]);
    else if (entry.kind === 'synced') for (const each of synced) bringToDisk(each);
    else if (entry.kind === 'unsynced') for (const each of synced) drop(each);
    if (entry.file !== '') names.set(entry.file, links);
  }
  return names;
}

function bringToDisk(each: Made | Link): void {
  if (!('isDropped' in each && each.isDropped)) each.isDurable = true;
}

function drop(each: Made | Link): void {
  if ('isDropped' in each) each.isDropped = !each.isDurable;
}

/** The changes that the disk has. */
function survivors(changes: readonly Made[], random: () => number): Change[] {
  const tear = tears[Math.floor(random() * tears.length)] ?? 'all';
  const share = random();
  return changes.flatMap(({ change, isDurable }) => {
    if (isDurable || tear === 'all') return [change];
    if (tear === 'none') return [];
    if (tear === 'whole' || change.kind === 'truncate') return random() < share ? [change] : [];
    return split(change, tear).filter(() => random() < share);
  });
}

/** The parts of a write between boundaries of the file. */
function split({ offset, bytes, ...rest }: Write, boundary: number): Write[] {
  const parts: Write[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = Math.min(bytes.length, at + boundary - ((offset + at) % boundary));
    parts.push({ ...rest, offset: offset + at, bytes: bytes.subarray(at, end) });
    at = end;
  }
  return parts;
}

function apply(before: Buffer, changes: readonly Change[]): Buffer {
  const longest = changes.reduce((max, change) => Math.max(max, endOf(change)), before.length);
  const file = Buffer.concat([before], longest);
  let { length } = before;
  for (const change of changes) {
    const end = endOf(change);
    if (change.kind === 'write') {
      change.bytes.copy(file, change.offset);
      length = Math.max(length, end);
    } else {
      file.fill(0, end);
      length = end;
    }
  }
  return file.subarray(0, length);
}

/** Where a write ends, or the file from now on. */
function endOf(change: Change): number {
  return change.kind === 'write' ? change.offset + change.bytes.length : change.length;
}
