/**
 * Identifies a process, so that another one can tell whether it is still there. A process id alone
 * does not say: it is used again, and each container has a namespace of its own.
 */
import { readFile, readlink } from 'node:fs/promises';

export interface Holder {
  /** The kernel's id of this boot; empty where there is none. */
  readonly boot: string;
  /** The namespace that `pid` belongs to; empty where there are none. */
  readonly namespace: string;
  readonly pid: number;
  /** When the process began, in the kernel's clock ticks; empty where it can't be read. */
  readonly began: string;
}

export async function thisProcess(): Promise<Holder> {
  const [boot, namespace, stat] = await Promise.all([
    readFile('/proc/sys/kernel/random/boot_id', 'latin1').catch(() => ''),
    readlink('/proc/self/ns/pid').catch(() => ''),
    readStat('self'),
  ]);
  return { boot: boot.trim(), namespace, pid: process.pid, began: stat?.began ?? '' };
}

/** @returns undefined if it can't be told from here */
export async function isAlive(
  { boot, namespace, pid, began }: Holder,
  own: Holder,
): Promise<boolean | undefined> {
  if (boot !== own.boot || namespace !== own.namespace) return undefined;
  // A process of our own id that is not us was before us.
  if (pid === own.pid) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  const stat = await readStat(String(pid));
  if (stat === undefined || began === '') return undefined;
  return stat.began === began && !['Z', 'X'].includes(stat.state);
}

/** Fields 3 and 22 of /proc/PID/stat. */
async function readStat(pid: string): Promise<{ state: string; began: string } | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '');
  // The second field is the program's name in parentheses, which may hold any character.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, began] = [fields[0], fields[19]];
  return state && began ? { state, began } : undefined;
}
