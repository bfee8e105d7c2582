/** Counters of the Linux kernel: bytes written to a disk; CPU, memory and faults of a process. */
import { readFileSync, statSync } from 'node:fs';

/**
 * Bytes that the whole machine wrote to the disk of a directory, with the file system's journal.
 * Undefined if it is on no disk. A process's `write_bytes` would count whole page-cache folios.
 */
export function diskWrittenBytes(directory: string): number | undefined {
  const { dev } = statSync(directory);
  const number = `${(dev >> 8) & 0xfff}:${(dev & 0xff) | ((dev >> 12) & 0xfff00)}`;
  try {
    const counters = readFileSync(`/sys/dev/block/${number}/stat`, 'utf8').trim().split(/\s+/);
    return Number(counters[6]) * 512;
  } catch {
    return undefined;
  }
}

/** RssAnon is without the pages of files, which the system can take back at any time. */
export function memoryOf(pid: number) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const bytes = (name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) * 1024;
  return { rssBytes: bytes('VmRSS'), anonBytes: bytes('RssAnon') };
}

/** Resident pages of the map of one file. It walks the whole map, so never call it under load. */
export function mappedBytes(pid: number, file: string): number {
  let inside = false;
  let bytes = 0;
  for (const line of readFileSync(`/proc/${pid}/smaps`, 'utf8').split('\n')) {
    if (/^[0-9a-f]+-[0-9a-f]+ /.test(line)) inside = line.endsWith(file);
    else if (inside && line.startsWith('Rss:')) bytes += Number(/\d+/.exec(line)?.[0]) * 1024;
  }
  return bytes;
}

/** proc(5) counts CPU in USER_HZ, which is 100 on all that Node runs on. */
const userHz = 100;

/** CPU since it began, in user and kernel mode, all threads together. */
export function cpuSecondsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / userHz;
}

export function childrenOf(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim();
  return text === '' ? [] : text.split(' ').map(Number);
}

/** CPU of all processes since the machine began. */
export function machineCpuSeconds(): number {
  const [, ...fields] = readFileSync('/proc/stat', 'utf8').split('\n')[0]?.split(/ +/) ?? [];
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = fields.map(Number);
  return (user + nice + system + irq + softirq) / userHz;
}

/** Faults that read the disk: of the whole process, and of its first thread, the event loop's. */
export function majorFaults(pid: number) {
  const of = (path: string) => Number(readFileSync(path, 'utf8').split(') ')[1]?.split(' ')[9]);
  return { all: of(`/proc/${pid}/stat`), ofLoop: of(`/proc/${pid}/task/${pid}/stat`) };
}
