/**
 * All open connections. When there are as many as may be, a new one takes the place of the one that
 * is idle longest; while none is idle, the new one gets 503.
 *
 * The order of idleness is a stamp per connection, a number that only rises. Nothing is sorted
 * until a place is needed; then a group of the idlest is found at once, for the next ones too.
 */
import type { Socket } from 'node:net';

/** A lane's end of a connection. */
export interface Connection {
  /** The stamp at which it became idle; undefined: a request is under way. */
  readonly idleSince: number | undefined;
}

export interface ConnectionStatistics {
  readonly open: number;
  readonly max: number;
  /** Those that got a place, and those that got 503. */
  readonly accepted: number;
  readonly refused: number;
  /** Bytes of all connections that got a place, heads and all. */
  readonly receivedBytes: number;
  readonly sentBytes: number;
}

interface Idle {
  readonly socket: Socket;
  readonly since: number;
}

/** A look at all connections finds so many to close. */
const groupSize = 64;

export class Connections implements Iterable<Socket> {
  readonly maxCount: number;
  readonly #open = new Map<Socket, Connection | undefined>();
  #stamp = 0;
  /** The longest idle one is last. */
  #idlest: Idle[] = [];
  /** The stamp when nobody was idle: until the next one nobody is. */
  #allBusyAt = -1;
  #accepted = 0;
  #refused = 0;
  /** The bytes of those that are closed. */
  #receivedBytes = 0;
  #sentBytes = 0;

  constructor(maxCount: number) {
    this.maxCount = maxCount;
  }

  get count(): number {
    return this.#open.size;
  }

  get statistics(): ConnectionStatistics {
    const { count: open, maxCount: max } = this;
    let receivedBytes = this.#receivedBytes;
    let sentBytes = this.#sentBytes;
    for (const socket of this.#open.keys()) {
      receivedBytes += socket.bytesRead;
      sentBytes += socket.bytesWritten;
    }
    const [accepted, refused] = [this.#accepted, this.#refused];
    return { open, max, accepted, refused, receivedBytes, sentBytes };
  }

  [Symbol.iterator](): Iterator<Socket> {
    return this.#open.keys();
  }

  /** A stamp after all those before it. */
  stamp(): number {
    return ++this.#stamp;
  }

  /**
   * Takes a new connection in.
   * @returns whether there is a place for it
   */
  admit(socket: Socket): boolean {
    if (this.#open.size >= this.maxCount && !this.#closeIdlest()) {
      this.#refused++;
      return false;
    }
    this.#accepted++;
    this.#open.set(socket, undefined);
    socket.once('close', () => this.#forget(socket));
    return true;
  }

  /** The lane that serves the connection from now on. */
  own(socket: Socket, connection: Connection): void {
    if (this.#open.has(socket)) this.#open.set(socket, connection);
  }

  #closeIdlest(): boolean {
    const socket = this.#nextIdlest() ?? (this.#findIdlest() ? this.#nextIdlest() : undefined);
    if (socket === undefined) return false;
    this.#forget(socket);
    socket.destroy();
    return true;
  }

  #forget(socket: Socket): void {
    if (!this.#open.delete(socket)) return;
    this.#receivedBytes += socket.bytesRead;
    this.#sentBytes += socket.bytesWritten;
  }

  #nextIdlest(): Socket | undefined {
    for (let next = this.#idlest.pop(); next; next = this.#idlest.pop())
      // It may have had requests since it was found.
      if (this.#open.get(next.socket)?.idleSince === next.since) return next.socket;
    return undefined;
  }

  #findIdlest(): boolean {
    if (this.#stamp === this.#allBusyAt) return false;
    const idle: Idle[] = [];
    for (const [socket, connection] of this.#open) {
      const since = connection?.idleSince;
      if (since !== undefined) idle.push({ socket, since });
    }
    idle.sort((one, other) => one.since - other.since);
    this.#idlest = idle.slice(0, groupSize).reverse();
    if (idle.length === 0) this.#allBusyAt = this.#stamp;
    return idle.length > 0;
  }
}
