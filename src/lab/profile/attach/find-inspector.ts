/**
 * Finds where the inspector of a process listens: among the process's own sockets, where the system
 * tells them, for the flags of its start may say another port than the one that it took, or nothing
 * (`--inspect=0`, a program that changes its title). Elsewhere, by these flags.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { ProfileError } from '../profile-errors.js';
import { type Listener, listenersOf } from './proc.js';
import { checkIsNode, inspectorFlags } from './process-info.js';

export interface Inspector extends Listener {
  /** The address of its WebSocket. */
  readonly webSocket: string;
  /** It is known to be that process's. */
  readonly isOwn: boolean;
}

/** @returns that of a process that has it open @throws ProfileError if another has its port */
export async function findInspector(pid: number): Promise<Inspector | undefined> {
  const { address, isOpen, areKnown } = inspectorFlags(pid);
  const listeners = listenersOf(pid);
  if (listeners === undefined) return firstOf([address], false);
  const { own, all } = listeners;
  const isNamed = ({ port }: Listener) => port === address.port;
  // The others may be the program's own servers, which need not hear of us.
  const found = await firstOf(isOpen ? own : own.filter(isNamed), true);
  if (found !== undefined || !areKnown || !all.some(isNamed)) return found;
  // It can't open there, but the program may have opened it elsewhere.
  const elsewhere = await firstOf(own, true);
  if (elsewhere !== undefined) return elsewhere;
  const why = `another process, or a server of its own, has port ${address.port}`;
  const what = `the inspector of process ${pid} can't open, because ${why}; free it first`;
  throw new ProfileError('inspector', what);
}

/** A signal opens an inspector within that time, if the event loop turns. */
const reopenMs = 1_000;

/** Resolves to the inspector that a signal opens. @throws ProfileError */
export async function untilOpen(
  pid: number,
  before: readonly Listener[],
  withinMs: number,
): Promise<Inspector> {
  const isNew = ({ host, port }: Listener) =>
    !before.some((known) => known.host === host && known.port === port);
  for (const begun = performance.now(); performance.now() < begun + withinMs; await sleep(50)) {
    const listeners = listenersOf(pid);
    // One that was open all along did not open again.
    const isLate = performance.now() > begun + reopenMs;
    const found = listeners
      ? await firstOf(
          listeners.own.filter((one) => isLate || isNew(one)),
          true,
        )
      : await firstOf([inspectorFlags(pid).address], false);
    if (found !== undefined) return found;
  }
  checkIsNode(pid); // It may have ended.
  const why = 'it is held by native code, or uses SIGUSR1 itself';
  const what = `the inspector of process ${pid} did not open within ${withinMs / 1000} s: ${why}`;
  throw new ProfileError('inspector', `${what}; should it open later, it stays open`);
}

/** The first that an inspector listens at. */
async function firstOf(
  candidates: readonly Listener[],
  isOwn: boolean,
): Promise<Inspector | undefined> {
  for (const { host, port } of candidates) {
    const webSocket = await webSocketOf({ host, port });
    if (webSocket !== undefined) return { host, port, webSocket, isOwn };
  }
  return undefined;
}

/** Undefined if nothing listens there, or something else. */
async function webSocketOf({ host, port }: Listener): Promise<string | undefined> {
  try {
    const signal = AbortSignal.timeout(2_000);
    const response = await fetch(`http://${host}:${port}/json/list`, { signal });
    const [target] = (await response.json()) as { webSocketDebuggerUrl?: string }[];
    const path = target?.webSocketDebuggerUrl;
    return path === undefined ? undefined : `ws://${host}:${port}${new URL(path).pathname}`;
  } catch {
    return undefined;
  }
}

/** Whether the process still listens there, or an inspector does where nobody tells whose. */
export async function isOpen(pid: number, { host, port }: Listener): Promise<boolean> {
  const listeners = listenersOf(pid);
  if (listeners === undefined) return (await webSocketOf({ host, port })) !== undefined;
  return listeners.own.some((one) => one.host === host && one.port === port);
}
