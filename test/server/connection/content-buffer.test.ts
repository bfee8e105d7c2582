import { describe, expect, test } from 'vitest';
import { MemoryBudget, Reservation } from '#dist/server/connection/memory-budget.js';
import { ContentBuffer } from '#dist/server/full-lane/content-buffer.js';
import { randomFrom } from '../../support/random.js';

const KiB = 1024;
const MiB = 1024 * KiB;
const limits = {
  maxValueBytes: 16 * MiB,
  maxContentBytesInMemory: 32 * MiB,
  smallContentReserveBytes: MiB,
  maxQueuedContents: 8,
  contentQueueMs: 60_000,
};

function chunked() {
  const budget = new MemoryBudget(limits);
  const reservation = new Reservation(budget);
  return { budget, reservation, content: new ContentBuffer(reservation, 16 * MiB, false) };
}

/** For content that has room. */
function add(content: ContentBuffer, piece: Uint8Array): void {
  if (content.add(piece) !== undefined) throw new Error('it waits for room');
}

/** The memory that the pieces keep alive. */
function heldBytes(pieces: readonly Uint8Array[]): number {
  return [...new Set(pieces.map(({ buffer }) => buffer))].reduce(
    (sum, { byteLength }) => sum + byteLength,
    0,
  );
}

describe('content that comes in pieces', () => {
  test('comes out as it went in, and costs the budget what it holds', () => {
    const seed = Math.floor(Math.random() * 2 ** 32);
    const random = randomFrom(seed);
    for (let round = 0; round < 30; round++) {
      const { reservation, content } = chunked();
      const pieces = Array.from({ length: 1 + Math.floor(random() * 60) }, () =>
        Buffer.alloc(Math.floor(random() ** 3 * 64 * KiB), Math.floor(random() * 256)),
      );
      for (const piece of pieces) add(content, piece);
      const kept = content.finish();
      expect(Buffer.concat(kept).equals(Buffer.concat(pieces)), `seed ${seed}`).toBe(true);
      expect(reservation.heldBytes, `seed ${seed}`).toBe(heldBytes(kept));
    }
  });

  test('in pieces of one byte takes a few blocks, not an object for each', () => {
    const { reservation, content } = chunked();
    const piece = Buffer.from('x');
    for (let n = 0; n < 3 * MiB; n++) add(content, piece);
    expect(reservation.heldBytes).toBeGreaterThanOrEqual(3 * MiB);
    const kept = content.finish();
    expect(kept.length).toBeLessThan(20);
    expect(reservation.heldBytes).toBe(heldBytes(kept));
    expect(reservation.heldBytes).toBeLessThanOrEqual(4 * MiB);
  });

  test('pays as it grows: at no time is more held than is paid for', () => {
    const { budget, content } = chunked();
    const piece = Buffer.alloc(10_000);
    for (let length = piece.length; length <= MiB / 2; length += piece.length) {
      add(content, piece);
      expect(budget.takenBytes).toBeGreaterThanOrEqual(length);
      expect(budget.takenBytes).toBeLessThanOrEqual(Math.max(2 * length, 16 * KiB) + 4 * KiB);
    }
  });

  test('past 1 MiB is reserved as the longest, so that it waits half-way once', () => {
    const { budget, content } = chunked();
    const piece = Buffer.alloc(64 * KiB);
    for (let n = 0; n < 17; n++) add(content, piece);
    expect(budget.takenBytes).toBe(16 * MiB);
    content.finish();
    expect(budget.takenBytes).toBeLessThanOrEqual(2 * MiB);
  });

  test('waits for memory with the piece in hand, and goes on', async () => {
    const { budget, content } = chunked();
    expect(budget.tryTake(32 * MiB)).toBe(true);
    const piece = Buffer.alloc(64 * KiB, 'a');
    // Small content draws on the reserve.
    for (let n = 0; n < 8; n++) add(content, piece);
    const waits = content.add(Buffer.alloc(64 * KiB, 'b'));
    expect(waits).toBeInstanceOf(Promise);
    budget.give(32 * MiB);
    await waits;
    expect(content.length).toBe(576 * KiB);
    expect(Buffer.concat(content.finish()).indexOf('b')).toBe(512 * KiB);
  });

  test('keeps what was read together with the piece that waits, in its order', async () => {
    const { budget, reservation, content } = chunked();
    expect(budget.tryTake(32 * MiB)).toBe(true);
    const first = Buffer.alloc(512 * KiB, 'a');
    for (let at = 0; at < first.length; at += 64 * KiB)
      add(content, first.subarray(at, at + 64 * KiB));
    const waits = content.add(Buffer.from('b'));
    for (let n = 0; n < 10_000; n++) add(content, Buffer.from('c'));
    expect(() => content.add(Buffer.alloc(64 * KiB))).toThrow(/faster than memory/);
    budget.give(32 * MiB);
    await waits;
    const whole = Buffer.concat(content.finish());
    expect(whole.equals(Buffer.concat([first, Buffer.from(`b${'c'.repeat(10_000)}`)]))).toBe(true);
    expect(reservation.heldBytes).toBe(MiB);
  });

  test('of a length known beforehand is one block of that length', () => {
    const { reservation } = chunked();
    reservation.takeNow(1000);
    const content = new ContentBuffer(reservation, 1000, true);
    for (let n = 0; n < 1000; n++) add(content, Buffer.from([n % 256]));
    const kept = content.finish();
    expect(kept.map(({ length }) => length)).toStrictEqual([1000]);
    expect(kept[0]?.[999]).toBe(999 % 256);
    expect(reservation.heldBytes).toBe(1000);
  });
});
