/**
 * Finds out about a process before it is touched. SIGUSR1 opens Node's inspector, and ends any
 * program that does not expect it; so it is sent only to what is Node by its name and, where the
 * system tells, waits for this signal.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';
import { ProfileError } from '../profile-errors.js';
import type { Listener } from './proc.js';

const endsOthers = "the signal that opens Node's inspector would end it";

/** @param why it matters @throws ProfileError `gone`, `not-permitted`, `not-node` */
export function checkIsNode(pid: number, why = endsOthers): void {
  checkMaySignal(pid);
  const program = programOf(pid);
  if (!isNode(program))
    throw new ProfileError('not-node', `process ${pid} is ${program}, not node; ${why}`);
}

function isNode(program: string): boolean {
  return /^node(js)?[-.\d]*(\.exe)?$/i.test(basename(program));
}

/** @throws ProfileError `not-node` if SIGUSR1 would end the process, as far as the system tells */
export function checkTakesSignal(pid: number): void {
  const caught = /^SigCgt:\s*([0-9a-f]+)$/m.exec(read(`/proc/${pid}/status`))?.[1];
  const sigusr1 = 10n; // /proc is Linux, and there it is 10
  if (caught === undefined || (BigInt(`0x${caught}`) >> (sigusr1 - 1n)) % 2n === 1n) return;
  const what = `process ${pid} does not wait for the signal that opens its inspector`;
  const why = 'it is just starting, or was started with the inspector disabled';
  throw new ProfileError('inspector', `${what}: ${why}`);
}

function checkMaySignal(pid: number): void {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM')
      throw new ProfileError('gone', `process ${pid} does not exist`);
    const what = `process ${pid} belongs to another user; run this as that user or as root`;
    throw new ProfileError('not-permitted', what);
  }
}

function programOf(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/exe`).replace(/ \(deleted\)$/, '');
  } catch (error) {
    if (process.platform !== 'linux')
      return execFileSync('ps', ['-o', 'comm=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    const what = `process ${pid} does not let this user see what it is`;
    throw new ProfileError('not-permitted', `${what}: ${(error as Error).message}`);
  }
}

interface InspectorFlags {
  /** Where the inspector listens, or will. */
  readonly address: Listener;
  /** Whether they open it at the start. */
  readonly isOpen: boolean;
  /** False if the program wrote its title over them. */
  readonly areKnown: boolean;
}

/** The inspector, as the process's flags have it. */
export function inspectorFlags(pid: number): InspectorFlags {
  const options = read(`/proc/${pid}/environ`)
    .split('\0')
    .find((line) => line.startsWith('NODE_OPTIONS='));
  const { program, words, file } = commandLineOf(pid);
  // Node's flags end where the program's file begins; what follows is the program's own.
  const own = file < 0 ? words : words.slice(0, file);
  const flags = [...(options?.slice('NODE_OPTIONS='.length).split(/\s+/) ?? []), ...own];
  return {
    address: addressIn(flags),
    isOpen: flags.some((word) => /^--inspect(-brk|-wait)?(=|$)/.test(word)),
    areKnown: isNode(program),
  };
}

/** Node's own rule: the last one counts, and each changes only what it names. */
export function addressIn(words: readonly string[]): Listener {
  let address = { host: '127.0.0.1', port: 9229 };
  for (const word of words) {
    const [, value] = /^--(?:inspect(?:-brk|-wait|-port)?|debug-port)=(.+)$/.exec(word) ?? [];
    if (value === undefined) continue;
    const [, host, port] =
      /^(?:(\[.+\]|[^:[\]]*[^:[\]\d][^:[\]]*|\d+\.\d+\.\d+\.\d+):?)?(\d+)?$/.exec(value) ?? [];
    address = { host: host || address.host, port: port ? Number(port) : address.port };
  }
  // A server on every address is reached over loopback.
  return ['0.0.0.0', '[::]'].includes(address.host) ? { ...address, host: '127.0.0.1' } : address;
}

/** The program's file as the command line names it, if it names one. */
export function programFileOf(pid: number): string | undefined {
  const { words, file } = commandLineOf(pid);
  return words[file];
}

function commandLineOf(pid: number): { program: string; words: string[]; file: number } {
  const [program = '', ...words] = read(`/proc/${pid}/cmdline`).split('\0');
  const takesValue = /^(-r|--require|--import|--loader|-C|--conditions|-e|--eval)$/;
  const isFile = (word: string, at: number) =>
    !word.startsWith('-') && !takesValue.test(words[at - 1] ?? '');
  return { program, words, file: words.findIndex(isFile) };
}

function read(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return ''; // not Linux, or not ours to read: then Node's defaults are what there is to go by
  }
}
