/**
 * Two gateways whose clocks agree, or differ: what their reads miss. EVENKEEL_CLUSTER_INTERLEAVED
 * is the number of operations of each run, and 10000 is the full one.
 */
import { beforeEach, expect, test, vi } from 'vitest';
import { type Clocks, VersionClock } from '#dist/store/cassandra/version-clock.js';
import { randomFrom } from '../support/random.js';
import { emptyKeyspace } from './keyspace.js';
import { type OpenGateway, openGateway } from './open-gateway.js';
import { type Read, staleReads, type Write } from './stale-reads.js';

const operations = Number(process.env.EVENKEEL_CLUSTER_INTERLEAVED ?? 600);
const seed = Number(process.env.EVENKEEL_CLUSTER_SEED ?? Math.floor(Math.random() * 2 ** 32));
const keys = 50;
/** Clocks that differ so much show, however slow the machine is. */
const sureSkewMs = 1000;
const skews = operations >= 10_000 ? [50, sureSkewMs] : [sureSkewMs];
/** Few, so that most writes take less time than the clocks differ. */
const clientsPerGateway = 2;

const ahead = (ms: number): Clocks => ({
  systemMs: () => Date.now() + ms,
  monotonicMs: () => performance.timeOrigin + performance.now() + ms,
});
const openAhead = (ms: number) => openGateway({ clocks: ahead(ms) });

beforeEach(() => emptyKeyspace());

/** PUTs and GETs at 2/3 of clients that share keys, half through each gateway. */
async function interleave(gateways: readonly OpenGateway[]) {
  const random = randomFrom(seed);
  const writes: Write[] = [];
  const reads: Read[] = [];
  let done = 0;
  const replicas = '2/3';
  const work = async ({ client }: OpenGateway) => {
    while (done < operations) {
      const operation = done++;
      const key = `key ${Math.floor(random() * keys)}`;
      const isRead = random() < 0.5;
      const beganMs = performance.now();
      if (isRead) {
        reads.push({ key, value: await client.getText(key, { replicas }), beganMs });
      } else {
        const value = `${operation}`;
        await client.put(key, value, { replicas });
        writes.push({ key, value, beganMs, endedMs: performance.now() });
      }
    }
  };
  const clients = gateways.flatMap((gateway) => Array(clientsPerGateway).fill(gateway));
  await Promise.all(clients.map(work));
  const stale = staleReads(writes, reads).length;
  console.log(`seed ${seed}: ${writes.length} PUTs, ${reads.length} GETs, ${stale} stale`);
  return { stale, reads: reads.length };
}

test('the counter finds a read of an older value, and of none', () => {
  const writes = [
    { key: 'k', value: '1', beganMs: 0, endedMs: 10 },
    { key: 'k', value: '2', beganMs: 20, endedMs: 30 },
    { key: 'k', value: '3', beganMs: 25, endedMs: 50 },
  ];
  const read = (value: string | undefined, beganMs: number) =>
    staleReads(writes, [{ key: 'k', value, beganMs }]).length;
  expect([read('1', 31), read(undefined, 11), read('2', 60)]).toEqual([1, 1, 0]);
  expect([read('1', 29), read(undefined, 9), read('3', 26), read('2', 29)]).toEqual([0, 0, 0, 0]);
});

test('with one clock no read is stale', async () => {
  const { stale, reads } = await interleave(await Promise.all([openAhead(0), openAhead(0)]));
  expect(reads).toBeGreaterThan(operations / 4);
  expect(stale, `EVENKEEL_CLUSTER_SEED=${seed}`).toBe(0);
});

test.each(skews)('with one clock %i ms ahead, raised clocks make stale reads fewer', async (ms) => {
  const raised = await interleave(await Promise.all([openAhead(0), openAhead(ms)]));
  await emptyKeyspace();
  const raise = vi.spyOn(VersionClock.prototype, 'raise').mockImplementation(() => {});
  const plain = await interleave(await Promise.all([openAhead(0), openAhead(ms)])).finally(() =>
    raise.mockRestore(),
  );
  console.log(`${ms} ms ahead: ${raised.stale} stale, and ${plain.stale} if clocks are not raised`);
  // Where writes take as long as the clocks differ, there may be none.
  if (ms < sureSkewMs) return;
  expect(plain.stale).toBeGreaterThan(0);
  expect(raised.stale).toBeLessThan(plain.stale);
});

test('a write wins over what its gateway has read before, however far ahead that was', async () => {
  const [own, other] = await Promise.all([openAhead(0), openAhead(60_000)]);
  const reads: Record<string, (key: string) => Promise<unknown>> = {
    get: (key) => own.client.get(key),
    head: (key) => own.client.head(key),
    list: (key) => last(own.client.list({ prefix: key })),
    keys: (key) => last(own.client.listKeys({ prefix: key })),
  };
  for (const [name, read] of Object.entries(reads))
    for (const bytes of [1, 300_000]) {
      const key = `${name} ${bytes}`;
      await other.client.put(key, 'a'.repeat(bytes));
      expect(await read(key)).toBeDefined();
      await own.client.put(key, 'b'.repeat(bytes));
      expect(await other.client.getText(key)).toBe('b'.repeat(bytes));
    }
});

test('a range is removed, however far ahead the clock was that wrote it', async () => {
  const [own, other] = await Promise.all([openAhead(0), openAhead(60_000)]);
  await Promise.all(['r1', 'r2', 'r3'].map((key) => other.client.put(key, 'v')));
  expect(await own.client.deleteRange({ prefix: 'r' })).toBe(3);
  expect(await last(other.client.listKeys({ prefix: 'r' }))).toBeUndefined();
});

test('an entity that has expired raises the clock, too', async () => {
  const [own, other] = await Promise.all([openAhead(0), openAhead(60_000)]);
  await other.client.put('k', 'old', { ttlMs: 1 });
  await expect.poll(() => own.client.getText('k'), { interval: 2 }).toBeUndefined();
  await own.client.put('k', 'new');
  expect(await other.client.getText('k')).toBe('new');
});

test('a deletion by a clock ahead is not seen, and wins over a PUT', async () => {
  const [own, other] = await Promise.all([openAhead(0), openAhead(60_000)]);
  await other.client.delete('k');
  expect(await own.client.getText('k')).toBeUndefined();
  await own.client.put('k', 'lost');
  expect(await other.client.getText('k')).toBeUndefined();
});

async function last<Item>(items: AsyncIterable<Item>): Promise<Item | undefined> {
  let found: Item | undefined;
  for await (const item of items) found = item;
  return found;
}
