/** Whether a process listens on a TCP port, as /proc tells. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** @returns undefined if this user may not see that */
export function listensOn(pid: number, port: number): boolean | undefined {
  try {
    const inodes = new Set(['tcp', 'tcp6'].flatMap((table) => inodesOf(pid, table, port)));
    return readdirSync(`/proc/${pid}/fd`).some((fd) => {
      const [, inode = ''] = /^socket:\[(\d+)\]$/.exec(linkOf(pid, fd)) ?? [];
      return inodes.has(inode);
    });
  } catch {
    return undefined;
  }
}

/** The sockets that listen (0A) on the port. */
function inodesOf(pid: number, table: string, port: number): string[] {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  const line = new RegExp(`^\\s*\\d+: [0-9A-F]+:${hex} [0-9A-F:]+ 0A (?:\\S+\\s+){5}(\\d+)`, 'gm');
  const text = readFileSync(`/proc/${pid}/net/${table}`, 'latin1');
  return [...text.matchAll(line)].map(([, inode = '']) => inode);
}

function linkOf(pid: number, fd: string): string {
  try {
    return readlinkSync(`/proc/${pid}/fd/${fd}`);
  } catch {
    return ''; // it has just been closed
  }
}
