/**
 * A client connection on which a test decides when which bytes are sent. Characters are bytes
 * (latin1).
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

export class RawSocket {
  readonly socket: Socket;
  /** Resolves when the connection is over, however it ended. */
  readonly closed: Promise<void>;
  #received = '';

  private constructor(socket: Socket) {
    this.socket = socket;
    this.closed = new Promise((resolve) => {
      socket.on('close', () => resolve());
    });
    socket.on('error', () => {});
    socket.on('data', (piece) => {
      this.#received += piece.toString('latin1');
    });
  }

  static async connect(base: string): Promise<RawSocket> {
    const { hostname, port } = new URL(base);
    const socket = connect(Number(port), hostname.replace(/^\[|\]$/g, ''));
    onTestFinished(() => {
      socket.destroy();
    });
    await once(socket, 'connect');
    return new RawSocket(socket);
  }

  /** Everything received so far. */
  get received(): string {
    return this.#received;
  }

  send(bytes: string): void {
    this.socket.write(bytes, 'latin1');
  }

  /**
   * Waits until what was received contains the text. @throws Error if the connection ends before
   */
  async until(text: string): Promise<void> {
    while (!this.#received.includes(text)) {
      if (this.socket.destroyed)
        throw new Error(`the connection ended without ${JSON.stringify(text)}: ${this.#received}`);
      await Promise.race([once(this.socket, 'data'), this.closed]);
    }
  }
}
