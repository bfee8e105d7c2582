/** A batch of which all operations are done, or none. Its content is read whole before. */
import { maxAtomicBytes, maxAtomicOperations } from '../../../config/limits.js';
import { type Operation, type Store, StoreError } from '../../../store/store.js';
import { Problem, problemOf } from '../problem.js';
import type { BatchIntake } from './batch-intake.js';
import { type Line, lineGroups } from './line-groups.js';
import { type LineContext, operationOf } from './operation-line.js';
import { lineOfResult } from './result-line.js';

/**
 * Does the operations. Returns their result lines.
 * @throws Problem about a line, with its number, or about all; StoreError; ClientGone
 */
export async function atomicBatch(store: Store, intake: BatchIntake): Promise<string> {
  const { allowance, maxLineBytes, maxValueBytes } = intake;
  const context: LineContext = {
    capabilities: store.capabilities,
    maxLineBytes,
    maxValueBytes,
    now: Date.now,
  };
  const operations: Operation[] = [];
  const numbers: number[] = [];
  let bytes = 0;
  for await (const group of lineGroups(intake.content, { maxLineBytes })) {
    let endMs = (await allowance.slice()) + performance.now();
    for (const line of group) {
      if (performance.now() >= endMs) endMs = (await allowance.slice()) + performance.now();
      const operation = operationAt(line, context);
      bytes += operation.key.length;
      if (operation.kind === 'put') for (const piece of operation.value) bytes += piece.length;
      operations.push(operation);
      numbers.push(line.number);
      mustBeShort(operations.length, bytes);
    }
  }
  try {
    const results = await intake.duringWrite(bytes, () => store.commitAll(operations, allowance));
    return results.map(lineOfResult).join('');
  } catch (error) {
    if (!(error instanceof StoreError) || error.index === undefined) throw error;
    const detail = `line ${numbers[error.index]}: ${error.message}; no line was done`;
    throw new Problem(412, detail, { index: error.index, cause: error });
  }
}

function operationAt({ bytes, number }: Line, context: LineContext): Operation {
  try {
    return operationOf(bytes, context);
  } catch (error) {
    const { status, message } = problemOf(error);
    throw new Problem(status, `line ${number}: ${message}; no line was done`, { cause: error });
  }
}

function mustBeShort(operations: number, bytes: number): void {
  if (operations > maxAtomicOperations)
    throw new Problem(
      413,
      `an atomic batch has at most ${maxAtomicOperations} operations; send fewer, ` +
        'or leave atomic out',
    );
  if (bytes > maxAtomicBytes)
    throw new Problem(
      413,
      `the keys and values of an atomic batch have at most ${maxAtomicBytes} bytes; send less`,
    );
}
