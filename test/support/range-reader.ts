/** Reads a range as chunks, at the pace that its caller sets, without keeping what it has read. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export class RangeReader {
  readonly #socket: Socket;
  readonly #onEntity: (entity: string) => void;
  #rest: Buffer = Buffer.alloc(0);
  #inBody = false;
  #complete = false;
  #error: Error | undefined;
  /** Entities read so far. */
  count = 0;

  /** @param onEntity called with each chunk, `<key>\n<value>`, as latin1 */
  static async start(base: string, onEntity: (entity: string) => void): Promise<RangeReader> {
    const { hostname, port } = new URL(base);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    const reader = new RangeReader(socket, onEntity);
    socket.write('GET /v0/entities?start=%00 HTTP/1.1\r\nHost: localhost\r\n\r\n');
    return reader;
  }

  private constructor(socket: Socket, onEntity: (entity: string) => void) {
    this.#socket = socket;
    this.#onEntity = onEntity;
    socket.on('error', (error) => {
      this.#error = error;
    });
    socket.on('data', (piece) => {
      this.#take(piece);
    });
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /** Goes away in the middle. */
  leave(): void {
    this.#socket.destroy();
  }

  /**
   * Waits until so many entities are read, or the range is complete. @throws Error if the
   * connection ends before
   */
  async until(count: number): Promise<void> {
    const over = once(this.#socket, 'close');
    while (this.count < count && !this.#complete) {
      if (this.#socket.destroyed)
        throw new Error(
          `the range ended after ${this.count} entities: ${this.#error?.message ?? this.#rest}`,
        );
      await Promise.race([once(this.#socket, 'data'), over]);
    }
  }

  #take(piece: Buffer): void {
    this.#rest = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece]);
    if (!this.#inBody) {
      const end = this.#rest.indexOf('\r\n\r\n');
      if (end < 0) return;
      const head = this.#rest.toString('latin1', 0, end);
      if (!head.startsWith('HTTP/1.1 200 ') || !/\r\ntransfer-encoding: chunked/i.test(head))
        throw new Error(`the range was answered with ${head}`);
      this.#rest = this.#rest.subarray(end + 4);
      this.#inBody = true;
    }
    let at = 0;
    for (;;) {
      const line = this.#rest.indexOf('\r\n', at);
      if (line < 0) break;
      const length = Number.parseInt(this.#rest.toString('latin1', at, line), 16);
      if (this.#rest.length < line + 2 + length + 2) break;
      if (length === 0) {
        this.#complete = true;
        this.#socket.end();
        return;
      }
      this.count++;
      this.#onEntity(this.#rest.toString('latin1', line + 2, line + 2 + length));
      at = line + 2 + length + 2;
    }
    this.#rest = this.#rest.subarray(at);
  }

  /** Whether the last chunk, the empty one, has come. */
  get complete(): boolean {
    return this.#complete;
  }
}
