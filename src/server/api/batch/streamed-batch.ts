/**
 * A batch that is done as it comes: NDJSON in, a result line out for each line, in order. Both ways
 * have back-pressure. Content is read only while few lines are under way, and lines are done only
 * while the client takes their results.
 *
 * A line is acknowledged once it is durable. When the stream breaks off, lines that were not
 * acknowledged may or may not have been stored.
 */
import { pieceBytes } from '../../../config/limits.js';
import type { Operation, Result, Store } from '../../../store/store.js';
import { ClientGone } from '../../connection/client-gone.js';
import { Problem, problemOf } from '../problem.js';
import { type BatchIntake, bytesPerLine } from './batch-intake.js';
import { KeyOrder } from './key-order.js';
import { type Line, lineGroups } from './line-groups.js';
import { operationOf } from './operation-line.js';
import { lineOfProblem, lineOfResult } from './result-line.js';

/** Groups under way: some commits' worth of small lines. */
const maxRunning = 32;

/** A group of lines under way. */
interface Running {
  /** Its results, once they are there. */
  text: string | undefined;
  /** Never rejects. */
  readonly done: Promise<'done'>;
}

/** The result lines, as text, as soon as they and all before them are there. */
export async function* streamedBatch(store: Store, intake: BatchIntake): AsyncGenerator<string> {
  const { content, allowance, maxLineBytes, maxValueBytes } = intake;
  const { capabilities } = store;
  const context = { capabilities, maxLineBytes, maxValueBytes, now: Date.now };
  const groups = lineGroups(content, {
    maxLineBytes,
    reserve: async (bytes) => {
      await allowance.take(bytes);
      const unwatch = intake.watchLongLine();
      return () => {
        unwatch();
        allowance.give(bytes);
      };
    },
  });
  const order = new KeyOrder();
  const running: Running[] = [];
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
      const [first] = running;
      if (first === undefined && reading === undefined) break;
      intake.onResting(first === undefined);
      const won = await (reading === undefined || running.length === maxRunning
        ? first?.done
        : Promise.race(first === undefined ? [reading] : [first.done, reading]));
      intake.onResting(false);
      if (won === 'done') {
        yield takeResults();
        continue;
      }
      reading = undefined;
      ending ??= intake.refusal();
      if (won === undefined || ending) continue;
      try {
        if (won.length > 0) running.push(await begin(won));
        else await allowance.slice();
        lastLine = won.at(-1)?.number ?? lastLine;
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
    await Promise.all(running.map(({ done }) => done));
    await groups.return(undefined);
  }

  /** The results that are there by now. A commit brings those of several groups. */
  function takeResults(): string {
    let text = '';
    while (running[0]?.text !== undefined) text += running.shift()?.text;
    return text;
  }

  /** Begins a group when it is its turn. */
  async function begin(group: readonly Line[]): Promise<Running> {
    const operations = await read(group);
    let cost = 0;
    for (const operation of operations) cost += costOf(operation);
    await allowance.take(cost);
    await intake.writes.wait(cost).taken;
    const lines = operations.map((operation, at) => resultOf(operation, group[at]?.number ?? 0));
    const begun: Running = {
      text: undefined,
      done: Promise.all(lines).then((texts) => {
        allowance.give(cost);
        intake.writes.give(cost);
        begun.text = texts.join('');
        return 'done';
      }),
    };
    return begun;
  }

  async function read(group: readonly Line[]): Promise<(Operation | Problem)[]> {
    const operations: (Operation | Problem)[] = [];
    let endMs = 0;
    for (const { bytes } of group) {
      if (performance.now() >= endMs) endMs = (await allowance.slice()) + performance.now();
      try {
        operations.push(operationOf(bytes, context));
      } catch (error) {
        operations.push(problemOf(error));
      }
    }
    return operations;
  }

  function resultOf(operation: Operation | Problem, line: number): string | Promise<string> {
    if (operation instanceof Problem) return lineOfProblem(operation, line);
    // A small value gets no slices, so that it is queued at once.
    const isSliced = valueBytesOf(operation) > pieceBytes;
    const { key, options } = operation;
    const result = order.write<Result>(key, isSliced, () =>
      operation.kind === 'put'
        ? store.put(key, operation.value, options, isSliced ? allowance : undefined)
        : store.delete(key, options),
    );
    return result.then(lineOfResult, (error: unknown) => {
      // Nobody reads the results any more.
      if (error instanceof ClientGone) return '';
      const problem = problemOf(error);
      intake.onProblem(problem);
      return lineOfProblem(problem, line);
    });
  }
}

function costOf(operation: Operation | Problem): number {
  if (operation instanceof Problem) return bytesPerLine;
  return bytesPerLine + operation.key.length + valueBytesOf(operation);
}

function valueBytesOf(operation: Operation): number {
  let bytes = 0;
  if (operation.kind === 'put') for (const piece of operation.value) bytes += piece.length;
  return bytes;
}
