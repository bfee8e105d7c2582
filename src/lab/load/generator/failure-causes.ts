/** Failures in words, with how often each happened. The list is bounded, whatever a peer sends. */
import { printable } from '../printable.js';

const maxCauses = 20;
const maxLength = 200;

export class FailureCauses {
  readonly #counts = new Map<string, number>();

  add(text: string, times = 1): void {
    const clean = printable(text.trim());
    const short = clean.length > maxLength ? `${clean.slice(0, maxLength - 1)}…` : clean;
    const name =
      this.#counts.has(short) || this.#counts.size < maxCauses - 1 ? short : 'other failures';
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
