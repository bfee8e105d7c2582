/** Facts about a process that Linux tells in /proc. Elsewhere nothing is known. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

export interface Listener {
  readonly host: string;
  readonly port: number;
}

interface Listeners {
  /** Those of the process. */
  readonly own: readonly Listener[];
  /** All in its network. */
  readonly all: readonly Listener[];
}

/** The TCP sockets that listen; undefined if the system does not tell. */
export function listenersOf(pid: number): Listeners | undefined {
  try {
    const sockets = new Set<string>();
    for (const fd of readdirSync(`/proc/${pid}/fd`)) {
      const inode = /^socket:\[(\d+)\]$/.exec(linkOf(`/proc/${pid}/fd/${fd}`) ?? '')?.[1];
      if (inode !== undefined) sockets.add(inode);
    }
    const rows = ['tcp', 'tcp6'].flatMap((table) => rowsOf(`/proc/${pid}/net/${table}`));
    const listening = rows.filter(({ state }) => state === '0A');
    return {
      own: listening.filter(({ inode }) => sockets.has(inode)),
      all: listening,
    };
  } catch {
    return undefined;
  }
}

/** Whether the process has the network that we have; true if the system does not tell. */
export function sharesNetwork(pid: number): boolean {
  return sharesNamespace(pid, 'net');
}

/** Where the files of the process are for us: empty, or a directory if it sees others. */
export function fileSystemOf(pid: number): string {
  return sharesNamespace(pid, 'mnt') ? '' : `/proc/${pid}/root`;
}

/** Whether it was stopped, as by SIGSTOP or a debugger of native code. */
export function isStopped(pid: number): boolean {
  const stat = textOf(`/proc/${pid}/stat`);
  // The program's name, in parentheses, may hold anything.
  return /^ [Tt] /.test(stat.slice(stat.lastIndexOf(')') + 1));
}

function sharesNamespace(pid: number, kind: 'net' | 'mnt'): boolean {
  const [own, other] = [linkOf(`/proc/self/ns/${kind}`), linkOf(`/proc/${pid}/ns/${kind}`)];
  return own === undefined || other === undefined || own === other;
}

function rowsOf(file: string) {
  return textOf(file)
    .split('\n')
    .slice(1)
    .filter((line) => line !== '')
    .map((line) => {
      const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/);
      const [host = '', port = ''] = local.split(':');
      return { host: hostOf(host), port: Number.parseInt(port, 16), state, inode };
    });
}

/**
 * An address as the kernel writes it, in words of four bytes that are turned round on machines of
 * today. A server on every address is reached over loopback.
 */
export function hostOf(hex: string): string {
  const bytes = Buffer.from(hex, 'hex').swap32();
  const isMapped = bytes.length === 16 && /^0{20}f{4}/.test(bytes.toString('hex'));
  if (bytes.length === 4 || isMapped) {
    const host = [...bytes.subarray(-4)].join('.');
    return host === '0.0.0.0' ? '127.0.0.1' : host;
  }
  const groups = bytes.toString('hex').replace(/(.{4})(?!$)/g, '$1:');
  return /^[0:]+$/.test(groups) ? '127.0.0.1' : `[${groups}]`;
}

function linkOf(file: string): string | undefined {
  try {
    return readlinkSync(file);
  } catch {
    return undefined;
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}
