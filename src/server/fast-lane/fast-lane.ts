/**
 * The fast lane: in front of the full lane's server, on the same port. Each connection begins here, and moves to the full lane
 * with its first request that is not plain.
 */
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { Heads } from '../heads.js';
import type { LaneOptions } from '../lane.js';
import { FastConnection } from './connection.js';

export class FastLane {
  readonly #sockets = new Set<Socket>();

  /** @param full the server whose connections this lane takes first */
  constructor(full: Server, options: LaneOptions) {
    const listeners = full.listeners('connection');
    full.removeAllListeners('connection');
    const forget = (socket: Socket) => this.#sockets.delete(socket);
    const connectionOptions = {
      ...options,
      heads: new Heads(options.limits.keepAliveMs),
      handOver: (socket: Socket) => {
        forget(socket);
        for (const listener of listeners) listener.call(full, socket);
      },
    };
    full.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => forget(socket));
      new FastConnection(socket, connectionOptions);
    });
  }

  /** Cuts off every connection that is here. */
  closeAllConnections(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}
