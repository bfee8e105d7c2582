/**
 * Some lines at the end of a terminal that are drawn over, and erased at the end. They are ASCII
 * and shorter than the terminal is wide, since a line that wrapped could not be drawn over.
 */
import type { TerminalStream } from './terminal-line.js';

const up = (lines: number) => (lines > 0 ? `\x1b[${lines}A` : '');
const eraseBelow = '\x1b[J';

/** Whether a block of so many lines can be drawn there, with as many left for what stands above. */
export function takesBlock({ isTTY, rows }: TerminalStream, lines: number): boolean {
  return isTTY === true && (rows ?? 0) >= 2 * lines && process.env.TERM !== 'dumb';
}

export class TerminalBlock {
  readonly #stream: TerminalStream;
  /** Lines that stand there; the cursor is behind the last. */
  #drawn = 0;

  constructor(stream: TerminalStream) {
    this.#stream = stream;
  }

  draw(lines: readonly string[]): void {
    const room = (this.#stream.columns || 80) - 1;
    const text = lines.map((line) => `${line.slice(0, room)}\n`).join('');
    this.#stream.write(`${up(this.#drawn)}\r${eraseBelow}${text}`);
    this.#drawn = lines.length;
  }

  /** Erases the block. A later draw brings it again. */
  end(): void {
    if (this.#drawn > 0) this.draw([]);
  }
}
