/** How far an import or export is, on a terminal. In a pipe or a log it says nothing. */
import { TerminalLine, type TerminalStream } from '../../lab/load/output/terminal-line.js';

const intervalMs = 200;

export class TransferProgress {
  readonly #stream: TerminalStream;
  readonly #line: TerminalLine;
  readonly #beganMs = performance.now();
  #drawnMs = 0;
  #entities = 0;
  #bytes = 0;

  constructor(stream: TerminalStream = process.stderr) {
    this.#stream = stream;
    this.#line = new TerminalLine(stream);
  }

  /** Adds entities that are done, and the bytes of their lines. */
  add(entities: number, bytes: number): void {
    this.#entities += entities;
    this.#bytes += bytes;
    const now = performance.now();
    if (now - this.#drawnMs < intervalMs) return;
    this.#drawnMs = now;
    this.#line.draw(this.#text(now));
  }

  /** Leaves the last state, on a terminal. */
  end(): void {
    this.#line.end();
    if (this.#stream.isTTY) this.#stream.write(`${this.#text(performance.now())}\n`);
  }

  #text(nowMs: number): string {
    const seconds = Math.max(0.001, (nowMs - this.#beganMs) / 1000);
    const rate = Math.round(this.#entities / seconds);
    const mebibytes = (this.#bytes / 2 ** 20).toFixed(1);
    return `${this.#entities} entities, ${mebibytes} MiB, ${rate} per second`;
  }
}
