/**
 * Ranges and large values beside requests for one entity. The work in between is counted, not
 * timed: the server, its store and all clients of a test share one event loop.
 */
import { expect, onTestFinished, test } from 'vitest';
import { makeLimits, pieceBytes } from '#dist/config/limits.js';
import { type RunningServer, serveStore } from '#dist/server/server.js';
import { openStore } from '#dist/store/open.js';
import type { Entity, Store } from '#dist/store/store.js';
import { temporaryDirectory } from '../support/directory.js';
import { entityUrl, RawConnection, request } from '../support/http.js';
import { expectIdle, testedLanes } from './harness.js';

const MiB = 1024 * 1024;

/** Serves a real store, some methods of which are watched. */
async function serveWatched(
  watch: (store: Store) => Partial<Store>,
  change: Parameters<typeof makeLimits>[0] = {},
): Promise<RunningServer> {
  const limits = makeLimits(change);
  const store = await openStore(await temporaryDirectory(), limits);
  const methods = watch(store);
  const watched: Store = {
    capabilities: store.capabilities,
    failure: undefined,
    get: (...parameters) => store.get(...parameters),
    put: (...parameters) => store.put(...parameters),
    delete: (...parameters) => store.delete(...parameters),
    commitAll: (...parameters) => store.commitAll(...parameters),
    range: (...parameters) => store.range(...parameters),
    keys: (...parameters) => store.keys(...parameters),
    deleteRange: (...parameters) => store.deleteRange(...parameters),
    load: (...parameters) => store.load(...parameters),
    close: () => store.close(),
    ...methods,
  };
  const server = await serveStore(watched, limits, { port: 0, lanes: testedLanes });
  onTestFinished(async () => {
    await server.close();
  });
  return server;
}

async function put(base: string, key: string, body: Uint8Array | string): Promise<void> {
  expect((await fetch(entityUrl(base, key), { method: 'PUT', body })).status).toBe(201);
}

test('a point reader waits for few pages, however many scanners there are', async () => {
  let pages = 0;
  async function* slowly(inner: AsyncIterable<readonly Entity[]>) {
    for await (const page of inner) {
      pages++;
      // Longer than the budget of a turn, so a turn has one page.
      const endMs = performance.now() + 1.5;
      while (performance.now() < endMs);
      yield page;
    }
  }
  const { url } = await serveWatched(
    (store) => ({ range: (...parameters) => slowly(store.range(...parameters)) }),
    { rangePageEntities: 1 },
  );
  for (let number = 0; number < 40; number++) await put(url, `k${number}`, 'v');
  const scanners = Array.from({ length: 16 }, () => new RawConnection(url));
  const point = new RawConnection(url);
  await point.ask(request('GET', '/v0/entity?id=k1'));
  for (const scanner of scanners) scanner.write(request('GET', '/v0/entities?start=k').repeat(2));
  await expect.poll(() => pages, { interval: 1 }).toBeGreaterThan(32);
  const between: number[] = [];
  for (let round = 0; round < 50; round++) {
    const before = pages;
    await point.ask(request('GET', '/v0/entity?id=k1'));
    between.push(pages - before);
  }
  expect(Math.max(...between)).toBeLessThanOrEqual(6);
  for (const scanner of scanners) {
    const answers = await scanner.answers(2);
    expect(answers.map(({ chunks }) => chunks?.length)).toStrictEqual([40, 40]);
  }
});

test('a large value leaves in pieces, each in a slice of its own', async () => {
  const value = Buffer.alloc(32 * MiB, 'large');
  const large: Entity = { key: Buffer.from('large'), value, version: 1 };
  let slices = 0;
  const server = await serveWatched(() => ({
    // It costs nothing to read, so all slices are for sending it.
    get: async (_key, _options, allowance) => {
      const slice = allowance?.slice.bind(allowance);
      Object.assign(allowance ?? {}, {
        slice: () => {
          slices++;
          return slice?.();
        },
      });
      return large;
    },
  }));
  const response = await fetch(entityUrl(server.url, 'large'));
  expect(Buffer.from(await response.arrayBuffer()).equals(value)).toBe(true);
  expect(slices).toBe(value.length / pieceBytes);
});

test.each([
  ['that is closed stops at the close', (connection: RawConnection) => connection.destroy(), 20],
  ['that is reset stops at the reset', (connection: RawConnection) => connection.reset(), 20],
])('a pipeline of large values %s', async (_, leave, maxReads) => {
  let reads = 0;
  const server = await serveWatched((store) => ({
    get: (...parameters) => {
      reads++;
      return store.get(...parameters);
    },
  }));
  await put(server.url, 'large', Buffer.alloc(4 * MiB));
  const connection = new RawConnection(server.url);
  connection.pause();
  connection.write(request('GET', '/v0/entity?id=large').repeat(1000));
  await expect.poll(() => reads, { interval: 1 }).toBeGreaterThan(0);
  await expect.poll(() => server.running, { interval: 1 }).toBeGreaterThan(0);
  leave(connection);
  await expectIdle(server);
  expect(reads).toBeLessThan(maxReads);
});

test('a client that has closed its side only gets all that it asked for', async () => {
  const server = await serveWatched(() => ({}));
  const value = Buffer.alloc(4 * MiB, 'v');
  await put(server.url, 'large', value);
  const connection = new RawConnection(server.url);
  connection.write(request('GET', '/v0/entity?id=large').repeat(5));
  connection.endSending();
  const answers = await connection.answers(5);
  expect(answers.map(({ body }) => body === value.toString('latin1'))).toStrictEqual(
    new Array(5).fill(true),
  );
  await connection.closed;
});

test.each(['*/*', 'application/x-ndjson'])(
  'a large value in a range (Accept: %s) is whole, and its memory is free again',
  async (accept) => {
    const limits = { maxValueBytes: 4 * MiB, maxQueuedBytes: 5 * MiB };
    const server = await serveWatched(() => ({}), {
      ...limits,
      maxContentBytesInMemory: 6 * MiB,
    });
    const values = [1, 4 * MiB, 2, 3, 3 * MiB, 4 * MiB].map((bytes, at) =>
      Buffer.alloc(bytes, `${at}`),
    );
    for (const [at, value] of values.entries()) await put(server.url, `k${at}`, value);
    const response = await fetch(`${server.url}/v0/entities?start=k`, { headers: { accept } });
    const received = Buffer.from(await response.arrayBuffer()).toString('latin1');
    const text = received.replace(/"version":"\d+",/g, '');
    const expected = values.map((value, at) =>
      accept === '*/*'
        ? `k${at}\n${value.toString('latin1')}`
        : `${JSON.stringify({ key: `k${at}`, value: value.toString('base64') })}\n`,
    );
    expect(text === expected.join('')).toBe(true);
    await put(server.url, 'after', values[1] ?? '');
  },
);

test('a client of HTTP/1.0 gets a range without chunks, up to the close', async () => {
  const server = await serveWatched(() => ({}));
  const value = Buffer.alloc(MiB, 'v');
  await put(server.url, 'a', 'small');
  await put(server.url, 'b', value);
  const connection = new RawConnection(server.url);
  connection.write('GET /v0/entities?start=a HTTP/1.0\r\nHost: localhost\r\n\r\n');
  await connection.closed;
  const [head, ...rest] = connection.received.split('\r\n\r\n');
  expect(head).not.toMatch(/transfer-encoding/i);
  expect(rest.join('') === `a\nsmallb\n${value.toString('latin1')}`).toBe(true);
});
