import { describe, expect, test } from 'vitest';
import { ByteSemaphore } from '#dist/server/connection/byte-semaphore.js';
import {
  type BudgetLimits,
  MemoryBudget,
  Reservation,
} from '#dist/server/connection/memory-budget.js';

const KiB = 1024;
const MiB = 1024 * KiB;
const limits: BudgetLimits = {
  maxValueBytes: MiB,
  maxContentBytesInMemory: 4 * MiB,
  smallContentReserveBytes: 512 * KiB,
  maxQueuedContents: 8,
  contentQueueMs: 60_000,
};

/** A budget that large content has filled. */
function full(contentQueueMs = limits.contentQueueMs): MemoryBudget {
  const budget = new MemoryBudget({ ...limits, contentQueueMs });
  for (let n = 0; n < 4; n++) new Reservation(budget).takeNow(MiB);
  return budget;
}

describe('the memory budget', () => {
  test('keeps a reserve for small content, and nothing at all refuses tiny content', () => {
    const budget = full();
    expect(budget.tryTake(256 * KiB + 1)).toBe(false);
    expect(budget.tryTake(256 * KiB)).toBe(true);
    expect(budget.tryTake(256 * KiB)).toBe(true);
    expect(budget.tryTake(KiB + 1)).toBe(false);
    expect(budget.tryTake(KiB)).toBe(true);
  });

  test('gives one connection a value and some small content, and no more', async () => {
    const share = new Reservation(new MemoryBudget(limits));
    share.takeNow(MiB);
    share.takeNow(256 * KiB);
    expect(() => share.takeNow(MiB)).toThrow(/too much content/);
    await expect(share.reserve(MiB)).rejects.toThrow(/too much content/);
    share.release();
    share.takeNow(MiB);
  });

  test('gives one connection a sixteenth of all, if that is more than a value', () => {
    const budget = new MemoryBudget({ ...limits, maxContentBytesInMemory: 64 * MiB });
    const share = new Reservation(budget);
    for (let n = 0; n < 4; n++) share.takeNow(MiB);
    expect(share.tryTake(MiB)).toBe(false);
  });

  test('is whole again when all is released, also what waited and left', async () => {
    const budget = new MemoryBudget(limits);
    const held = Array.from({ length: 4 }, () => new Reservation(budget));
    for (const reservation of held) reservation.takeNow(MiB);
    const leaves = new Reservation(budget);
    const left = leaves.reserve(MiB);
    const stays = new Reservation(budget);
    const stayed = stays.reserve(MiB);
    leaves.cancel();
    await expect(left).rejects.toThrow(/too much content/);
    for (const reservation of held) reservation.release();
    await stayed;
    expect(budget.takenBytes).toBe(MiB);
    stays.release();
    leaves.release();
    expect(budget.takenBytes).toBe(0);
  });

  test('counts what one owner waits for, so that its waits stay in its share', async () => {
    // Longer than a test may take: a refusal comes at once.
    const budget = full(2 ** 31 - 1);
    const owner = new Reservation(budget);
    const first = owner.reserve(MiB);
    await expect(owner.reserve(MiB)).rejects.toThrow(/too much content/);
    owner.cancel();
    await expect(first).rejects.toThrow(/too much content/);
  });

  test('ends all waits of a client that goes, of every queue, and begins no other', async () => {
    const budget = full();
    const refusal = () => new Error('left the queue');
    const queue = new ByteSemaphore(10, { maxWaiting: 9, maxWaitMs: 60_000, refusal });
    expect(queue.tryTake(10)).toBe(true);
    const owner = new Reservation(budget);
    const waits = [owner.reserve(300 * KiB), owner.reserve(400 * KiB), owner.queueFor(queue, 5)];
    const others = queue.wait(4).taken;
    owner.cancel();
    const ends = await Promise.allSettled(waits);
    expect(ends.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    queue.give(10);
    await others;
    expect([queue.takenBytes, owner.heldBytes]).toEqual([4, 0]);
    await expect(owner.queueFor(queue, 1)).rejects.toThrow(/was closed/);
  });
});
