/**
 * How far an import, export or copy is: on a terminal a line that is drawn over, and everywhere one
 * line at the end. The messages of the command go through here: they need a line of their own.
 */
import { TerminalLine, type TerminalStream } from '../../lab/load/output/terminal-line.js';

const intervalMs = 200;

export class TransferProgress {
  readonly #stream: TerminalStream;
  readonly #line: TerminalLine;
  readonly #beganMs = performance.now();
  #timer: NodeJS.Timeout | undefined;
  #entities = 0;
  #bytes = 0;

  /**
   * @param isDrawn false: the lines themselves go to the terminal
   * @param doing stands before the figures while they are drawn
   */
  constructor({ stream = process.stderr as TerminalStream, isDrawn = true, doing = '' } = {}) {
    this.#stream = stream;
    this.#line = new TerminalLine(stream);
    if (!isDrawn || stream.isTTY !== true) return;
    // While nothing moves, the time still does.
    this.#timer = setInterval(() => this.#line.draw(`${doing}${this.text}`), intervalMs).unref();
  }

  /** Adds entities that are done, and the bytes of their lines. */
  add(entities: number, bytes: number): void {
    this.#entities += entities;
    this.#bytes += bytes;
  }

  /** Writes a message on a line of its own. */
  say(message: string): void {
    this.#line.end();
    this.#stream.write(`evenkeel: ${message}\n`);
  }

  /** Erases the line, for good. */
  end(): void {
    clearInterval(this.#timer);
    this.#line.end();
  }

  /** Ends with what was done, for example `stored`. */
  summarize(done: string): void {
    this.end();
    this.say(`${done} ${this.text}`);
  }

  /** How much is done, and how fast. */
  get text(): string {
    const seconds = (performance.now() - this.#beganMs) / 1000;
    const rate = Math.round(this.#entities / Math.max(0.001, seconds));
    const mebibytes = (this.#bytes / 2 ** 20).toFixed(1);
    const entities = `${this.#entities} ${this.#entities === 1 ? 'entity' : 'entities'}`;
    return `${entities}, ${mebibytes} MiB, in ${seconds.toFixed(1)} s, ${rate} per second`;
  }
}
