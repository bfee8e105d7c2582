/**
 * Values in chunks: never a mix of two writes, and no chunk stays that nothing refers to.
 * EVENKEEL_REPLACEMENTS=1000 is the full run. EVENKEEL_REPLACED_MIB changes the size of the values.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import cassandra from 'cassandra-driver';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { EvenkeelClient } from '#client';
import { startCommand } from '../support/process.js';
import { emptyKeyspace, location } from './keyspace.js';
import { attachCluster } from './nodes/cluster.js';
import { openGateway } from './open-gateway.js';

const replacements = Number(process.env.EVENKEEL_REPLACEMENTS ?? 20);
const valueMiB = Number(process.env.EVENKEEL_REPLACED_MIB ?? 16);
const valueBytes = valueMiB * 1024 * 1024;
const blockBytes = 64;
const writers = 4;
const readers = 4;
const cluster = attachCluster();
const patient = { retries: 100, timeoutMs: 120_000 };

beforeEach(() => emptyKeyspace());

/** A value that says in each block who wrote it. */
function largeOf(writer: number, turn: number): Buffer {
  return Buffer.alloc(valueBytes, `writer ${writer} turn ${turn}`.padEnd(blockBytes));
}

/** The writer and turn of a value. @throws Error if it is not one value throughout */
function writerOf(value: Uint8Array): string {
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.length);
  const first = bytes.subarray(0, blockBytes).toString();
  if (bytes.length !== valueBytes) throw new Error(`${bytes.length} bytes of ${first}`);
  if (!bytes.equals(Buffer.alloc(valueBytes, first))) throw new Error(`a mix with ${first}`);
  return first.trim();
}

/** Reads the version of each chunk that is stored, and of the newest alone. */
async function chunkReader() {
  const client = new cassandra.Client({
    contactPoints: ['127.0.0.1', '127.0.0.2', '127.0.0.3'],
    localDataCenter: 'dc1',
    encoding: { useBigIntAsLong: true },
    queryOptions: { prepare: true, consistency: cassandra.types.consistencies.quorum },
  });
  await client.connect();
  onTestFinished(() => client.shutdown());
  const statement = 'SELECT version FROM evenkeel_test.chunk WHERE key = ?';
  const newestOf = async (key: string): Promise<string | undefined> => {
    const newest = `${statement} ORDER BY version DESC LIMIT 1`;
    const { rows } = await client.execute(newest, [Buffer.from(key)]);
    return rows[0] && String(rows[0].get('version'));
  };
  const chunksOf = async (key: string): Promise<string[]> => {
    // A node reads the data of a page with it, so a page is small.
    const found = await client.execute(statement, [Buffer.from(key)], { fetchSize: 4 });
    const versions: string[] = [];
    for await (const row of found) versions.push(String(row.get('version')));
    return versions;
  };
  return { chunksOf, newestOf };
}

/** Sweeps what is a second old. No writer of this test takes longer between two chunks. */
const openSweeper = () => openGateway({ sweepIntervalMs: 500, chunkWriterMs: 1000 });

test(`${replacements} replacements of ${valueMiB} MiB: each read is of one writer, and chunks go`, {
  timeout: 120_000 + replacements * 20_000,
}, async () => {
  const gateways = await Promise.all([openGateway(), openGateway()]);
  // A busy machine may be too slow for the nodes' timeouts. Those who ask try again.
  let failures = 0;
  const counting: typeof fetch = async (...call) => {
    const response = await fetch(...call);
    if (!response.ok) failures++;
    return response;
  };
  const clients = gateways.map(
    ({ url }) => new EvenkeelClient(url, { ...patient, fetch: counting }),
  );
  const clientOf = (number: number) => clients[number % 2] as EvenkeelClient;
  const key = 'replaced';
  await clientOf(0).put(key, largeOf(0, 0));
  let begun = 0;
  let reads = 0;
  const seen = new Set<string>();
  const write = async (writer: number) => {
    while (begun < replacements) await clientOf(writer).put(key, largeOf(writer, ++begun));
  };
  let isOver = false;
  const read = async (reader: number) => {
    for (; !isOver; reads++)
      seen.add(writerOf((await clientOf(reader).get(key))?.value ?? Buffer.of()));
  };
  const numbers = (count: number) => Array.from({ length: count }, (_, number) => number);
  const reading = numbers(readers).map(read);
  await Promise.all(numbers(writers).map(write)).finally(() => {
    isOver = true;
  });
  await Promise.all(reading);
  console.log(`${begun} replacements, ${reads} reads of ${seen.size} values, ${failures} failures`);
  // So much at once may be more than the small heap of a node holds. Sweeps ask all nodes.
  await cluster?.heal();
  // Otherwise nothing was tested.
  expect(seen.size).toBeGreaterThan(replacements / 10);
  const live = (await clientOf(0).head(key))?.version;
  await openSweeper();
  const { chunksOf } = await chunkReader();
  const versions = async () => [...new Set(await chunksOf(key))];
  await expect.poll(versions, { interval: 500 }).toEqual([live]);
  writerOf((await clientOf(1).get(key))?.value ?? Buffer.of());
});

test.each(['absent', 'large'])(
  'a writer dies half-way, over a value that is %s',
  async (before) => {
    const { client } = await openGateway();
    const { chunksOf, newestOf } = await chunkReader();
    const key = `half ${before}`;
    const old = largeOf(0, 0);
    if (before === 'large') await client.put(key, old);
    const whole = await chunksOf(key);
    const dead = await diesHalfWay(key, async () => (await newestOf(key)) !== whole.at(-1));
    expect(dead.isAcknowledged).toBe(false);
    const left = await chunksOf(key);
    expect(left.length).toBeGreaterThan(whole.length);
    const found = await client.get(key);
    expect(found && old.equals(found.value)).toBe(before === 'large' ? true : undefined);

    await openSweeper();
    await expect.poll(() => chunksOf(key), { interval: 500 }).toEqual(whole);
    const kept = await client.get(key);
    expect(kept && old.equals(kept.value)).toBe(before === 'large' ? true : undefined);
  },
);

test.each(['small', 'deleted'])('the chunks of a value that is %s now are swept', async (now) => {
  const { client } = await openGateway();
  const { chunksOf } = await chunkReader();
  await client.put('k', largeOf(0, 0));
  if (now === 'small') await client.put('k', 'small');
  else await client.delete('k');
  expect(await chunksOf('k')).not.toEqual([]);
  await openSweeper();
  await expect.poll(() => chunksOf('k'), { interval: 500 }).toEqual([]);
  expect(await client.getText('k')).toBe(now === 'small' ? 'small' : undefined);
});

/** Kills a gateway while it writes the value of a key. */
async function diesHalfWay(key: string, hasBegun: () => Promise<boolean>) {
  const command = startCommand(['serve', '--port', '0', '--json', '--store', location]);
  const [line] = await command.untilPrinted(/^.+\n/);
  const { url } = JSON.parse(line) as { url: string };
  const client = new EvenkeelClient(url, { retries: 0 });
  const writing = client.put(key, largeOf(1, 1)).then(
    () => true,
    () => false,
  );
  while (!(await hasBegun())) await sleep(1);
  command.child.kill('SIGKILL');
  await command.ended;
  return { isAcknowledged: await writing };
}
