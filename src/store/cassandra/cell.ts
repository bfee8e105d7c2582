/**
 * The cell of an entity: its record, as the embedded store keeps it, or the manifest of a large
 * value, which is a mark and then a record of that manifest.
 */
import { encodeFields } from '../entity-fields.js';
import { type RecordInfo, readInfo, readRecord, recordBytes, writeRecord } from '../record.js';
import type { Entity, EntityFields } from '../store.js';
import { decodeManifest, encodeManifest, type Manifest, manifestMark } from './chunks.js';

export interface Head {
  readonly key: Buffer;
  readonly version: number;
  readonly expiresMs: number | undefined;
  readonly fields: EntityFields | undefined;
}

export function encodeCell(head: Head, value: readonly Uint8Array[]): Buffer {
  return encode(head, value, 0);
}

export function encodeManifestCell(head: Head, manifest: Manifest): Buffer {
  const cell = encode(head, [encodeManifest(manifest)], 1);
  cell[0] = manifestMark;
  return cell;
}

function encode(
  { key, version, expiresMs, fields }: Head,
  value: readonly Uint8Array[],
  at: number,
): Buffer {
  const kept = encodeFields(fields);
  let bytes = 0;
  for (const piece of value) bytes += piece.length;
  const cell = Buffer.allocUnsafe(at + recordBytes(bytes, expiresMs, kept));
  writeRecord(cell, at, key, value, version, expiresMs, kept);
  return cell;
}

export function isManifest(cell: Buffer): boolean {
  return cell[0] === manifestMark;
}

/** @throws StoreError `damaged` */
export function decodeCell(key: Buffer, cell: Buffer, now: () => number): Entity | undefined {
  return readRecord(key, cell, now);
}

/** The entity of a manifest without its value, which is still to be read. */
export interface LargeEntity {
  readonly head: Omit<Entity, 'value'>;
  readonly manifest: Manifest;
}

/** @throws StoreError `damaged` */
export function decodeManifestCell(
  key: Buffer,
  cell: Buffer,
  now: () => number,
): LargeEntity | undefined {
  const record = readRecord(key, cell.subarray(1), now);
  if (record === undefined) return undefined;
  const { value, ...head } = record;
  return { head, manifest: decodeManifest(value) };
}

/** @throws StoreError `damaged` */
export function versionOfCell(cell: Buffer): number {
  return infoOf(cell).version;
}

/** Undefined: it stays. @throws StoreError `damaged` */
export function expiryOfCell(cell: Buffer): number | undefined {
  return infoOf(cell).expiresMs;
}

function infoOf(cell: Buffer): RecordInfo {
  return readInfo(isManifest(cell) ? cell.subarray(1) : cell);
}
