/**
 * Cuts a stream of operations into requests. A request takes all that is there when the one before
 * is over, up to a bound: few operations when they come slowly, many when they come fast. Each
 * request is whole, because no browser sends one piece by piece over HTTP/1.1.
 */
import { lineOf, type Operation, type OperationLine } from './operation.js';

/** Bounds of one request: operations, and characters of their lines. At least one operation. */
const maxOperations = 8192;
const maxCharacters = 1024 * 1024;

export type Operations = Iterable<Operation> | AsyncIterable<Operation>;

export class Segments {
  readonly #iterator: Iterator<Operation> | AsyncIterator<Operation>;
  /** Asked for, and not yet taken. */
  #ahead: Promise<IteratorResult<Operation>> | undefined;
  /** Did not fit into the segment before. */
  #left: OperationLine | undefined;

  constructor(operations: Operations) {
    this.#iterator =
      Symbol.asyncIterator in operations
        ? operations[Symbol.asyncIterator]()
        : operations[Symbol.iterator]();
  }

  /**
   * The next segment; empty at the end.
   * @param isTime resolves when a request may start. From then on it waits for nothing but the
   *   first operation
   * @throws TypeError if one is not an operation; what the source throws
   */
  async next(isTime: Promise<void>): Promise<readonly OperationLine[]> {
    const lines: OperationLine[] = [];
    let characters = 0;
    while (lines.length < maxOperations) {
      const line = this.#left ?? (await this.#line(lines, isTime));
      this.#left = undefined;
      if (!line) break;
      characters += line.text.length;
      if (characters > maxCharacters && lines.length > 0) {
        this.#left = line;
        break;
      }
      lines.push(line);
    }
    return lines;
  }

  /** Tells the source that no more is taken. It may be busy, so nobody waits for it. */
  return(): void {
    Promise.resolve(this.#iterator.return?.()).catch(() => {});
  }

  /**
   * Undefined at the end, and if those there are should go first: it is time, or the source has
   * failed. The end or failure stays ahead, for the next segment.
   */
  async #line(
    lines: readonly OperationLine[],
    isTime: Promise<void>,
  ): Promise<OperationLine | undefined> {
    this.#ahead ??= this.#ask();
    try {
      const step = await (lines.length > 0 ? Promise.race([this.#ahead, isTime]) : this.#ahead);
      if (!step || step.done) return undefined;
      const line = lineOf(step.value);
      this.#ahead = undefined;
      return line;
    } catch (error) {
      if (lines.length === 0) throw error;
      return undefined;
    }
  }

  /** As a promise, also of a source that is not asynchronous. */
  async #ask(): Promise<IteratorResult<Operation>> {
    return this.#iterator.next();
  }
}
