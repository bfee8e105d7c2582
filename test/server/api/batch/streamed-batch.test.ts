/** A streamed batch holds little for a client that is slow, and pays for all that it holds. */
import { expect, test } from 'vitest';
import type { BatchIntake } from '#dist/server/api/batch/batch-intake.js';
import { streamedBatch } from '#dist/server/api/batch/streamed-batch.js';
import type { Store } from '../../../../src/store/store.js';

const KiB = 1024;

/** A batch of so many lines, whose first one is stored when `open` is called. */
function batchOf(count: number, line: (number: number) => object) {
  const held = { bytes: 0, maxBytes: 0 };
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  let begun = 0;
  const store = {
    capabilities: { replicas: 1, conditions: true, atomicBatches: true },
    async delete() {
      if (begun++ === 0) await opened;
      return { existed: false };
    },
  } as unknown as Store;
  const content = (async function* () {
    for (let number = 0; number < count; number++)
      yield Buffer.from(`${JSON.stringify(line(number))}\n`);
  })();
  const intake: BatchIntake = {
    content,
    stop: () => {},
    allowance: {
      slice: async () => 1000,
      take(bytes) {
        held.bytes += bytes;
        held.maxBytes = Math.max(held.maxBytes, held.bytes);
      },
      give(bytes) {
        held.bytes -= bytes;
      },
    },
    bounds: {
      line: { max: 1024 * KiB, limit: undefined },
      atomicBytes: { max: 0, limit: undefined },
      atomicOperations: { max: 0, limit: undefined },
      maxHeldBytes: 4096 * KiB,
      maxQueuedBytes: 4096 * KiB,
    },
    maxValueBytes: 1024 * KiB,
    lineTurn: async () => () => {},
    atomicTurn: async () => () => {},
    watchLongLine: () => () => {},
    onResting: () => {},
    refusal: () => undefined,
    onProblem: () => {},
  };
  return { batch: streamedBatch(store, intake), held, open, begun: () => begun };
}

test('no line is begun while 64 KiB of results wait, and all of them are paid for', async () => {
  // Each is refused, with a detail of 8 KiB.
  const long = 'n'.repeat(8 * KiB);
  const { batch, held, open, begun } = batchOf(100, (number) =>
    number === 0
      ? { key: 'first', delete: true }
      : { key: 'k', valueText: '', meta: { [long]: '\n' } },
  );
  const first = batch.next();
  // All turns that it needs to come to its end or to a stop.
  for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate);
  expect(begun()).toBe(1);
  expect(held.bytes).toBeGreaterThan(64 * KiB);
  expect(held.maxBytes).toBeLessThan(64 * KiB + 2 * 9 * KiB);
  open();
  const { value } = await first;
  expect(value?.length).toBeGreaterThan(64 * KiB);
  // The client takes no more: what was begun is all there is.
  expect(held.bytes).toBeLessThan(32 * KiB);
  let results = value?.split('\n').length ?? 0;
  for await (const text of batch) {
    expect(text.length).toBeLessThan(64 * KiB + 9 * KiB);
    results += text.split('\n').length - 1;
  }
  expect(results - 1).toBe(100);
  expect(held.bytes).toBe(0);
});

test('nothing stays paid for when the client goes with results unsent', async () => {
  const { batch, held, open } = batchOf(40, (number) => ({ key: `${number}`, delete: true }));
  const first = batch.next();
  for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate);
  open();
  await first;
  await batch.return(undefined);
  expect(held.bytes).toBe(0);
});
