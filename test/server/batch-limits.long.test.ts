/**
 * Batches under small limits, and on a store that is slow: each line that fits is done, one that
 * never can be gets 413, and nobody else pays for a client that waits or has gone.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { makeLimits } from '#dist/config/limits.js';
import { type RunningServer, serveStore } from '#dist/server/server.js';
import { openStore } from '#dist/store/open.js';
import type { Limits } from '../../src/config/limits.js';
import type { Store } from '../../src/store/store.js';
import { temporaryDirectory } from '../support/directory.js';
import { RawConnection, request } from '../support/http.js';
import { lines, numbered, openBatch, parseLines, post, putting } from './batch-client.js';
import { expectIdle, expectProblem, rawOf, startServer, storedKeys } from './harness.js';

const KiB = 1024;
const MiB = 1024 * KiB;

/** In chunks, so that nobody knows how long it will be. */
async function postInChunks(base: string, body: string, query = ''): Promise<Response> {
  const chunks = new Blob([body]).stream();
  const init = { method: 'POST', body: chunks, duplex: 'half' } as RequestInit;
  return fetch(`${base}/v0/entities${query}`, init);
}

const manySmall = numbered(500).map((key) => putting(key));
const someLarge = numbered(12).map((key) => putting(key, 'v'.repeat(1_000_000)));

test.each<[string, Partial<Limits>, readonly object[]]>([
  ['a queue of one write', { maxQueuedWrites: 1 }, manySmall],
  ['a queue of a hundred writes', { maxQueuedWrites: 100 }, manySmall],
  ['a queue of one value', { maxValueBytes: MiB, maxQueuedBytes: MiB + KiB }, someLarge],
  [
    'a small share of memory',
    { maxValueBytes: MiB, maxContentBytesInMemory: 20 * MiB },
    someLarge.map((each) => ({ ...each, valueText: each.valueText.slice(300_000) })),
  ],
])('every line is done in %s', async (_, limits, operations) => {
  const { url } = await startServer(limits);
  const results = parseLines(await (await postInChunks(url, lines(...operations))).text());
  expect(results.map(({ status }) => status)).toEqual(operations.map(() => 201));
});

test('a line that never fits gets a 413 that names the limit; others are done', async () => {
  const { url } = await startServer({ maxValueBytes: 60_000, maxContentBytesInMemory: 60_000 });
  const body = lines(
    putting('a'),
    putting('b', 'v'.repeat(70_000)),
    putting('c', 'v'.repeat(30_000)),
  );
  const results = parseLines(await (await postInChunks(url, body)).text());
  expect(results).toMatchObject(
    [
      { status: 201 },
      {
        status: 413,
        line: 2,
        detail: /at most 65536 bytes here, by limits.maxContentBytesInMemory/,
      },
      { status: 201 },
    ].map((each) =>
      'detail' in each ? { ...each, detail: expect.stringMatching(each.detail as RegExp) } : each,
    ),
  );
});

test.each<[Partial<Limits>, number, RegExp]>([
  [{ maxQueuedWrites: 2 }, 3, /at most 2 operations here, by limits.maxQueuedWrites/],
  [
    { maxValueBytes: MiB, maxQueuedBytes: MiB + KiB },
    1_500_000,
    /at most 1048576 bytes here, by limits.maxQueuedBytes/,
  ],
  [
    { maxValueBytes: MiB, maxContentBytesInMemory: 2 * MiB },
    2_000_000,
    /at most 1376256 bytes here, by limits.maxContentBytesInMemory/,
  ],
])(
  'an atomic batch that fits is done under %j, and a larger one gets 413',
  async (limits, size, detail) => {
    const { url } = await startServer(limits);
    expect((await postInChunks(url, lines(...manySmall.slice(0, 2)), '?atomic=true')).status).toBe(
      200,
    );
    const parts = size > 1000 ? Math.ceil(size / 500_000) : size;
    const value = size > 1000 ? 'v'.repeat(500_000) : 'v';
    const larger = lines(...numbered(parts + 1).map((key) => putting(`larger-${key}`, value)));
    expectProblem(await rawOf(await post(url, larger, '?atomic=true')), 413, detail);
    expect(await storedKeys(url)).toHaveLength(2);
  },
);

/** A server over a store whose writes are held up until `open` is called. */
async function heldUp(limits: Partial<Limits>): Promise<RunningServer & { open(): void }> {
  const all = makeLimits({ drainMs: 1000, ...limits });
  const store = await openStore(await temporaryDirectory(), all);
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const methods: Partial<Store> = {
    put: (...call) => opened.then(() => store.put(...call)),
    commitAll: (...call) => opened.then(() => store.commitAll(...call)),
  };
  const slow = new Proxy(store, {
    get(_, name: keyof Store) {
      const method = methods[name] ?? store[name];
      return typeof method === 'function' ? method.bind(store) : method;
    },
  });
  const server = await serveStore(slow, all, { port: 0 });
  onTestFinished(async () => {
    open();
    await server.close();
  });
  return Object.assign(server, { open });
}

test('a client whose content is whole is not slow while it is stored', async () => {
  const server = await heldUp({ contentGraceMs: 100 });
  const connection = new RawConnection(server.url);
  const batch = request('POST', '/v0/entities?atomic=true', [], lines(putting('a')));
  const answered = connection.ask(batch);
  // Some windows.
  await sleep(500);
  server.open();
  expect((await answered).status).toBe(200);
  expect((await connection.ask(request('GET', '/v0/entity?id=a'))).body).toBe('a');
});

test('a batch whose client has gone leaves its place in the queue of the store', async () => {
  const server = await heldUp({ maxQueuedWrites: 1 });
  const first = await openBatch(server.url);
  first.sendLines(`${lines(putting('first'))}\n`);
  await expect.poll(() => server.running, { interval: 5 }).toBe(1);
  const second = await openBatch(server.url);
  second.sendLines(`${lines(putting('second'))}\n`);
  await expect.poll(() => server.running, { interval: 5 }).toBe(2);
  second.socket.resetAndDestroy();
  await expect.poll(() => server.running, { interval: 5 }).toBe(1);
  server.open();
  await expectIdle(server);
  expect(await storedKeys(server.url)).toEqual(['first']);
});
