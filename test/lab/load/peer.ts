/**
 * Servers that misbehave, written on bare sockets because node:http would not let them. A peer is
 * told what to do with each connection and with each request; what it sends is bytes (latin1).
 */
import { once } from 'node:events';
import {
  type AddressInfo,
  createServer,
  type ListenOptions,
  type Server,
  type Socket,
} from 'node:net';
import { onTestFinished } from 'vitest';

export const okResponse = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

export interface Behaviour {
  /** Numbers from 0; the first connection is the generator's trial, which never sends. */
  readonly onConnection?: (socket: Socket, connection: number) => void;
  /** Numbers from 0, over all connections. An ok answer unless told. */
  readonly onRequest?: (socket: Socket, request: number, connection: number) => void;
  /** Makes another server than a plain one. */
  readonly create?: (onConnection: (socket: Socket) => void) => Server;
  readonly listen?: ListenOptions;
}

export class Peer {
  readonly #behaviour: Behaviour;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #listen: ListenOptions;
  connections = 0;
  requests = 0;

  constructor(behaviour: Behaviour) {
    this.#behaviour = behaviour;
    this.#listen = behaviour.listen ?? { host: '127.0.0.1', port: 0 };
    this.#server = (behaviour.create ?? createServer)((socket) => this.#accept(socket));
    onTestFinished(() => this.stop());
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/`;
  }

  /** Listens; a second time, where it listened before. */
  async listen(): Promise<this> {
    this.#server.listen(this.#listen);
    await once(this.#server, 'listening');
    if (this.#listen.path === undefined) this.#listen = { ...this.#listen, port: this.port };
    return this;
  }

  /** Ends all connections and refuses new ones. */
  stop(): void {
    if (this.#server.listening) this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #accept(socket: Socket): void {
    const connection = this.connections++;
    const { onConnection, onRequest = (to) => to.write(okResponse, 'latin1') } = this.#behaviour;
    this.#sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('close', () => this.#sockets.delete(socket)).on('error', () => {});
    let rest = '';
    socket.on('data', (piece) => {
      const heads = (rest + piece.toString('latin1')).split('\r\n\r\n');
      rest = heads.pop() as string;
      for (const _ of heads) onRequest(socket, this.requests++, connection);
    });
    onConnection?.(socket, connection);
  }
}

export function startPeer(behaviour: Behaviour = {}): Promise<Peer> {
  return new Peer(behaviour).listen();
}
