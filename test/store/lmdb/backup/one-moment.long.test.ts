/**
 * A backup of a store that takes writes is its state at one moment. Each writer makes a chain: it
 * writes the next link once the one before is acknowledged. So a state without the gap in a chain
 * is one that held. LMDB alone has such gaps while a checkpoint runs, in order of keys.
 */
import { expect, onTestFinished, test } from 'vitest';
import { openLmdb } from '#dist/store/lmdb/open-lmdb.js';
import type { Store } from '#dist/store/store.js';
import { backupOf, contentOf } from '../../../support/backups.js';
import { temporaryDirectory } from '../../../support/directory.js';
import { randomFrom } from '../../../support/random.js';

const backups = Number(process.env.EVENKEEL_BACKUPS ?? 6);
const seed = Number(process.env.EVENKEEL_SEED ?? Date.now() % 1_000_000);
const writers = 8;
const ringKeys = 5;
/** Those that one writer overwrites. */
const ownKeys = 50;

/** Spreads keys that follow each other over the order of keys. */
function keyOf(name: string, number: number): string {
  return `${((number * 7919) % 1000).toString().padStart(3, '0')}-${name}-${number}`;
}

/** Writes until it is told to stop. */
class Chains {
  readonly #store: Store;
  readonly #random = randomFrom(seed);
  readonly #running: Promise<unknown>;
  #isOver = false;
  /** The last link of each chain that is acknowledged. */
  readonly acknowledged = new Map<string, number>();

  constructor(store: Store) {
    this.#store = store;
    const chains = Array.from({ length: writers }, (_, i) => this.#chain(`writer${i}`));
    this.#running = Promise.all([...chains, this.#overwrites(), this.#ring(), this.#pairs()]);
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    await this.#running;
  }

  /** A new key for each link. */
  async #chain(name: string): Promise<void> {
    for (let i = 0; !this.#isOver; i++) {
      await this.#put(keyOf(name, i), String(i));
      this.acknowledged.set(name, i);
    }
  }

  /** One counter over several keys: each is as high as the one before, or one lower. */
  async #ring(): Promise<void> {
    for (let i = 0; !this.#isOver; i++)
      for (let at = 0; at < ringKeys; at++) await this.#put(keyOf('ring', at), String(i));
  }

  async #overwrites(): Promise<void> {
    for (let i = 0; !this.#isOver; i++) await this.#put(keyOf('own', i % ownKeys), String(i));
  }

  /** Both keys, or neither, in one batch; deleted by the next one. */
  async #pairs(): Promise<void> {
    for (let i = 0; !this.#isOver; i++) {
      const keys = [keyOf('pair', 2 * (i % 40)), keyOf('pair', 2 * (i % 40) + 1)].map((key) =>
        Buffer.from(key),
      );
      const isPut = Math.floor(i / 40) % 2 === 0;
      await this.#store.commitAll(
        keys.map((key) =>
          isPut
            ? { kind: 'put' as const, key, value: [Buffer.from(String(i))] }
            : { kind: 'delete' as const, key },
        ),
      );
    }
  }

  async #put(key: string, value: string): Promise<void> {
    const padding = this.#random() < 0.01 ? 300_000 : Math.floor(this.#random() * 300);
    await this.#store.put(Buffer.from(key), [Buffer.from(value.padEnd(value.length + padding))]);
  }
}

/** Why a state can't have held at one moment; none: it can. */
function faultsOf(state: Map<string, string>, atLeast: Map<string, number>): string[] {
  const value = (name: string, number: number) => {
    const text = state.get(keyOf(name, number));
    return text === undefined ? -1 : Number(text.trim());
  };
  const faults: string[] = [];
  for (let i = 0; i < writers; i++) {
    const name = `writer${i}`;
    let links = 0;
    while (value(name, links) === links) links++;
    const all = [...state.keys()].filter((key) => key.includes(`-${name}-`)).length;
    if (all !== links) faults.push(`${name}: ${all} links, a gap at ${links}`);
    if (links <= (atLeast.get(name) ?? -1)) faults.push(`${name} lost what was acknowledged`);
  }
  const ring = Array.from({ length: ringKeys }, (_, at) => value('ring', at));
  const isRing =
    ring.every((link) => link === ring[0] || link === (ring[0] as number) - 1) &&
    ring.every((link, at) => at === 0 || link <= (ring[at - 1] as number));
  if (!isRing) faults.push(`the ring is ${ring.join(' ')}`);
  const own = Array.from({ length: ownKeys }, (_, at) => value('own', at));
  const newest = Math.max(...own);
  for (const [at, link] of own.entries()) {
    const expected = newest - ((((newest - at) % ownKeys) + ownKeys) % ownKeys);
    if (link !== (expected < 0 ? -1 : expected)) faults.push(`own ${at} is ${link}`);
  }
  for (let at = 0; at < 80; at += 2)
    if (value('pair', at) !== value('pair', at + 1)) faults.push(`pair ${at} is half`);
  return faults;
}

test(`${backups} backups under writes are each of one moment, and miss nothing`, {
  timeout: 60_000 + 30_000 * backups,
}, async () => {
  const directory = await temporaryDirectory();
  const store = await openLmdb({
    directory,
    journal: { maxSegmentBytes: 256 * 1024, maxAgeMs: 500 },
  });
  onTestFinished(() => store.close());
  const chains = new Chains(store);
  const sizes: number[] = [];
  try {
    for (let i = 0; i < backups; i++) {
      const before = new Map(chains.acknowledged);
      const state = await contentOf(await backupOf(store, { isAlone: true }));
      expect(faultsOf(state, before), `EVENKEEL_SEED=${seed}`).toEqual([]);
      sizes.push(state.size);
    }
  } finally {
    await chains.stop();
  }
  // Otherwise nothing was tested.
  expect(sizes.at(-1)).toBeGreaterThan(sizes[0] as number);
});
