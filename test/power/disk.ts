/**
 * The file after a loss of power: all that was synced, and any part of the rest. The
 * kernel writes pages in any order and at any time, and a disk writes a sector whole.
 */
import type { Entry } from './recorder.js';

type Write = Extract<Entry, { kind: 'write' }>;

/** How the writes that were not synced met the disk: whole, or torn at these boundaries. */
const tears = ['none', 'all', 'whole', 4096, 512] as const;

/**
 * The file after a loss of power.
 * @param before what the disk held when the record began
 * @param cut how many entries of the record were made before the loss
 */
export function afterLoss(
  before: Buffer,
  entries: readonly Entry[],
  cut: number,
  random: () => number,
): Buffer {
  const tear = tears[Math.floor(random() * tears.length)] ?? 'all';
  const share = random();
  const pieces: Write[] = [];
  for (const { write, durable } of writesUntil(entries, cut)) {
    if (durable || tear === 'all') pieces.push(write);
    else if (tear === 'whole' && random() < share) pieces.push(write);
    else if (typeof tear === 'number')
      pieces.push(...split(write, tear).filter(() => random() < share));
  }
  return apply(before, pieces);
}

/** The file as a process sees it that opens it with the machine still up. */
export function afterKill(before: Buffer, entries: readonly Entry[]): Buffer {
  return apply(
    before,
    writesUntil(entries, entries.length).map(({ write }) => write),
  );
}

function writesUntil(
  entries: readonly Entry[],
  cut: number,
): { readonly write: Write; durable: boolean }[] {
  const writes: { write: Write; durable: boolean; dropped: boolean }[] = [];
  let atSync = 0;
  for (const [index, entry] of entries.slice(0, cut).entries()) {
    if (entry.kind === 'write') writes.push({ write: entry, durable: false, dropped: false });
    else if (entry.kind === 'durable') (writes.at(-1) as { durable: boolean }).durable = true;
    else if (entry.kind === 'sync') atSync = writes.length;
    else if (entry.kind === 'synced')
      for (const write of writes.slice(0, atSync)) write.durable ||= !write.dropped;
    // The kernel forgets what it could not write: a later sync does not try again.
    else if (entry.kind === 'failed' && entries[index - 1]?.kind === 'sync')
      for (const write of writes.slice(0, atSync)) write.dropped = !write.durable;
  }
  return writes;
}

/** The parts of a write between boundaries of the file. */
function split({ offset, bytes }: Write, boundary: number): Write[] {
  const parts: Write[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = Math.min(bytes.length, at + boundary - ((offset + at) % boundary));
    parts.push({ kind: 'write', offset: offset + at, bytes: bytes.subarray(at, end) });
    at = end;
  }
  return parts;
}

function apply(before: Buffer, writes: readonly Write[]): Buffer {
  const length = Math.max(
    before.length,
    ...writes.map(({ offset, bytes }) => offset + bytes.length),
  );
  const file = Buffer.concat([before], length);
  for (const { offset, bytes } of writes) bytes.copy(file, offset);
  return file;
}
