/**
 * The lines of a streamed batch that are under way, in groups, and their results until the client
 * takes them. Both are paid for in the memory budget.
 *
 * Invariant: results are taken in the order of the lines.
 */
import { pieceBytes } from '../../../config/limits.js';
import type { Operation, Result, Store } from '../../../store/store.js';
import { ClientGone } from '../../connection/client-gone.js';
import { Problem, problemOf } from '../problem.js';
import { maxUnsentBytes } from './batch-bounds.js';
import type { BatchIntake } from './batch-intake.js';
import { KeyOrder } from './key-order.js';
import { valueBytes } from './line-cost.js';
import { lineOfProblem, lineOfResult } from './result-line.js';

/** Groups under way: some commits' worth of small lines. */
const maxGroups = 32;

interface Group {
  /** Its results, once they are there. */
  text: string | undefined;
  /** Memory that it holds. */
  heldBytes: number;
  /** Never rejects. */
  readonly done: Promise<'done'>;
}

export class RunningLines {
  readonly #store: Store;
  readonly #intake: BatchIntake;
  readonly #order = new KeyOrder();
  readonly #groups: Group[] = [];
  #heldBytes = 0;
  /** Bytes of the results that are there. */
  #unsentBytes = 0;

  constructor(store: Store, intake: BatchIntake) {
    this.#store = store;
    this.#intake = intake;
  }

  /** When the first group is done; undefined: none is under way. */
  get first(): Promise<'done'> | undefined {
    return this.#groups[0]?.done;
  }

  /** Whether lines may be started. There is room for them once all before them were taken. */
  hasRoom(cost: number): boolean {
    return (
      this.#groups.length === 0 ||
      (this.#groups.length < maxGroups &&
        this.#unsentBytes < maxUnsentBytes &&
        this.#heldBytes + cost <= this.#intake.bounds.maxHeldBytes)
    );
  }

  /**
   * Starts lines when it is their turn.
   * @param numbers of the lines
   * @param cost the memory that they take
   * @throws Problem 503; ClientGone
   */
  async start(
    operations: readonly (Operation | Problem)[],
    numbers: readonly number[],
    cost: number,
  ): Promise<void> {
    const { allowance, bounds, lineTurn } = this.#intake;
    await allowance.take(cost);
    const endTurn = await lineTurn(Math.min(cost, bounds.maxQueuedBytes));
    const results = operations.map((operation, at) => this.#resultOf(operation, numbers[at] ?? 0));
    const group: Group = {
      text: undefined,
      heldBytes: 0,
      done: Promise.all(results).then((texts) => {
        endTurn();
        const text = texts.join('');
        this.#hold(group, text.length);
        this.#unsentBytes += text.length;
        group.text = text;
        return 'done';
      }),
    };
    group.heldBytes = cost;
    this.#heldBytes += cost;
    this.#groups.push(group);
  }

  /** Results that are there by now, in order. A commit brings those of several groups. */
  takeResults(): string {
    let text = '';
    while (text.length < maxUnsentBytes) {
      const [group] = this.#groups;
      if (group?.text === undefined) break;
      this.#groups.shift();
      text += group.text;
      this.#unsentBytes -= group.text.length;
      this.#hold(group, 0);
    }
    return text;
  }

  /** Resolves when none is under way, and nothing is held. */
  async end(): Promise<void> {
    await Promise.all(this.#groups.map(({ done }) => done));
    for (const group of this.#groups.splice(0)) this.#hold(group, 0);
  }

  /** Gives back what a group does not need any more. Results are shorter than their lines cost. */
  #hold(group: Group, bytes: number): void {
    const free = group.heldBytes - bytes;
    if (free <= 0) return;
    group.heldBytes = bytes;
    this.#heldBytes -= free;
    this.#intake.allowance.give(free);
  }

  #resultOf(operation: Operation | Problem, line: number): string | Promise<string> {
    if (operation instanceof Problem) return lineOfProblem(operation, line);
    const store = this.#store;
    // A small value gets no slices, so that it is queued at once.
    const isSliced = valueBytes(operation) > pieceBytes;
    const { key, options } = operation;
    const result = this.#order.write<Result>(key, isSliced, () =>
      operation.kind === 'put'
        ? store.put(key, operation.value, options, isSliced ? this.#intake.allowance : undefined)
        : store.delete(key, options),
    );
    return result.then(lineOfResult, (error: unknown) => {
      // Nobody reads the results any more.
      if (error instanceof ClientGone) return '';
      const problem = problemOf(error);
      this.#intake.onProblem(problem);
      return lineOfProblem(problem, line);
    });
  }
}
