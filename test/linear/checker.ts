/**
 * Checks that a history of a register is linearizable: each operation takes effect at one moment
 * between its beginning and its end (Herlihy & Wing, "Linearizability: A Correctness Condition for
 * Concurrent Objects", TOPLAS 1990). The search is that of Wing & Gong
 * ("Testing and Verifying Concurrent Objects", JPDC 1993). It visits no state twice (Lowe, "Testing
 * for Linearizability", 2017).
 */
import { fits, type Operation, type Value } from './history.js';

interface Step {
  /** The candidates for the next place, the most likely last. */
  readonly candidates: number[];
  /** The register before this step. */
  readonly value: Value;
}

/**
 * @param initial what the register held before all of them
 * @returns undefined if an order explains the operations; else the longest that explains some
 */
export function longestFailedOrder(
  operations: readonly Operation[],
  initial: Value,
): readonly Operation[] | undefined {
  return new Search(operations, initial).run();
}

class Search {
  readonly #operations: readonly Operation[];
  readonly #needed: number;
  readonly #taken: Uint8Array;
  readonly #seen = new Set<string>();
  readonly #order: number[] = [];
  #longest: readonly number[] = [];
  #value: Value;
  /** Operations with a response that are in the order. */
  #explained = 0;

  constructor(operations: readonly Operation[], initial: Value) {
    this.#operations = operations.toSorted((a, b) => a.begun - b.begun);
    this.#needed = operations.filter(({ lost }) => !lost).length;
    this.#taken = new Uint8Array(operations.length);
    this.#value = initial;
  }

  run(): readonly Operation[] | undefined {
    const steps: Step[] = [{ candidates: this.#candidates(), value: this.#value }];
    while (this.#explained < this.#needed) {
      const step = steps.at(-1);
      if (!step) return this.#longest.map((at) => this.#at(at));
      const next = step.candidates.pop();
      if (next === undefined) {
        steps.pop();
        const before = steps.at(-1);
        if (before) this.#undo(before.value);
        continue;
      }
      this.#take(next);
      const state = this.#state();
      if (this.#seen.has(state)) {
        this.#undo(step.value);
        continue;
      }
      this.#seen.add(state);
      if (this.#order.length > this.#longest.length) this.#longest = [...this.#order];
      steps.push({ candidates: this.#candidates(), value: this.#value });
    }
    return undefined;
  }

  #at(index: number): Operation {
    return this.#operations[index] as Operation;
  }

  #take(index: number): void {
    const { kind, value, lost } = this.#at(index);
    this.#taken[index] = 1;
    this.#order.push(index);
    if (kind === 'write') this.#value = value;
    if (!lost) this.#explained++;
  }

  #undo(value: Value): void {
    const index = this.#order.pop() as number;
    this.#taken[index] = 0;
    this.#value = value;
    if (!this.#at(index).lost) this.#explained--;
  }

  /**
   * The first operation with a response that is not in the order. None that began after its end can
   * come before it.
   */
  #first(): number {
    let at = 0;
    while (at < this.#operations.length && (this.#taken[at] === 1 || this.#at(at).lost)) at++;
    return at;
  }

  /** The operations that may be next: they began before any other that is left has ended. */
  #candidates(): number[] {
    let earliestEnd = Number.POSITIVE_INFINITY;
    const found: number[] = [];
    for (let at = 0; at < this.#operations.length; at++) {
      const operation = this.#at(at);
      const { begun, ended, lost } = operation;
      if (begun > earliestEnd) break;
      if (this.#taken[at] === 1) continue;
      if (!lost) earliestEnd = Math.min(earliestEnd, ended);
      if (fits(operation, this.#value)) found.push(at);
    }
    // A read that fits changes nothing; a write that was lost may be left out.
    const rank = (at: number) => (this.#at(at).kind === 'write' ? this.#at(at).ended : -1);
    return found
      .filter((at) => this.#at(at).begun < earliestEnd)
      .sort(
        (a, b) =>
          Number(this.#at(b).lost ?? 0) - Number(this.#at(a).lost ?? 0) || rank(b) - rank(a),
      );
  }

  /** The state of the search: the operations that are taken, and the value of the register. */
  #state(): string {
    const first = this.#first();
    const end = first < this.#operations.length ? this.#at(first).ended : 0;
    const taken: number[] = [];
    for (let at = 0; at < this.#operations.length; at++) {
      if (at > first && this.#at(at).begun > end) break;
      if (this.#taken[at] === 1 && (at > first || this.#at(at).lost)) taken.push(at);
    }
    return `${first};${taken};${this.#value}`;
  }
}
