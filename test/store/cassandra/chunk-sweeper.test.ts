/** A walk over the chunks removes those that nothing refers to, and no others. */
import cassandra from 'cassandra-driver';
import { expect, onTestFinished, test } from 'vitest';
import { encodeCell } from '#dist/store/cassandra/cell.js';
import { ChunkSweeper } from '#dist/store/cassandra/chunk-sweeper.js';
import { type Level, Levels } from '#dist/store/cassandra/levels.js';
import type { Requests, Values } from '#dist/store/cassandra/requests.js';
import { Statements } from '#dist/store/cassandra/statements.js';

const key = Buffer.from('k');
const statements = new Statements('test');
const minuteUs = 60_000_000;

/**
 * A sweeper over three replicas that have the same chunks, of these versions.
 * @param entities the version of the entity on each replica, if that has it
 */
function sweeperOver(chunks: readonly number[], entities: readonly (number | undefined)[]) {
  const removed: Values[] = [];
  const read = async (statement: string, _: Values, { needed }: Level) => {
    // Those that respond first are the ones that know least.
    const known = entities.slice(0, needed).map((version) => version ?? 0);
    const version = Math.max(...known);
    const head = { key, version, expiresMs: undefined, fields: undefined };
    const rows = new Map<string, object[]>([
      [statements.chunkKeys, [{ key }]],
      [statements.oldestChunk, [{ version: BigInt(Math.min(...chunks)) }]],
      [statements.newestChunk, [{ version: BigInt(Math.max(...chunks)) }]],
      [statements.get, version === 0 ? [] : [{ record: encodeCell(head, []) }]],
    ]);
    return { rows: rows.get(statement) ?? [], pageState: undefined };
  };
  const write = async (_: string, values: Values) => void removed.push(values);
  const sweeper = new ChunkSweeper({
    requests: { read, write } as unknown as Requests,
    statements,
    levels: new Levels(cassandra, 3),
    buckets: 1,
    graceMs: 10_000,
    writerMs: 600_000,
    intervalMs: 2 ** 31 - 1,
  });
  onTestFinished(() => sweeper.stop());
  return { sweeper, removed };
}

const nowUs = () => Date.now() * 1000;
const agoUs = (minutes: number) => nowUs() - minutes * minuteUs;

test('chunks older than the entity are removed, up to its version', async () => {
  const version = agoUs(1);
  const { sweeper, removed } = sweeperOver([agoUs(2), version], [version, version, version]);
  await sweeper.walk();
  expect(removed).toEqual([[expect.any(BigInt), key, -1n, BigInt(version)]]);
});

test('the chunks of an entity that one replica alone has stay', async () => {
  const version = agoUs(60);
  const { sweeper, removed } = sweeperOver([version], [undefined, undefined, version]);
  await sweeper.walk();
  expect(removed).toEqual([]);
});

test('without an entity, chunks stay as long as their writer may live', async () => {
  const absent = [undefined, undefined, undefined];
  const young = sweeperOver([agoUs(9)], absent);
  await young.sweeper.walk();
  expect(young.removed).toEqual([]);
  const old = sweeperOver([agoUs(11)], absent);
  await old.sweeper.walk();
  expect(old.removed).toHaveLength(1);
});

test('chunks that readers may be at stay', async () => {
  const version = nowUs() - 5_000_000;
  const { sweeper, removed } = sweeperOver([agoUs(2), version], [version, version, version]);
  await sweeper.walk();
  expect(removed).toEqual([]);
});
