/**
 * The TLS handshakes that are under way. Until one is done its connection has no place among the
 * others, so they are bounded by themselves: a further one cuts the oldest.
 */
import type { Socket } from 'node:net';
import type { Server } from 'node:tls';

export class Handshakes {
  readonly maxCount: number;
  /** By the address and port of the client: both ends of a connection's TLS know it. */
  readonly #open = new Map<string, Socket>();

  /** @param maxConnections of which they take a part */
  constructor(maxConnections: number) {
    this.maxCount = Math.max(1, Math.floor(maxConnections / 16));
  }

  get count(): number {
    return this.#open.size;
  }

  /** To be called before the server listens. */
  watch(server: Server): void {
    server.prependListener('connection', (socket: Socket) => this.#begin(socket));
    server.prependListener('secureConnection', (socket) => this.#open.delete(keyOf(socket)));
    server.removeAllListeners('tlsClientError');
    server.on('tlsClientError', (_, socket) => socket.destroy());
  }

  /** Cuts all of them: their clients have not asked for anything yet. */
  cut(): void {
    for (const socket of this.#open.values()) socket.destroy();
  }

  #begin(socket: Socket): void {
    const key = keyOf(socket);
    if (this.#open.size >= this.maxCount) {
      const [oldest] = this.#open.values();
      oldest?.destroy();
    }
    this.#open.set(key, socket);
    socket.once('close', () => {
      if (this.#open.get(key) === socket) this.#open.delete(key);
    });
  }
}

function keyOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
