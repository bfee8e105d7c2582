/** Many connections of which each does one thing. */
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Target } from './attacks.js';

export class RawClient {
  readonly socket: Socket;
  /** Gets what arrives; default: it is dropped. */
  onData: (piece: Buffer) => void = () => {};
  /** How its first response began, if it was a refusal. */
  refused = false;

  constructor(port: number) {
    this.socket = connect(port, '127.0.0.1').setNoDelay();
    this.socket.on('error', () => {});
  }

  write(text: string): boolean {
    return this.socket.writable && this.socket.write(text, 'latin1');
  }
}

export interface Crowd {
  readonly opened: number;
  /** Connections that the server closed. */
  readonly cut: number;
  readonly refused: number;
}

/**
 * Opens so many connections and calls `begin` on each. They stay until the signal, or for `stayMs`.
 */
export async function crowd(
  { port, signal }: Target,
  count: number,
  begin: (client: RawClient, number: number) => void,
  stayMs?: number,
): Promise<Crowd> {
  const clients: RawClient[] = [];
  let cut = 0;
  for (let number = 0; number < count && !signal.aborted; number++) {
    const client = new RawClient(port);
    clients.push(client);
    client.socket.on('data', (piece) => {
      if (piece.toString('latin1', 0, 12) === 'HTTP/1.1 503') client.refused = true;
      client.onData(piece);
    });
    client.socket.once('close', () => {
      if (!signal.aborted) cut++;
    });
    client.socket.once('connect', () => begin(client, number));
    // A burst that the listen queue can hold, then a breath.
    if (number % 100 === 99) await sleep(10);
  }
  if (stayMs === undefined) {
    while (!signal.aborted) await sleep(20);
  } else await sleep(stayMs);
  const refused = clients.filter((client) => client.refused).length;
  for (const { socket } of clients) socket.destroy();
  return { opened: clients.length, cut, refused };
}
