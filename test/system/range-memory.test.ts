/**
 * A range over a million entities holds a page of them, whether its reader is fast, slow or gone.
 * The entities are loaded through HTTP once, by 128 connections that pipeline; each test then
 * starts a fresh server on that directory, so that what the load left in its server's memory is not
 * counted.
 */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bulkLoad } from '../support/bulk-load.js';
import { type ServerProcess, startServer, until } from '../support/process.js';
import { memoryOf, openDescriptors, PeakMemory } from '../support/process-memory.js';
import { RangeReader } from '../support/range-reader.js';
import { requireMachine } from '../support/requirements.js';

const entities = 1_000_000;
const MiB = 1024 ** 2;
const maxAddedBytes = 60 * MiB;

let directory = '';

beforeAll(async () => {
  requireMachine({});
  directory = await mkdtemp(join(tmpdir(), 'evenkeel-'));
});

afterAll(() => rm(directory, { recursive: true, force: true }));

const keyOf = (number: number) => `key-${String(number).padStart(8, '0')}`;
const pathOf = (number: number) => `/v0/entity?id=${keyOf(number)}`;
/** 100 bytes. Overwritten values have another letter and the same length. */
const payloadOf = (number: number, letter = 'v') => letter.repeat(88) + keyOf(number);

const mebibytes = (bytes: number) => `${(bytes / MiB).toFixed(1)} MiB`;

/** Checks each entity as it comes: the next key, with its value. */
function inOrder(): (entity: string) => void {
  let number = 0;
  return (entity) => {
    const [key, value = ''] = entity.split('\n');
    if (key !== keyOf(number) || value.length !== 100 || !value.endsWith(keyOf(number)))
      throw new Error(`entity ${number} of the range is ${entity}`);
    number++;
  };
}

/**
 * A server that has answered one small range, so that its code is loaded and compiled; with its
 * memory by then.
 */
async function warmServer(): Promise<{ server: ServerProcess; idleBytes: number }> {
  const server = await startServer(directory);
  await (await fetch(`${server.url}/v0/entities?start=%00&limit=1000`)).arrayBuffer();
  await sleep(500);
  return { server, idleBytes: memoryOf(server.pid).rssAnonBytes };
}

it(`${entities} entities are stored through HTTP`, async () => {
  const { url, pid, stderr, end } = await startServer(directory);
  const start = performance.now();
  const peak = new PeakMemory(pid);
  await bulkLoad(url, { entities, path: pathOf, value: (number) => payloadOf(number) });
  const seconds = (performance.now() - start) / 1000;
  const { rssAnonBytes } = peak.stop();
  const { size } = await stat(join(directory, 'data.mdb'));
  console.log(
    `${entities} PUTs over 128 connections in ${seconds.toFixed(1)} s ` +
      `(${Math.round(entities / seconds)}/s), ` +
      `RssAnon at most ${mebibytes(rssAnonBytes)}, file ${mebibytes(size)}`,
  );
  expect(await end('SIGTERM')).toEqual({ code: 0, signal: null });
  expect(stderr()).toBe('');
});

it('a full range is streamed in order, and adds less than 60 MiB', async () => {
  const { server, idleBytes } = await warmServer();
  const peak = new PeakMemory(server.pid);
  const start = performance.now();
  const reader = await RangeReader.start(server.url, inOrder());
  await reader.until(Number.POSITIVE_INFINITY);
  const seconds = (performance.now() - start) / 1000;
  const { rssAnonBytes, rssFileBytes, rssBytes } = peak.stop();
  console.log(
    `a full range took ${seconds.toFixed(1)} s: RssAnon ${mebibytes(idleBytes)} idle, ` +
      `${mebibytes(rssAnonBytes)} at most (${mebibytes(rssAnonBytes - idleBytes)} added); ` +
      `VmRSS at most ${mebibytes(rssBytes)}, of it RssFile ${mebibytes(rssFileBytes)}`,
  );
  expect(reader.complete).toBe(true);
  expect(reader.count).toBe(entities);
  expect(rssAnonBytes - idleBytes).toBeLessThan(maxAddedBytes);
});

