/**
 * The requests of one connection, one at a time: each from when it was read to when its response is
 * handed over to the socket. For the counts, the access log and Server-Timing.
 *
 * Responses of one turn leave together, so some may be made and wait. Those were read in one turn,
 * and share the moment of that.
 */
import type { Socket } from 'node:net';
import type { CommitTimes } from '../../store/statistics.js';
import type { Command } from '../api/route.js';
import type { AccessLog, EndedRequest } from './access-log.js';
import type { RequestStatistics } from './request-statistics.js';

/** In place of the status of a request whose client was gone before its response began. */
export const noResponse = 0;

/** Where each request that is over is counted and told of. */
export interface Bookkeeping {
  readonly statistics: RequestStatistics;
  /** Undefined: requests are not logged. */
  readonly accessLog: AccessLog | undefined;
}

type MadeResponse = Omit<EndedRequest, 'ms' | 'client'>;

export class Exchange {
  readonly #bookkeeping: Bookkeeping;
  readonly #socket: Socket;
  #isOpen = false;
  #beganMs = 0;
  #method = '';
  #command: Command | undefined;
  #requestBytes = 0;
  /** The rows of responses that have not left. Never shortened, so it is not allocated again. */
  readonly #rows: number[] = [];
  #made = 0;
  /** Those of them that are logged. */
  #logged: MadeResponse[] = [];

  constructor(bookkeeping: Bookkeeping, socket: Socket) {
    this.#bookkeeping = bookkeeping;
    this.#socket = socket;
  }

  /**
   * A request was read.
   * @param requestBytes the length of its content, if it is known
   * @param beganMs when, by performance.now()
   */
  begin(method: string, requestBytes: number, beganMs = performance.now()): void {
    this.#isOpen = true;
    this.#beganMs = beganMs;
    this.#method = method;
    this.#requestBytes = requestBytes;
  }

  /** It is known what the request asks for. */
  asksFor(command: Command): void {
    this.#command = command;
  }

  /** The response is made; or bytes that are not a request were refused. */
  end(status: number, responseBytes: number): void {
    const { statistics, accessLog } = this.#bookkeeping;
    const command = this.#command;
    const row = statistics.rowOf(command?.kind ?? 'other');
    statistics.count(row, status);
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#rows[this.#made++] = row;
    if (accessLog?.takesNext())
      this.#logged.push({
        command,
        method: this.#method,
        status: status === noResponse ? undefined : status,
        requestBytes: this.#requestBytes,
        responseBytes,
      });
    // An idle connection holds no key.
    this.#command = undefined;
  }

  /** The responses that are made are about to be written. */
  left(): void {
    if (this.#made === 0) return;
    const ms = performance.now() - this.#beganMs;
    const { statistics, accessLog } = this.#bookkeeping;
    for (let at = 0; at < this.#made; at++) statistics.time(this.#rows[at] as number, ms * 1000);
    this.#made = 0;
    if (this.#logged.length === 0) return;
    const client = this.#socket.remoteAddress;
    for (const response of this.#logged) accessLog?.write({ ...response, ms, client });
    this.#logged = [];
  }

  /**
   * The field Server-Timing: for a write that is stored how long it waited for its commit, and how
   * long that took.
   * @param commit the newest one; undefined: it is not told, or the request is not such a write
   */
  timing(commit: CommitTimes | undefined): string {
    const nowMs = performance.now();
    const times: (readonly [string, number])[] = [['total', nowMs - this.#beganMs]];
    if (commit !== undefined && commit.beganMs >= this.#beganMs)
      times.unshift(
        ['queue', commit.beganMs - this.#beganMs],
        ['commit', commit.endedMs - commit.beganMs],
      );
    return times.map(([name, ms]) => `${name};dur=${ms.toFixed(3)}`).join(', ');
  }
}
