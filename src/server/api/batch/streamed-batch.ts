/**
 * A batch that is done as it comes: NDJSON in, a result line out for each line, in order. Both ways
 * have back-pressure. Content is read only while few lines are under way, and lines are done only
 * while the client takes their results.
 *
 * A line is acknowledged once it is durable. When the stream breaks off, lines that were not
 * acknowledged may or may not have been stored.
 */
import type { Operation, Store } from '../../../store/store.js';
import { Problem, problemOf } from '../problem.js';
import type { BatchIntake } from './batch-intake.js';
import { costOf } from './line-cost.js';
import { type Line, lineGroups } from './line-groups.js';
import { lineContext, operationOf } from './operation-line.js';
import { lineOfProblem } from './result-line.js';
import { RunningLines } from './running-lines.js';

/** The result lines, as text, as soon as they and all before them are there. */
export async function* streamedBatch(store: Store, intake: BatchIntake): AsyncGenerator<string> {
  const { content, allowance, bounds } = intake;
  const context = lineContext(store.capabilities, intake);
  const maxLineBytes = bounds.line.max;
  const groups = lineGroups(content, {
    maxLineBytes,
    reserve: async (bytes) => {
      await allowance.take(bytes);
      return { end: intake.watchLongLine(), release: () => allowance.give(bytes) };
    },
  });
  const running = new RunningLines(store, intake);
  /** More lines at once would not fit in the queue of the store. */
  const maxCost = Math.min(bounds.maxQueuedBytes, bounds.maxHeldBytes);
  let lastLine = 0;
  /** Why no further line is begun. */
  let ending: unknown;
  /** Undefined at the end of the content. */
  let reading: Promise<readonly Line[] | undefined> | undefined = next();

  async function next(): Promise<readonly Line[] | undefined> {
    try {
      const { value } = await groups.next();
      return value || undefined;
    } catch (error) {
      ending = error;
      return undefined;
    }
  }

  try {
    for (;;) {
      const { first } = running;
      if (first === undefined && reading === undefined) break;
      intake.onResting(first === undefined);
      const won = await (reading === undefined
        ? first
        : Promise.race(first === undefined ? [reading] : [first, reading]));
      intake.onResting(false);
      if (won === 'done') {
        yield running.takeResults();
        continue;
      }
      reading = undefined;
      ending ??= intake.refusal();
      if (won === undefined || ending) continue;
      try {
        yield* begin(won);
        reading = next();
      } catch (error) {
        ending = error;
      }
    }
    if (ending instanceof Problem) yield lineOfProblem(ending, lastLine + 1);
    else if (ending) throw ending;
  } finally {
    intake.stop();
    // They give back what they hold, which has to be before the request is over.
    await running.end();
    await groups.return(undefined);
  }

  /** Begins the lines of a group, as many at once as fit. Yields results, which makes room. */
  async function* begin(group: readonly Line[]): AsyncGenerator<string> {
    let endMs = (await allowance.slice()) + performance.now();
    let operations: (Operation | Problem)[] = [];
    let from = 0;
    let cost = 0;
    for (const [index, { bytes }] of group.entries()) {
      if (performance.now() >= endMs) endMs = (await allowance.slice()) + performance.now();
      const operation = read(bytes);
      const more = costOf(operation);
      if (operations.length > 0 && cost + more > maxCost) {
        yield* start(operations, group.slice(from, index), cost);
        operations = [];
        from = index;
        cost = 0;
      }
      operations.push(operation);
      cost += more;
    }
    if (operations.length > 0) yield* start(operations, group.slice(from), cost);
  }

  async function* start(
    operations: readonly (Operation | Problem)[],
    lines: readonly Line[],
    cost: number,
  ): AsyncGenerator<string> {
    for (let { first } = running; first && !running.hasRoom(cost); { first } = running) {
      await first;
      yield running.takeResults();
    }
    await running.start(
      operations,
      lines.map(({ number }) => number),
      cost,
    );
    lastLine = lines.at(-1)?.number ?? lastLine;
  }

  function read(bytes: Line['bytes']): Operation | Problem {
    try {
      return operationOf(bytes, context);
    } catch (error) {
      return problemOf(error);
    }
  }
}