it('a range paused half-way adds less than 60 MiB, pins no pages, and goes on', async () => {
  const { server, idleBytes } = await warmServer();
  const reader = await RangeReader.start(server.url, inOrder());
  await reader.until(entities / 2);
  reader.pause();
  const at = reader.count;
  await sleep(1000);
  const peak = new PeakMemory(server.pid);
  await sleep(10_000);
  const { rssAnonBytes } = peak.stop();
  const paused = memoryOf(server.pid).rssAnonBytes;
  console.log(
    `paused after ${at} entities for 10 s: RssAnon ${mebibytes(idleBytes)} idle, ` +
      `${mebibytes(rssAnonBytes)} at most (${mebibytes(rssAnonBytes - idleBytes)} added), ` +
      `${mebibytes(paused)} at its end`,
  );
  expect(reader.count).toBe(at);
  expect(rssAnonBytes - idleBytes).toBeLessThan(maxAddedBytes);

  // A thousand keys far apart, so that each overwrite copies pages of its own.
  const file = join(directory, 'data.mdb');
  const before = (await stat(file)).size;
  const rounds = 20;
  const sizes: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const letter = String.fromCharCode('a'.charCodeAt(0) + round);
    await bulkLoad(server.url, {
      entities: 1000,
      path: (number) => pathOf(number * 1000),
      value: (number) => payloadOf(number * 1000, letter),
      connections: 16,
      window: 4,
    });
    sizes.push((await stat(file)).size - before);
  }
  console.log(
    `while paused, ${rounds} times 1000 overwrites grew the file ` +
      `by ${sizes.map(mebibytes).join(', ')} in sum`,
  );
  // Pinned, 20 000 overwrites would keep at least a page each: 78 MiB.
  expect(sizes.at(-1)).toBeLessThan(16 * MiB);
  expect((sizes.at(-1) ?? 0) - (sizes[4] ?? 0)).toBeLessThan(4 * MiB);

  reader.resume();
  await reader.until(Number.POSITIVE_INFINITY);
  expect(reader.complete).toBe(true);
  expect(reader.count).toBe(entities);
});

it('readers that leave half-way give back memory and connections; writes go on', async () => {
  const { server, idleBytes } = await warmServer();
  const descriptors = openDescriptors(server.pid);
  const held: number[] = [];
  const after: number[] = [];
  for (let round = 0; round < 16; round++) {
    const readers = await Promise.all(
      Array.from({ length: 20 }, () => RangeReader.start(server.url, () => {})),
    );
    await Promise.all(
      readers.map(async (reader) => {
        await reader.until(20_000);
        reader.pause();
      }),
    );
    held.push(memoryOf(server.pid).rssAnonBytes - idleBytes);
    for (const reader of readers) reader.leave();
    await until('the connections are closed', () => openDescriptors(server.pid) <= descriptors);
    // The collector has no reason to run in an idle process, so it is given some work.
    await (await fetch(`${server.url}/v0/entities?start=%00&limit=100000`)).arrayBuffer();
    after.push(memoryOf(server.pid).rssAnonBytes - idleBytes);
  }
  console.log(
    `16 times 20 readers left half-way: RssAnon added ${held.map(mebibytes).join(', ')} ` +
      `with all of them paused, ${after.map(mebibytes).join(', ')} after they left`,
  );
  // Leftovers of 20 readers would add up: were they a page and its chunks each, to 4 MiB a round.
  // A reading depends on when the collector ran: two differ by up to 25 MiB. The lowest of four
  // shows what stays. Ten rounds lie between these.
  const early = Math.min(...after.slice(2, 6));
  const late = Math.min(...after.slice(-4));
  expect(late).toBeLessThan(maxAddedBytes);
  expect(late - early).toBeLessThan(15 * MiB);

  await bulkLoad(server.url, {
    entities: 20_000,
    path: pathOf,
    value: (number) => payloadOf(number, 'w'),
  });
  expect(await (await fetch(`${server.url}${pathOf(19_999)}`)).text()).toBe(payloadOf(19_999, 'w'));
  expect(await server.end('SIGTERM')).toEqual({ code: 0, signal: null });
  expect(server.stderr()).toBe('');
});
