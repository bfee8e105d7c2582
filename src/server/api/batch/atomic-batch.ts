/** A batch of which all operations are done, or none. Its content is read whole before. */
import { type Operation, type Store, StoreError } from '../../../store/store.js';
import { Problem, problemOf } from '../problem.js';
import { type BatchBounds, boundText } from './batch-bounds.js';
import type { BatchIntake } from './batch-intake.js';
import { entityBytes } from './line-cost.js';
import { type Line, lineGroups } from './line-groups.js';
import { type LineContext, lineContext, operationOf } from './operation-line.js';
import { lineOfResult } from './result-line.js';

/**
 * Does the operations. Returns their result lines.
 * @throws Problem about a line, with its number, or about all; StoreError; ClientGone
 */
export async function atomicBatch(store: Store, intake: BatchIntake): Promise<string> {
  const { allowance, bounds, content } = intake;
  const context = lineContext(store.capabilities, intake);
  const operations: Operation[] = [];
  const numbers: number[] = [];
  let bytes = 0;
  for await (const group of lineGroups(content, { maxLineBytes: bounds.line.max })) {
    let endMs = (await allowance.slice()) + performance.now();
    for (const line of group) {
      if (performance.now() >= endMs) endMs = (await allowance.slice()) + performance.now();
      const operation = operationAt(line, context);
      bytes += entityBytes(operation);
      operations.push(operation);
      numbers.push(line.number);
      mustBeShort(operations.length, bytes, bounds);
    }
  }
  const endTurn = await intake.atomicTurn(bytes);
  try {
    const results = await store.commitAll(operations, allowance);
    return results.map(lineOfResult).join('');
  } catch (error) {
    if (!(error instanceof StoreError) || error.index === undefined) throw error;
    const detail = `line ${numbers[error.index]}: ${error.message}; no line was done`;
    throw new Problem(412, detail, { index: error.index, cause: error });
  } finally {
    endTurn();
  }
}

function operationAt({ bytes, number }: Line, context: LineContext): Operation {
  try {
    return operationOf(bytes, context);
  } catch (error) {
    const { status, message, headers } = problemOf(error);
    const detail = `line ${number}: ${message}; no line was done`;
    throw new Problem(status, detail, { headers, cause: error });
  }
}

function mustBeShort(
  operations: number,
  bytes: number,
  { atomicOperations, atomicBytes }: BatchBounds,
): void {
  if (operations > atomicOperations.max)
    throw new Problem(
      413,
      `an atomic batch has at most ${boundText(atomicOperations, 'operations')}; send fewer, ` +
        'or leave atomic out',
    );
  if (bytes > atomicBytes.max)
    throw new Problem(
      413,
      'the keys and values of an atomic batch have at most ' +
        `${boundText(atomicBytes, 'bytes')}; send less`,
    );
}
