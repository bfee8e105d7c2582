/**
 * Random operations at quorum, through two gateways, against a sorted map. EVENKEEL_CLUSTER_SEED
 * repeats a walk, and EVENKEEL_CLUSTER_OPERATIONS=20000 is the full one.
 */
import { expect, test } from 'vitest';
import { randomFrom } from '../support/random.js';
import { emptyKeyspace } from './keyspace.js';
import { type OpenGateway, openGateway } from './open-gateway.js';
import { SortedModel } from './sorted-model.js';
import { Walk } from './walk.js';

const operations = Number(process.env.EVENKEEL_CLUSTER_OPERATIONS ?? 500);
const seed = Number(process.env.EVENKEEL_CLUSTER_SEED ?? Math.floor(Math.random() * 2 ** 32));
const walkers = 4;
const operationsPerRound = 200;

test(`${operations} random operations read as a sorted map does`, {
  timeout: 60_000 + operations * 500,
}, async () => {
  await emptyKeyspace();
  const gateways: [OpenGateway, OpenGateway] = [await openGateway(), await openGateway()];
  // Side by side, each with keys of its own: from 0xfc on to the last byte there is.
  const walks = Array.from({ length: walkers }, (_, walker) => {
    const random = randomFrom(seed + walker);
    return new Walk(0xff - walker, random, () => gateways[random() < 0.5 ? 0 : 1].client);
  });
  for (let done = 0; done < operations; done += operationsPerRound) {
    const steps = Math.min(operationsPerRound, operations - done) / walkers;
    await Promise.all(walks.map((walk) => go(walk, steps)));
    // Gateways keep no state, so another one goes on where it was.
    await gateways[0].close();
    gateways.reverse();
    gateways[1] = await openGateway();
  }
  await Promise.all(walks.map((walk) => walk.end()));
  const counts = walks.map((walk) => JSON.stringify(walk.counts));
  console.log(`seed ${seed}:\n${counts.join('\n')}`);
});

async function go(walk: Walk, steps: number): Promise<void> {
  try {
    for (let step = 0; step < steps; step++) await walk.step();
  } catch (cause) {
    const again = `EVENKEEL_CLUSTER_SEED=${seed} EVENKEEL_CLUSTER_OPERATIONS=${operations}`;
    const last = walk.log.slice(-30).join('\n');
    throw new Error(`${(cause as Error).message}; ${again}; the last operations:\n${last}`, {
      cause,
    });
  }
}

test('the model finds keys that are missing, expired, out of place and too many', () => {
  const model = new SortedModel();
  const held = { contentType: '', contentEncoding: undefined, meta: {}, value: Buffer.of() };
  const put = (key: string, version: string, expiresMs?: number) => {
    const expires =
      expiresMs === undefined ? undefined : { beganMs: expiresMs, endedMs: expiresMs };
    model.put(Buffer.from(key), { ...held, version, expires });
  };
  put('a', '1');
  put('b', '2', 100);
  put('c', '3');
  const wrong = (keys: string, atMs: number, range = {}) =>
    model.mismatch(
      range,
      [...keys].map((key) => Buffer.from(key)),
      {
        beganMs: atMs,
        endedMs: atMs + 10,
      },
    );
  const right = [
    wrong('abc', 50),
    wrong('abc', 95),
    wrong('ac', 95),
    wrong('ac', 100),
    wrong('ca', 100, { order: 'desc' }),
    wrong('ac', 95, { limit: 2 }),
    wrong('c', 50, { after: Buffer.from('b') }),
  ];
  expect(right).toEqual(right.map(() => undefined));
  expect(wrong('ac', 50)).toBe('1: "b" is missing');
  expect(wrong('abc', 100)).toBe('1: "b" has expired');
  expect(wrong('acb', 100)).toBe('2: "b" is out of place, or one too many');
  expect(wrong('ab', 50)).toBe('2: "c" is missing');
  expect(() => put('a', '1')).toThrow('version 1 follows 1');
});
