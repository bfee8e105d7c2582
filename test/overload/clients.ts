/** Many connections of which each does one thing, and what came of them. */
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Target } from './attacks.js';

export class RawClient {
  readonly socket: Socket;
  /** Gets what arrives; default: it is dropped. */
  onData: (piece: Buffer) => void = () => {};
  /** The status of its first response; undefined: none has come. */
  firstStatus: number | undefined;
  /** Whether it was this side that ended the connection. */
  hasLeft = false;

  constructor(port: number) {
    this.socket = connect(port, '127.0.0.1').setNoDelay();
    this.socket.on('error', () => {});
    this.socket.on('data', (piece) => {
      this.firstStatus ??= Number(piece.toString('latin1', 9, 12));
      this.onData(piece);
    });
  }

  write(text: string): boolean {
    return this.socket.writable && this.socket.write(text, 'latin1');
  }

  leave(): void {
    this.hasLeft = true;
    this.socket.destroy();
  }
}

export interface Crowd {
  /** Connections that were made, not those that were only tried. */
  readonly connected: number;
  /** Connections that the server closed. */
  readonly cut: number;
  /** Connections whose first response was a 503. */
  readonly refused: number;
}

/** Opens so many connections and calls `begin` on each. They stay until the signal. */
export async function crowd(
  target: Target,
  count: number,
  begin: (client: RawClient, number: number) => void,
): Promise<Crowd> {
  return gather(target, count, begin, false);
}

/** The same, and whenever a connection has ended, another takes its place. */
export async function lastingCrowd(
  target: Target,
  count: number,
  begin: (client: RawClient, number: number) => void,
): Promise<Crowd> {
  return gather(target, count, begin, true);
}

async function gather(
  { port, signal, onArrival }: Target,
  count: number,
  begin: (client: RawClient, number: number) => void,
  isLasting: boolean,
): Promise<Crowd> {
  const open = new Set<RawClient>();
  let connected = 0;
  let cut = 0;
  let refused = 0;
  const join = (number: number) => {
    if (signal.aborted) return;
    const client = new RawClient(port);
    open.add(client);
    client.socket.once('connect', () => {
      connected++;
      if (connected === count) onArrival();
      begin(client, number);
    });
    client.socket.once('close', () => {
      open.delete(client);
      if (client.firstStatus === 503) refused++;
      if (signal.aborted) return;
      if (!client.hasLeft) cut++;
      if (isLasting) setTimeout(join, retryMs, number);
    });
  };
  for (let number = 0; number < count && !signal.aborted; number++) {
    join(number);
    // A burst that the listen queue can hold, then a breath.
    if (number % 100 === 99) await sleep(10);
  }
  while (!signal.aborted) await sleep(20);
  for (const { firstStatus, socket } of open) {
    if (firstStatus === 503) refused++;
    socket.removeAllListeners('close').destroy();
  }
  return { connected, cut, refused };
}

const retryMs = 50;
