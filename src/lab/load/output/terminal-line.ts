/**
 * One line on a terminal that is drawn over, and erased at the end. Without a terminal nothing is
 * written, so that logs hold results only. The line is ASCII and shorter than the terminal is wide,
 * since a wrapped line could not be drawn over.
 */

/** The part of tty.WriteStream that is used. */
export interface TerminalStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
}

export class TerminalLine {
  readonly #stream: TerminalStream;
  /** Characters that stand on the terminal's line. */
  #drawn = 0;

  constructor(stream: TerminalStream) {
    this.#stream = stream;
  }

  draw(text: string): void {
    if (this.#stream.isTTY !== true) return;
    // Some pseudo-terminals say 0 when they do not know.
    const room = (this.#stream.columns || 80) - 1;
    const fitting = text.slice(0, room);
    const line = fitting.padEnd(Math.min(this.#drawn, room));
    if (line === '') return;
    this.#stream.write(`\r${line}`);
    this.#drawn = line.length;
  }

  /** Erases the line. A later draw brings it again. */
  end(): void {
    this.draw('');
    if (this.#drawn > 0) this.#stream.write('\r');
    this.#drawn = 0;
  }
}
