/** Reads of large values, over replicas of which one missed the newest. */
import cassandra from 'cassandra-driver';
import { expect, test } from 'vitest';
import { encodeCell, encodeManifestCell } from '#dist/store/cassandra/cell.js';
import { Chunks } from '#dist/store/cassandra/chunks.js';
import { type Level, Levels } from '#dist/store/cassandra/levels.js';
import { type PointParts, Points } from '#dist/store/cassandra/points.js';
import type { Requests, Values } from '#dist/store/cassandra/requests.js';
import { Statements } from '#dist/store/cassandra/statements.js';
import { VersionClock } from '#dist/store/cassandra/version-clock.js';

const key = Buffer.from('k');
const statements = new Statements('test');
const levels = new Levels(cassandra, 3);

test('a value of which chunks are gone is read again by a quorum', async () => {
  const head = (version: number) => ({ key, version, expiresMs: undefined, fields: undefined });
  const old = encodeManifestCell(head(1), { bytes: 300_000, crc: 0 });
  const asked: string[] = [];
  const read = async (statement: string, _: Values, { needed }: Level) => {
    if (statement !== statements.get) return { rows: [], pageState: undefined };
    asked.push(`${needed}`);
    const record = needed === 1 ? old : encodeCell(head(2), [Buffer.from('new')]);
    return { rows: [{ record }], pageState: undefined };
  };
  const requests = { read } as unknown as Requests;
  const points = new Points({
    requests,
    statements,
    levels,
    chunks: new Chunks(requests, statements),
    versions: new VersionClock(),
    buckets: 1,
    now: () => 0,
  } as Partial<PointParts> as PointParts);
  const entity = await points.get(key, levels.one, undefined);
  expect(entity && Buffer.from(entity.value).toString()).toBe('new');
  expect(asked).toEqual(['1', '2']);
});
