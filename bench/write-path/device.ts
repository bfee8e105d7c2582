/**
 * Bytes the disk under a folder was given to write, whoever wrote them: a process's own count in /proc is no use here, because
 * Linux (6.16 on, ext4) counts a whole large folio, up to a megabyte, for each page in it that is made dirty.
 */
import { readFileSync, statSync } from 'node:fs';

const sectorBytes = 512;

/** A counter for the device that holds the folder. @throws the system's error where there is no such count */
export function bytesWrittenTo(folder: string): () => number {
  const { dev } = statSync(folder);
  const major = (dev >>> 8) & 0xfff;
  const minor = (dev & 0xff) | ((dev >>> 12) & 0xfff00);
  const path = `/sys/dev/block/${major}:${minor}/stat`;
  return () => Number(readFileSync(path, 'utf8').trim().split(/\s+/)[6]) * sectorBytes;
}
