/** Backups in memory, and what is in them. */
import { BackupReader } from '#dist/store/backup/backup-reader.js';
import { BackupWriter } from '#dist/store/backup/backup-writer.js';
import { restoreDirectory } from '#dist/store/lmdb/backup/restore.js';
import { headerBytes, writeRecord } from '#dist/store/record.js';
import type { Store } from '#dist/store/store.js';
import { temporaryDirectory } from './directory.js';

/** A whole backup of an open store. */
export async function backupOf(store: Store): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of (await store.backup?.()) ?? []) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** The bytes, in pieces of a size. */
export async function* inPieces(
  backup: Uint8Array,
  size = 64 * 1024,
): AsyncGenerator<Uint8Array, void> {
  for (let at = 0; at < backup.length; at += size) yield backup.subarray(at, at + size);
}

/** Reads a backup to its end. @returns each value by its key, as text */
export async function read(reader: BackupReader): Promise<Map<string, string>> {
  const values = new Map<string, string>();
  for await (const { entries } of reader.blocks())
    for (const { key, record } of entries)
      values.set(key.toString(), record.toString('latin1', headerBytes(record)));
  return values;
}

export function contentOf(backup: Uint8Array, pieceBytes?: number): Promise<Map<string, string>> {
  return read(new BackupReader(inPieces(backup, pieceBytes)));
}

/** Restores a backup. @returns the directory */
export async function restored(backup: Uint8Array): Promise<string> {
  const directory = await temporaryDirectory();
  const reader = new BackupReader(inPieces(backup));
  await restoreDirectory(reader, { directory, isReplacing: false });
  return directory;
}

/** A record that stays for good. */
export function recordOf(key: string, value: Uint8Array, version = 1): Buffer {
  const record = Buffer.alloc(13 + value.length);
  writeRecord(record, 0, Buffer.from(key), [value], version, undefined, undefined);
  return record;
}

/** A backup of these values, by key. */
export function backupWith(
  values: Readonly<Record<string, Uint8Array>>,
  madeAtMs = 1_700_000_000_000,
): Buffer {
  const writer = new BackupWriter();
  const keys = Object.keys(values).sort();
  const pieces: Uint8Array[] = [...writer.begin({ madeAtMs, entities: keys.length })];
  for (const key of keys)
    pieces.push(...writer.add(Buffer.from(key), recordOf(key, values[key] as Uint8Array)));
  return Buffer.concat([...pieces, ...writer.end(1000)]);
}
