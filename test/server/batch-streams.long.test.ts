/** Batches that are done as they come, however client and server go on with them. */
import { expect, test } from 'vitest';
import { entityUrl, RawConnection, request } from '../support/http.js';
import { RawSocket } from '../support/raw-socket.js';
import {
  lines,
  numbered,
  openBatch,
  post,
  putting,
  receivedLines,
  resultsOf,
  textUnder,
} from './batch-client.js';
import { expectIdle, sharedServer, startServer, storedKeys } from './harness.js';

const shared = sharedServer();

async function expectRunning(server: { readonly running: number }): Promise<void> {
  await expect.poll(() => server.running, { interval: 5 }).toBeGreaterThan(0);
}

test('a result comes before the next line is sent', async () => {
  const batch = await openBatch(shared.url);
  for (const key of numbered(20)) {
    batch.sendLines(`${lines(putting(key, 'one by one'))}\n`);
    await expect.poll(() => receivedLines(batch).length).toBe(Number(key.slice(4)) + 1);
    expect(await textUnder(shared.url, key)).toBe('one by one');
  }
  batch.send('0\r\n\r\n');
  await batch.until('0\r\n\r\n');
  // The connection goes on.
  batch.send('GET /v0/entity?id=key-0 HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await batch.until('one by one');
});

test('a client that asks for leave to send gets it', async () => {
  const socket = await RawSocket.connect(shared.url);
  const body = `${lines(putting('expected'))}\n`;
  socket.send(
    'POST /v0/entities HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n' +
      `Content-Length: ${body.length}\r\n\r\n`,
  );
  await socket.until('HTTP/1.1 100 Continue\r\n\r\n');
  socket.send(body);
  await socket.until('0\r\n\r\n');
  expect(receivedLines(socket)).toMatchObject([{ status: 201 }]);
});

test('a batch may take longer than a request', async () => {
  const server = await startServer({ requestTimeoutMs: 300, headerTimeoutMs: 300 });
  const batch = await openBatch(server.url);
  const endMs = performance.now() + 2000;
  let sent = 0;
  while (performance.now() < endMs) {
    batch.sendLines(`${lines(putting(`key-${sent}`))}\n`);
    sent++;
    await expect.poll(() => receivedLines(batch).length).toBe(sent);
  }
  batch.send('0\r\n\r\n');
  await batch.until('0\r\n\r\n');
  expect(await storedKeys(server.url)).toHaveLength(sent);
});

test('a batch cut off has stored all lines that it acknowledged, and no half one', async () => {
  const server = await startServer();
  const batch = await openBatch(server.url);
  batch.sendLines(`${lines(putting('a'), putting('b'))}\n{"key":"c","valueText":"whole"}`);
  await expect.poll(() => receivedLines(batch).length).toBe(2);
  batch.socket.destroy();
  await expectIdle(server);
  // Nobody can know that the last line was whole.
  expect(await storedKeys(server.url)).toEqual(['a', 'b']);
  expect(server.reports).toEqual([]);
});

test('content that breaks ends the batch after the results of the lines before', async () => {
  const server = await startServer();
  const batch = await openBatch(server.url);
  batch.sendLines(`${lines(putting('a'), putting('b'))}\n`);
  batch.send('no chunk\r\n');
  await batch.closed;
  expect(receivedLines(batch)).toMatchObject([
    { status: 201 },
    { status: 201 },
    { status: 400, line: 3 },
  ]);
  expect(await storedKeys(server.url)).toEqual(['a', 'b']);
});

test('a server that stops says at which line, and has done those before', async () => {
  const server = await startServer({ drainMs: 20_000 });
  const batch = await openBatch(server.url);
  batch.sendLines(`${lines(putting('a'))}\n`);
  await expect.poll(() => receivedLines(batch).length).toBe(1);
  // It waits for a request that has begun.
  const put = new RawConnection(server.url);
  put.write(`${request('PUT', '/v0/entity?id=k', ['Content-Length: 8'])}half`);
  await expectRunning(server);
  const closed = server.close();
  batch.sendLines(`${lines(putting('b'))}\n`);
  // More than is read before the first of it is refused.
  for (const key of numbered(8)) batch.sendLines(`${lines(putting(key, 'v'.repeat(50_000)))}\n`);
  batch.send('0\r\n\r\n');
  await batch.closed;
  expect(receivedLines(batch)).toMatchObject([{ status: 201 }, { status: 503, line: 2 }]);
  // No other response follows.
  expect(batch.received.match(/HTTP\/1\.1 /g)).toHaveLength(1);
  expect((await put.ask('done')).status).toBe(201);
  expect(await closed).toBe(0);
  const next = await startServer({}, server.directory);
  expect(await storedKeys(next.url)).toEqual(['a', 'k']);
});

test('a server that stops does not wait for a batch that waits for its client', async () => {
  const server = await startServer({ drainMs: 100_000 });
  const batch = await openBatch(server.url);
  batch.sendLines(`${lines(putting('a'))}\n`);
  await expect.poll(() => receivedLines(batch).length).toBe(1);
  await expectIdle(server);
  expect(await server.close()).toBe(0);
  await batch.closed;
  expect(receivedLines(batch)).toMatchObject([{ status: 201 }]);
});

test('a batch that waits for its client gives its place to a new connection', async () => {
  const server = await startServer({ maxConnections: 2 });
  const batches = [await openBatch(server.url), await openBatch(server.url)];
  for (const [i, batch] of batches.entries()) {
    batch.sendLines(`${lines(putting(`key-${i}`))}\n`);
    await expect.poll(() => receivedLines(batch).length).toBe(1);
  }
  await expectIdle(server);
  expect(await textUnder(server.url, 'key-1')).toBe('key-1');
  await batches[0]?.closed;
  batches[1]?.sendLines(`${lines(putting('more'))}\n`);
  await expect.poll(() => receivedLines(batches[1] as RawSocket).length).toBe(2);
});

/** A batch whose client takes no results, and has sent as much as was read of it. */
async function blockedBatch(base: string, part: string) {
  const batch = await openBatch(base);
  batch.socket.pause();
  // More than the kernel holds of either direction, if nobody reads.
  let sent = 0;
  let isBlocked = false;
  while (!isBlocked && sent < 200) {
    batch.sendLines(part);
    sent++;
    if (batch.socket.writableNeedDrain)
      isBlocked = await Promise.race([
        new Promise<boolean>((resolve) => batch.socket.once('drain', () => resolve(false))),
        new Promise<boolean>((resolve) => setTimeout(() => resolve(true), 2000)),
      ]);
  }
  expect(isBlocked).toBe(true);
  return { batch, sent };
}

test('a client that takes no results is cut, and one that has none to take is not', async () => {
  const server = await startServer({ contentGraceMs: 300 });
  const resting = await openBatch(server.url);
  resting.sendLines(`${lines(putting('a'))}\n`);
  // A refusal that is as long as its line: the results are more than a client may hold for long.
  const long = { ...putting('k'), meta: { ['n'.repeat(150_000)]: '\n' } };
  await blockedBatch(server.url, `${lines(long)}\n`.repeat(30));
  await expectIdle(server);
  resting.sendLines(`${lines(putting('b'))}\n`);
  await expect.poll(() => receivedLines(resting).length).toBe(2);
});

test('a client that does not take its results is not read; once it does, all is done', async () => {
  const server = await startServer({ contentGraceMs: 90_000 });
  const part = numbered(2000)
    .map((key) => `${lines({ key, delete: true, ifMatch: '*' })}\n`)
    .join('');
  const { batch, sent } = await blockedBatch(server.url, part);
  batch.send('0\r\n\r\n');
  let results = 0;
  let tail = '';
  batch.socket.on('data', (piece) => {
    const text = tail + piece.toString('latin1');
    const parts = text.split('"status":412');
    results += parts.length - 1;
    tail = (parts.at(-1) ?? '').slice(-11);
  });
  batch.socket.resume();
  await expect.poll(() => results, { timeout: 100_000 }).toBe(sent * 2000);
});

test('batches leave a part of the queue of the store to others', async () => {
  const server = await startServer();
  const bodyOf = (batch: number) =>
    numbered(3000)
      .map((key) => `${lines(putting(`${batch}-${key}`))}\n`)
      .join('');
  const batches = Promise.all(
    numbered(8).map(async (_, batch) => resultsOf(await post(server.url, bodyOf(batch)))),
  );
  let isRunning = true;
  void batches.finally(() => {
    isRunning = false;
  });
  let puts = 0;
  for (; isRunning; puts++) {
    const put = await fetch(entityUrl(server.url, 'other'), { method: 'PUT', body: 'x' });
    expect(put.status).toBe(201);
  }
  expect(puts).toBeGreaterThan(0);
  const statuses = (await batches).flat().map(({ status }) => status);
  expect(statuses).toHaveLength(8 * 3000);
  expect(new Set(statuses)).toEqual(new Set([201]));
});
