/** The process of a node, as Linux sees it: whether it lives, and signals to it. */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { markOf } from './jvm.js';
import { logFile, pidFile } from './places.js';

export type ProcessState = 'running' | 'paused' | 'down';

export interface NodeProcess {
  readonly state: ProcessState;
  readonly pid: number;
  readonly residentMiB: number;
}

const down: NodeProcess = { state: 'down', pid: 0, residentMiB: 0 };

export function inspect(node: number): NodeProcess {
  const pid = Number(textOf(pidFile(node)));
  // Another process may have the id by now.
  if (!pid || !textOf(`/proc/${pid}/cmdline`).includes(markOf(node))) return down;
  const status = textOf(`/proc/${pid}/status`);
  const [, letter = 'Z'] = /^State:\s+(\S)/m.exec(status) ?? [];
  // A killed process stays a zombie until its parent notices, and takes signals like a live one.
  if (letter === 'Z' || letter === 'X') return down;
  const [, residentKiB = '0'] = /^VmRSS:\s+(\d+)/m.exec(status) ?? [];
  return {
    state: letter === 'T' ? 'paused' : 'running',
    pid,
    residentMiB: Math.round(Number(residentKiB) / 1024),
  };
}

/** Sends the signal and waits until Linux shows its effect. @returns whether there was a process */
export async function signal(
  node: number,
  name: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT',
): Promise<boolean> {
  if (!signalNow(node, name)) return false;
  const wanted = { SIGKILL: 'down', SIGSTOP: 'paused', SIGCONT: 'running' }[name];
  while (![wanted, 'down'].includes(inspect(node).state)) await sleep(10);
  return true;
}

export function signalNow(node: number, name: NodeJS.Signals): boolean {
  const { state, pid } = inspect(node);
  if (state === 'down') return false;
  try {
    process.kill(pid, name);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

/** Without stack frames, which hide the messages: an exception has dozens of them. */
export function endOfLog(node: number, lines: number): string {
  const all = textOf(logFile(node)).trimEnd().split('\n');
  return all
    .filter((line) => !/^\s+(at |\.\.\. )/.test(line))
    .slice(-lines)
    .join('\n');
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
