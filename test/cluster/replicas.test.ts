/** The promise of `replicas=a/f`: a GET at b/f sees each write at a/f, if a + b > f. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { emptyKeyspace } from './keyspace.js';
import { attachCluster } from './nodes/cluster.js';
import { type OpenGateway, openGateway } from './open-gateway.js';

const cluster = attachCluster();
if (cluster === undefined) throw new Error('no cluster: setup.ts starts one');

interface Pair {
  readonly write: `${number}/${number}`;
  readonly read: `${number}/${number}`;
  /** Replicas of three that have to respond. */
  readonly writeNeeds: number;
  readonly readNeeds: number;
}

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

const keysOf = (name: string) => upTo(10).map((number) => `${name} ${number}`);

/** Each a/f and b/f of three replicas with a + b > f. */
const pairs: Pair[] = upTo(3).flatMap((f) =>
  upTo(f).flatMap((a) =>
    upTo(f)
      .filter((b) => a + b > f)
      .map((b) => ({
        write: `${a}/${f}`,
        read: `${b}/${f}`,
        writeNeeds: a + 3 - f,
        readNeeds: b,
      })),
  ),
);
const named = pairs.map((pair) => [`PUT at ${pair.write}, GET at ${pair.read}`, pair] as const);

let writer: OpenGateway;
let reader: OpenGateway;
beforeAll(async () => {
  await emptyKeyspace();
  const closings: (() => Promise<void>)[] = [];
  const open = () => openGateway({}, (close) => closings.push(close));
  [writer, reader] = await Promise.all([open(), open()]);
  return () => Promise.all(closings.map((close) => close()));
});
afterAll(() => cluster.heal());

/** Each key has its own requests, and all are under way together. */
async function put(pair: Pair, keys: readonly string[], value: string): Promise<void> {
  const { write: replicas } = pair;
  await Promise.all(keys.map((key) => writer.client.put(key, value, { replicas })));
}

async function remove(pair: Pair, keys: readonly string[]): Promise<void> {
  const { write: replicas } = pair;
  await Promise.all(keys.map((key) => writer.client.delete(key, { replicas })));
}

async function sees(pair: Pair, keys: readonly string[], value: string | undefined): Promise<void> {
  const { read: replicas } = pair;
  const found = await Promise.all(keys.map((key) => reader.client.getText(key, { replicas })));
  expect(found).toEqual(keys.map(() => value));
}

test('the pairs are all that there are', () => {
  expect(pairs.map(({ write, read }) => `${write} ${read}`)).toEqual([
    ...['1/1 1/1', '1/2 2/2', '2/2 1/2', '2/2 2/2'],
    ...['1/3 3/3', '2/3 2/3', '2/3 3/3', '3/3 1/3', '3/3 2/3', '3/3 3/3'],
  ]);
});

test.each(named)('%s: through another gateway, the PUT and the DELETE show', async (_, pair) => {
  const keys = keysOf('up');
  await put(pair, keys, 'old');
  await put(pair, keys, 'new');
  await sees(pair, keys, 'new');
  await remove(pair, keys);
  await sees(pair, keys, undefined);
});

describe.each(upTo(3))('node %i paused', (node) => {
  afterEach(() => cluster.heal());

  test('what was written before is read at b/f, where two replicas are enough', async () => {
    const readable = pairs.filter(({ readNeeds }) => readNeeds < 3);
    const keysOfPair = ({ write, read }: Pair, kind: string) => keysOf(`${kind} ${write} ${read}`);
    for (const pair of readable) {
      await put(pair, [...keysOfPair(pair, 'put'), ...keysOfPair(pair, 'deleted')], 'v');
      await remove(pair, keysOfPair(pair, 'deleted'));
    }
    await cluster.pause(node);
    for (const pair of readable) {
      await sees(pair, keysOfPair(pair, 'put'), 'v');
      await sees(pair, keysOfPair(pair, 'deleted'), undefined);
    }
  });

  test('what is written is read once it is back and another one is paused', async () => {
    const other = (node % 3) + 1;
    const possible = pairs.filter(({ writeNeeds, readNeeds }) => writeNeeds < 3 && readNeeds < 3);
    expect(possible.map(({ write, read }) => `${write} ${read}`)).toEqual(['1/2 2/2', '2/3 2/3']);
    const keysOfPair = ({ write }: Pair, kind: string) => keysOf(`${kind} ${write}`);
    for (const pair of possible) await put(pair, keysOfPair(pair, 'deleted'), 'v');
    await cluster.pause(node);
    for (const pair of possible) {
      await put(pair, keysOfPair(pair, 'put'), 'v');
      await remove(pair, keysOfPair(pair, 'deleted'));
      await sees(pair, keysOfPair(pair, 'put'), 'v');
    }
    // Back, it has some or nothing of that, and its response counts from now on.
    await cluster.resume(node);
    await cluster.ready();
    await cluster.pause(other);
    for (const pair of possible) {
      await sees(pair, keysOfPair(pair, 'put'), 'v');
      await sees(pair, keysOfPair(pair, 'deleted'), undefined);
    }
  });
});

test('an ack or a from that cannot be is a 400, on each method', async () => {
  const wrong = [
    '0/3',
    '4/3',
    '1/4',
    '3/1',
    '0/0',
    '1',
    '1/',
    '/3',
    '1/3/3',
    '-1/3',
    '1.5/3',
    'a/b',
  ];
  const asked = wrong.flatMap((replicas) =>
    ['GET', 'HEAD', 'PUT', 'DELETE'].map(async (method) => {
      const target = `${reader.url}/v0/entity?id=k&replicas=${encodeURIComponent(replicas)}`;
      const init = method === 'PUT' ? { method, body: 'v' } : { method };
      const response = await fetch(target, init);
      await response.arrayBuffer();
      return `${method} ${replicas}: ${response.status}`;
    }),
  );
  const statuses = await Promise.all(asked);
  expect(statuses.filter((status) => !status.endsWith(': 400'))).toEqual([]);
});
