/** Failures in words, with how often each happened; the list has an end, whatever the peer sends, and obeys no terminal. */
import { printable } from '../printable.js';

const most = 20;
const longest = 200;

export class Causes {
  readonly #counts = new Map<string, number>();

  add(text: string, times = 1): void {
    const clean = printable(text.trim());
    const short = clean.length > longest ? `${clean.slice(0, longest - 1)}…` : clean;
    const name = this.#counts.has(short) || this.#counts.size < most - 1 ? short : 'other failures';
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + times);
  }

  clear(): void {
    this.#counts.clear();
  }

  get counts(): ReadonlyMap<string, number> {
    return this.#counts;
  }

  /** The most frequent first. */
  get sorted(): readonly (readonly [string, number])[] {
    return [...this.#counts].sort(([, a], [, b]) => b - a);
  }
}
