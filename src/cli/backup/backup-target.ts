/**
 * The file that a backup goes to. It is written under another name, and gets its own when it is on
 * the disk and was read back whole. So a file of that name is never half a backup.
 */
import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { UsageError } from '../../config/parsers.js';
import { BackupError } from '../../store/backup/backup-error.js';
import {
  type BackupBegin,
  type BackupEnd,
  blockHeaderBytes,
  readBlockHeader,
} from '../../store/backup/backup-format.js';
import { BackupReader } from '../../store/backup/backup-reader.js';
import { DataError } from '../data/data-error.js';
import { type BackupPlace, backupExtension } from './backup-place.js';

/** Synced so often, so that no sync of the store has to wait for very many bytes. */
const syncBytes = 1024 * 1024;
const readBytes = 256 * 1024;
/** The leftover of a killed backup in a directory is removed after that. */
const leftoverMs = 24 * 3600 * 1000;
const leftover = /^evenkeel-\.part-[0-9a-f]{12}$/;
const newMode = 0o600;
const newDirectoryMode = 0o700;

type OnChecked = (entities: number, bytes: number) => void;

export class BackupTarget {
  readonly #place: BackupPlace;
  readonly #part: string;
  readonly #file: FileHandle;
  /** The directory that was made for it. */
  readonly #made: string | undefined;
  #unsynced = 0;
  #isPlaced = false;

  private constructor(
    place: BackupPlace,
    part: string,
    file: FileHandle,
    made: string | undefined,
  ) {
    this.#place = place;
    this.#part = part;
    this.#file = file;
    this.#made = made;
  }

  /** @throws UsageError if the file is there and is not a backup; DataError */
  static async open(place: BackupPlace): Promise<BackupTarget> {
    const { directory, file = join(directory ?? '', 'evenkeel-') } = place;
    let made: string | undefined;
    if (directory === undefined) await mustBeReplaceable(file);
    else {
      if (await makeDirectory(directory)) made = resolve(directory);
      await removeLeftovers(directory);
    }
    const part = `${resolve(file)}.part-${randomBytes(6).toString('hex')}`;
    const handle = await telling(part, () => open(part, 'wx', newMode));
    return new BackupTarget(place, part, handle, made);
  }

  /** Passes the pieces on when they are written. @throws DataError */
  async *written(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const piece of pieces) {
      await telling(this.#part, () => this.#write(piece));
      yield piece;
    }
  }

  /**
   * Brings the file to the disk, reads it back, and gives it its name.
   * @param end of the backup that was written
   * @returns the name
   * @throws BackupError, DataError
   */
  async finish(begin: BackupBegin, end: BackupEnd, onChecked: OnChecked): Promise<string> {
    await telling(this.#part, async () => {
      await this.#file.sync();
      await this.#file.close();
    });
    await this.#verify(end, onChecked);
    const { file = join(this.#place.directory ?? '', nameOf(begin)) } = this.#place;
    await telling(file, async () => {
      await rename(this.#part, file);
      this.#isPlaced = true;
      await syncNames(dirname(resolve(file)));
      if (this.#made !== undefined) await syncNames(dirname(this.#made));
    });
    return file;
  }

  /** Removes what did not get its name. */
  async close(): Promise<void> {
    await this.#file.close();
    if (this.#isPlaced) return;
    await rm(this.#part, { force: true });
    if (this.#made !== undefined) await rmdir(this.#made).catch(() => {});
  }

  async #write(piece: Uint8Array): Promise<void> {
    for (let at = 0; at < piece.length; ) {
      const { bytesWritten } = await this.#file.write(piece, at);
      at += bytesWritten;
    }
    this.#unsynced += piece.length;
    if (this.#unsynced < syncBytes) return;
    await this.#file.datasync();
    this.#unsynced = 0;
  }

  async #verify({ digest }: BackupEnd, onChecked: OnChecked): Promise<void> {
    const reader = new BackupReader(createReadStream(this.#part, { highWaterMark: readBytes }));
    for await (const { entries, bytes } of reader.blocks()) onChecked(entries.length, bytes);
    if (!reader.end?.digest.equals(digest))
      throw new BackupError('damaged', 'it was read back with other entities; check the disk');
  }
}

/** Sorted by name, backups of a directory are sorted by time. */
function nameOf({ madeAtMs }: BackupBegin): string {
  return `evenkeel-${new Date(madeAtMs).toISOString().replaceAll(':', '-')}${backupExtension}`;
}

async function mustBeReplaceable(file: string): Promise<void> {
  const stats = await stat(file).catch(() => undefined);
  if (stats === undefined || stats.size === 0) return;
  const handle = await open(file, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(blockHeaderBytes));
    if (bytesRead === blockHeaderBytes && readBlockHeader(buffer)) return;
  } finally {
    await handle.close();
  }
  throw new UsageError(`--to takes a new file, or a backup to replace; '${file}' is another file`);
}

/** In one that is there. @returns whether it was not there @throws DataError */
async function makeDirectory(directory: string): Promise<boolean> {
  if (await stat(directory).catch(() => undefined)) return false;
  await telling(directory, () => mkdir(directory, { mode: newDirectoryMode }));
  return true;
}

async function removeLeftovers(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    if (!leftover.test(name)) continue;
    const path = join(directory, name);
    const stats = await stat(path).catch(() => undefined);
    if (stats && Date.now() - stats.mtimeMs > leftoverMs) await rm(path, { force: true });
  }
}

async function syncNames(directory: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Runs what writes the file. @throws DataError */
async function telling<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const isFull = code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG';
    const why = isFull
      ? `the disk is full; free some space, or choose another place with --to (${code})`
      : message;
    throw new DataError(`can't write ${basename(file)} in ${dirname(resolve(file))}: ${why}`, {
      cause: error,
    });
  }
}
