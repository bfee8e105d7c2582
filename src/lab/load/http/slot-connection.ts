/**
 * The connection of one slot: at most one send in flight. It opens itself again when it breaks, and
 * knows nothing of schedules: it says when it is ready, when it has a response, and when a send
 * failed. In HTTP/1.1 it is a socket, in HTTP/2 a place for one stream of a shared one.
 */
import type { RequestSource } from '../request/request-source.js';
import type { Target } from './target.js';

/** Closed unused sooner than this after it was opened, it was refused; later, it was idle. */
export const idleUs = 100_000;
const backOffMs = { min: 10, max: 1_000 };

export type FailureKind = 'connect' | 'read' | 'write';

export interface ConnectionEvents {
  /**
   * It may send if it is ready.
   * @param opened it was opened; else all responses to the last send have come
   */
  onReady(opened: boolean): void;
  /** Once for each request. Returns whether it counts: a response after the end does not. */
  onResponse(status: number, content: Uint8Array): boolean;
  /** It broke; what was in flight will get no response. It opens itself again. */
  onFailure(kind: FailureKind, cause: string): void;
  /** The server never looked at what is in flight. Nothing failed; it is sent again. */
  onUnprocessed?(): void;
  onBytes(count: number): void;
  /** It begins, or ceases, to wait for the peer to take the connection. */
  onOpening(opening: boolean): void;
}

export interface ConnectionOptions {
  readonly target: Target;
  readonly source: RequestSource;
  readonly timeoutMs: number;
  readonly maxContentBytes: number;
  /** Somebody reads headers and content. */
  readonly collect: boolean;
  readonly now: () => number;
}

export interface SlotConnection {
  /** Its owner's; they may be replaced. */
  events: ConnectionEvents;
  /** Whether send() may be called. */
  readonly ready: boolean;
  readonly opening: boolean;
  /** A send is due and it is not ready: the first that asked is ready first. Absent: none share. */
  queue?(): void;
  /** Sends the source's next request. Returns when it began to write. @throws ScriptError */
  send(): number;
  /** For good. */
  close(): void;
}

/** Connections that open together: those that share a socket, or a single one. */
export interface ConnectionGroup {
  readonly connections: readonly SlotConnection[];
  open(): void;
}

/** How long to wait after so many failures in a row. At once after the first: undefined. */
export function backOffAfter(failures: number): number | undefined {
  if (failures <= 1) return undefined;
  return Math.min(backOffMs.min * 2 ** (failures - 2), backOffMs.max);
}

export function describe(error: NodeJS.ErrnoException): string {
  if (error instanceof AggregateError) return error.errors.map(describe).join(', ');
  return error.code && !error.message.includes(error.code)
    ? `${error.message} (${error.code})`
    : error.message;
}
