/**
 * `evenkeel copy` from a directory to a cluster, and back to another directory: all is equal,
 * though a copy is killed half-way. EVENKEEL_COPY_ENTITIES sets how many entities of 100 bytes
 * there are.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openCassandra } from '#dist/store/cassandra/open-cassandra.js';
import { openLmdb } from '#dist/store/lmdb/open-lmdb.js';
import type { Entity, Store } from '#dist/store/store.js';
import { temporaryDirectory } from '../support/directory.js';
import { startCommand, until } from '../support/process.js';
import { emptyKeyspace, location } from './keyspace.js';

const count = Number(process.env.EVENKEEL_COPY_ENTITIES ?? 40_000);
const isReported = process.env.EVENKEEL_COPY_ENTITIES !== undefined;
/** A million take longer than any other test. It only ends a run that hangs. */
const timeout = 600_000 + 5 * count;
const groupEntities = 10_000;

const bytes = (text: string) => Buffer.from(text);

/** Fills a store with small entities, and some of each other kind. Returns how many. */
async function fill(store: Store): Promise<number> {
  const now = Date.now();
  const fields = { contentType: 'text/plain', contentEncoding: 'gzip', meta: { owner: 'me' } };
  const odd: Partial<Entity>[] = [
    { key: Buffer.of(0), value: bytes('') },
    { key: bytes('described'), fields },
    { key: bytes('expires'), expiresMs: now + 3_600_000 },
    { key: bytes('large'), value: Buffer.alloc(2_000_000, 'large'), fields },
    { key: bytes('large, expires'), value: Buffer.alloc(300_000), expiresMs: now + 86_400_000 },
    { key: Buffer.alloc(1024, 0xff) },
  ];
  // Versions are later than the removals that emptied the keyspace.
  let version = now * 1000;
  const entity = (part: Partial<Entity>) =>
    ({ value: bytes('x'), ...part, version: version++ }) as Entity;
  await store.load(odd.map(entity));
  for (let at = 0; at < count; at += groupEntities) {
    const length = Math.min(groupEntities, count - at);
    const keys = Array.from({ length }, (_, i) => bytes(`key ${at + i}`));
    await store.load(keys.map((key) => entity({ key, value: Buffer.alloc(100, key) })));
  }
  return odd.length + count;
}

/** Whether a copy has come to the second half of the numbered keys. */
function isHalfWay(state: string): boolean {
  return existsSync(state) && /"after":"key(?: |%20)[5-9]/.test(readFileSync(state, 'utf8'));
}

/** Runs a copy, kills it half-way, and runs the same command again. */
async function copyTwice(from: string, to: string) {
  const state = join(await temporaryDirectory(), 'state');
  const args = ['copy', '--from', from, '--to', to, '--state', state];
  const first = startCommand(args);
  await until('half is stored', () => isHalfWay(state), { everyMs: 2, timeoutMs: timeout });
  first.child.kill('SIGKILL');
  expect(await first.ended).toEqual({ code: null, signal: 'SIGKILL' });
  const beganMs = performance.now();
  const second = startCommand([...args, '--json']);
  const { code } = await second.ended;
  const seconds = (performance.now() - beganMs) / 1000;
  if (isReported) console.log(`${from} → ${to}: ${seconds.toFixed(1)} s, ${second.stdout()}`);
  expect({ code, stdout: second.stdout() }).toMatchObject({ code: 0 });
  return JSON.parse(second.stdout()) as Record<string, number>;
}

test('a directory is copied to a cluster and back, and is equal', { timeout }, async () => {
  await emptyKeyspace();
  const [from, back] = [await temporaryDirectory(), await temporaryDirectory()];
  const store = await openLmdb({ directory: from });
  const all = await fill(store);
  await store.close();
  for (const [source, target] of [
    [from, location],
    [location, back],
  ] as const) {
    const { copied, ...counts } = await copyTwice(source, target);
    expect(copied).toBeLessThan(all);
    expect(counts).toMatchObject({ equal: all, newer: 0, missing: 0, different: 0 });
    expect(counts).toMatchObject({ onlyInTarget: 0, ok: true });
  }
  const compare = startCommand(['copy', '--from', from, '--to', back, '--only', 'compare']);
  expect((await compare.ended).code).toBe(0);
  expect(compare.stderr()).toBe(`evenkeel: compared: ${all} equal\n`);
});

test('chunks of an old version stay, though a sweeper walks before their manifest', async () => {
  await emptyKeyspace();
  const gateway = { sweepIntervalMs: 10, chunkWriterMs: 30_000 };
  const store = await openCassandra({ location, ...gateway });
  onTestFinished(() => store.close());
  const value = Buffer.alloc(4_000_000, 'v');
  // A writer of this version that has no manifest yet would count as dead.
  const version = (Date.now() - 60_000) * 1000;
  for (let i = 0; i < 3; i++) {
    const key = bytes(`old ${version} ${i}`);
    await store.load([{ key, value, version }]);
    expect(value.equals((await store.get(key))?.value ?? bytes(''))).toBe(true);
  }
});

test('an entity that would outlive the last expiry of a cluster is named', async () => {
  await emptyKeyspace();
  const directory = await temporaryDirectory();
  const store = await openLmdb({ directory });
  const version = Date.now() * 1000;
  const late = Date.UTC(2040, 0, 1);
  await store.load([
    { key: bytes('late'), value: bytes('x'), version, expiresMs: late },
    { key: bytes('other'), value: bytes('x'), version },
  ]);
  await store.close();
  const { ended, stderr } = startCommand(['copy', '--from', directory, '--to', location]);
  expect((await ended).code).toBe(1);
  expect(stderr()).toContain('evenkeel: late expires later than --to can keep it\n');
  expect(stderr()).toMatch(/copied 1 entity, .*; compared: 1 equal, 1 missing; 1 refused\n$/);
});
