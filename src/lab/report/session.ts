/**
 * The place of a session among others. Linux, where it groups by session, shares the CPUs among sessions first and by niceness only within
 * each (sched(7), autogroup): a process that begins a session of its own leaves the place that its parent's has.
 */
import { readFileSync, writeFileSync } from 'node:fs';

/** The niceness of this process's session, -20 … 19; undefined where Linux does not group by session, and elsewhere. */
export function sessionNice(): number | undefined {
  try {
    const nice = /nice (-?\d+)/.exec(readFileSync('/proc/self/autogroup', 'latin1'))?.[1];
    return nice === undefined ? undefined : Number(nice);
  } catch {
    return undefined;
  }
}

/** Gives another process's session the place of this one's, if the system lets us. */
export function shareSessionNice(pid: number): void {
  const nice = sessionNice();
  // 0 is what a session begins with.
  if (nice === undefined || nice === 0) return;
  try {
    writeFileSync(`/proc/${pid}/autogroup`, String(nice));
  } catch {
    // It has ended, or may not go before others.
  }
}
