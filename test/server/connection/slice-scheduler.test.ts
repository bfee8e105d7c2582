/** Order and fairness of the slices, by a scripted clock; their turns, by the real event loop. */
import { expect, test } from 'vitest';
import { ClientGone } from '#dist/server/connection/client-gone.js';
import { SliceScheduler } from '#dist/server/connection/slice-scheduler.js';

/** Time and turns as a test moves them. */
class ScriptedClock {
  ms = 0;
  #turns: (() => void)[] = [];
  #idle: (() => void) | undefined;

  now(): number {
    return this.ms;
  }

  onTurn(callback: () => void): void {
    this.#turns.push(callback);
  }

  onIdle(callback: () => void): void {
    this.#idle = callback;
  }

  get hasTurn(): boolean {
    return this.#turns.length > 0;
  }

  /** One turn, with all slices in it. */
  async turn(): Promise<void> {
    for (const callback of this.#turns.splice(0)) callback();
    for (;;) {
      await new Promise(setImmediate);
      const idle = this.#idle;
      if (!idle) return;
      this.#idle = undefined;
      idle();
    }
  }
}

const open = { destroyed: false };

function setUp() {
  const clock = new ScriptedClock();
  const log: string[] = [];
  const scheduler = new SliceScheduler({ bulkTurnMs: 4 }, () => log.push('|'), clock);
  /** Works in so many slices, each of which takes so long. */
  const work = async (name: string, slices: number, ms: number, client = open): Promise<void> => {
    for (let slice = 0; slice < slices; slice++) {
      const granted = await scheduler.slice(client);
      expect(granted).toBe(2);
      log.push(name);
      clock.ms += ms;
    }
  };
  const runAll = async () => {
    while (clock.hasTurn) await clock.turn();
    return log.join('');
  };
  return { clock, scheduler, log, work, runAll };
}

test('all clients share one budget of a turn, and take turns', async () => {
  const { work, runAll } = setUp();
  const all = [...'abcdefgh'].map((name) => work(name, 3, 2));
  expect(await runAll()).toBe('|ab|cd|ef|gh|ab|cd|ef|gh|ab|cd|ef|gh');
  await Promise.all(all);
});

test('a client of many slices gets no more of them than one of few', async () => {
  const { work, runAll } = setUp();
  void work('a', 6, 2);
  void work('b', 2, 2);
  void work('c', 3, 2);
  expect(await runAll()).toBe('|ab|ca|bc|ac|aa|a');
});

test('short slices go on in the turn while a whole one fits, a long one ends it', async () => {
  const { work, runAll } = setUp();
  void work('a', 3, 0.5);
  void work('b', 3, 9);
  void work('c', 3, 0.5);
  expect(await runAll()).toBe('|ab|cab|cab|c');
});

test('a client that comes late is served behind the others', async () => {
  const { clock, work, runAll, log } = setUp();
  void work('a', 2, 2);
  void work('b', 2, 2);
  await clock.turn();
  void work('c', 1, 2);
  expect(log.join('')).toBe('|ab');
  expect(await runAll()).toBe('|ab|ab|c');
});

test('a client that does not ask again holds nobody up, and no turn comes for nobody', async () => {
  const { clock, scheduler, work, runAll } = setUp();
  const slow = scheduler.slice(open);
  void work('a', 2, 1);
  expect(await runAll()).toBe('|aa');
  await slow;
  expect(clock.hasTurn).toBe(false);
  void work('b', 1, 1);
  expect(clock.hasTurn).toBe(true);
  expect(await runAll()).toBe('|aa|b');
});

test('a client that is gone gets no slice, and leaves its place to the next one', async () => {
  const { scheduler, work, runAll } = setUp();
  const client = { destroyed: false };
  const gone = scheduler.slice(client);
  void work('a', 1, 2);
  client.destroyed = true;
  const told = expect(gone).rejects.toThrow(ClientGone);
  expect(await runAll()).toBe('|a');
  await told;
});

test('on the event loop a turn holds one budget of slices, however many ask', async () => {
  const scheduler = new SliceScheduler({ bulkTurnMs: 1 }, () => {});
  let slices = 0;
  const perTurn: number[] = [];
  let working = 8;
  const work = async () => {
    for (let slice = 0; slice < 5; slice++) {
      await scheduler.slice(open);
      slices++;
      // As long as a turn, so that it is the only one of its turn.
      const endMs = performance.now() + 1;
      while (performance.now() < endMs);
    }
    working--;
  };
  const all = Array.from({ length: 8 }, work);
  while (working > 0) {
    const before = slices;
    await new Promise(setImmediate);
    perTurn.push(slices - before);
  }
  await Promise.all(all);
  expect(slices).toBe(40);
  expect(Math.max(...perTurn)).toBe(1);
});
