import { describe, expect, test } from 'vitest';
import { ByteSemaphore } from '#dist/server/connection/byte-semaphore.js';

const never = Number.POSITIVE_INFINITY;
const refusal = () => new Error('refused');

function semaphore(limits: { maxWaiting?: number; maxWaitMs?: number } = {}) {
  return new ByteSemaphore(100, { maxWaiting: 10, maxWaitMs: never, refusal, ...limits });
}

/** The names of those whose wait has ended, in order. */
function queue(room: ByteSemaphore, waits: readonly (readonly [name: string, bytes: number])[]) {
  const ended: string[] = [];
  const places = waits.map(([name, bytes]) => {
    const place = room.wait(bytes);
    place.taken.then(
      () => ended.push(name),
      () => ended.push(`${name} refused`),
    );
    return place;
  });
  return { ended, places };
}

const turn = () => new Promise(setImmediate);

describe('a byte semaphore', () => {
  test('gives what fits at once, and not a byte more', () => {
    const room = semaphore();
    expect(room.tryTake(101)).toBe(false);
    expect(room.tryTake(100)).toBe(true);
    expect(room.tryTake(1)).toBe(false);
    room.give(1);
    expect(room.tryTake(1)).toBe(true);
  });

  test('serves those that wait in order: a small one does not overtake a large one', async () => {
    const room = semaphore();
    room.force(60);
    const { ended } = queue(room, [
      ['large', 80],
      ['small', 10],
    ]);
    await turn();
    expect(ended).toStrictEqual([]);
    expect(room.tryTake(1)).toBe(false);
    room.give(40);
    await turn();
    expect(ended).toStrictEqual(['large']);
    room.give(20);
    await turn();
    expect(ended).toStrictEqual(['large', 'small']);
    expect(room.takenBytes).toBe(90);
  });

  test('lets the next one go when the one before it leaves, which then holds nothing', async () => {
    const room = semaphore();
    room.force(60);
    const { ended, places } = queue(room, [
      ['large', 80],
      ['small', 10],
    ]);
    places[0]?.leave();
    await turn();
    expect(ended).toStrictEqual(['large refused', 'small']);
    expect(room.takenBytes).toBe(70);
    places[1]?.leave();
    expect(room.takenBytes).toBe(70);
  });

  test('refuses at once what waits behind too many, or could never fit', async () => {
    const room = semaphore({ maxWaiting: 1 });
    room.force(100);
    const { ended } = queue(room, [
      ['first', 1],
      ['second', 1],
      ['too large', 101],
    ]);
    await turn();
    expect(ended).toStrictEqual(['second refused', 'too large refused']);
  });

  test('refuses all that waited too long, the one behind them is served', async () => {
    const room = semaphore({ maxWaitMs: 20 });
    room.force(60);
    const first = room.wait(80);
    await expect(first.taken).rejects.toThrow('refused');
    const { ended } = queue(room, [['next', 40]]);
    await turn();
    expect(ended).toStrictEqual(['next']);
    expect(room.takenBytes).toBe(100);
  });

  test('gives back what work took, also when the work fails', async () => {
    const room = semaphore();
    expect(await room.during(100, () => room.takenBytes)).toBe(100);
    await expect(room.during(100, () => Promise.reject(new Error('work')))).rejects.toThrow('work');
    expect(room.takenBytes).toBe(0);
  });
});
