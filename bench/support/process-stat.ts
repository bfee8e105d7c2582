/** What the kernel counts: bytes written to a disk, and a process's memory and page faults. Linux only. */
import { readFileSync, statSync } from 'node:fs';

/**
 * Bytes written to the disk that holds a folder, by all of the machine, the file system's own journal included; undefined if the folder is on
 * no disk. A process's `write_bytes` won't do: it counts the whole page-cache folio in which a byte changed, up to MiBs of it.
 */
export function diskWrittenBytes(folder: string): number | undefined {
  const { dev } = statSync(folder);
  const number = `${(dev >> 8) & 0xfff}:${(dev & 0xff) | ((dev >> 12) & 0xfff00)}`;
  try {
    const [, , , , , , sectors] = readFileSync(`/sys/dev/block/${number}/stat`, 'utf8')
      .trim()
      .split(/\s+/);
    return Number(sectors) * 512;
  } catch {
    return undefined;
  }
}

export interface Memory {
  readonly rssBytes: number;
  /** Without the pages of files, of which the system can take back those of the data file at any time. */
  readonly anonBytes: number;
  readonly peakBytes: number;
}

export function memoryOf(pid: number): Memory {
  const status = `/proc/${pid}/status`;
  return {
    rssBytes: field(status, 'VmRSS') * 1024,
    anonBytes: field(status, 'RssAnon') * 1024,
    peakBytes: field(status, 'VmHWM') * 1024,
  };
}

/** Resident pages of the map of one file. Walks the whole map, so not under load. */
export function mappedBytes(pid: number, file: string): number {
  let inside = false;
  let bytes = 0;
  for (const line of readFileSync(`/proc/${pid}/smaps`, 'utf8').split('\n')) {
    if (/^[0-9a-f]+-[0-9a-f]+ /.test(line)) inside = line.endsWith(file);
    else if (inside && line.startsWith('Rss:')) bytes += Number(/\d+/.exec(line)?.[0]) * 1024;
  }
  return bytes;
}

/** Faults that had to read the disk: of the whole process, and of its first thread, which in Node is the event loop's. */
export function majorFaults(pid: number): { readonly all: number; readonly ofLoop: number } {
  const of = (path: string) => {
    const [, rest = ''] = readFileSync(path, 'utf8').split(') ');
    return Number(rest.split(' ')[9]);
  };
  return { all: of(`/proc/${pid}/stat`), ofLoop: of(`/proc/${pid}/task/${pid}/stat`) };
}

function field(path: string, name: string): number {
  const [, number] = new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(readFileSync(path, 'utf8')) ?? [];
  if (number === undefined) throw new Error(`${path} has no ${name}`);
  return Number(number);
}
