/**
 * One request at a time of one connection, from when it was read to when its response is handed
 * over: its time, for the counts, the access log and Server-Timing.
 */
import type { Socket } from 'node:net';
import type { CommitTimes } from '../../store/statistics.js';
import type { Command } from '../api/route.js';
import type { AccessLog } from './access-log.js';
import type { RequestStatistics } from './request-statistics.js';

/** In place of the status of a request whose client was gone before its response began. */
export const noResponse = 0;

/** Where each request that is over is counted and told of. */
export interface Bookkeeping {
  readonly statistics: RequestStatistics;
  /** Undefined: requests are not logged. */
  readonly accessLog: AccessLog | undefined;
}

export class Exchange {
  readonly #bookkeeping: Bookkeeping;
  readonly #socket: Socket;
  #isOpen = false;
  #beganMs = 0;
  #method = '';
  #command: Command | undefined;
  #requestBytes = 0;

  constructor(bookkeeping: Bookkeeping, socket: Socket) {
    this.#bookkeeping = bookkeeping;
    this.#socket = socket;
  }

  /** A request was read. @param requestBytes the length of its content, if it is known */
  begin(method: string, requestBytes: number): void {
    this.#isOpen = true;
    this.#beganMs = performance.now();
    this.#method = method;
    this.#requestBytes = requestBytes;
  }

  /** It is known what the request asks for. */
  asksFor(command: Command): void {
    this.#command = command;
  }

  /** The request is over; or bytes that are not a request were refused. */
  end(status: number, responseBytes: number): void {
    const { statistics, accessLog } = this.#bookkeeping;
    if (!this.#isOpen) {
      statistics.count(status);
      return;
    }
    const ms = performance.now() - this.#beganMs;
    const command = this.#command;
    statistics.record(command?.kind ?? 'other', status, ms * 1000);
    if (accessLog?.takesNext())
      accessLog.write({
        command,
        method: this.#method,
        status: status === noResponse ? undefined : status,
        ms,
        requestBytes: this.#requestBytes,
        responseBytes,
        client: this.#socket.remoteAddress,
      });
    this.#isOpen = false;
    // An idle connection holds no key.
    this.#command = undefined;
  }

  /**
   * The field Server-Timing: for a write that is stored how long it waited for its commit, and how
   * long that took.
   * @param commit the newest one; undefined: it is not told, or the request is not such a write
   */
  timing(commit: CommitTimes | undefined): string {
    const nowMs = performance.now();
    const parts: (readonly [string, number])[] = [['total', nowMs - this.#beganMs]];
    if (commit !== undefined && commit.beganMs >= this.#beganMs)
      parts.unshift(
        ['queue', commit.beganMs - this.#beganMs],
        ['commit', commit.endedMs - commit.beganMs],
      );
    return parts.map(([name, ms]) => `${name};dur=${ms.toFixed(3)}`).join(', ');
  }
}
