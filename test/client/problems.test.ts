/** Refusals and broken connections, as the errors that a caller acts on. */
import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { EvenkeelClient, EvenkeelError } from '#client';
import { startRecording } from '../support/recording-service.js';
import { serveHere } from '../support/serve.js';

const once = { retries: 0 };

async function errorOf(call: Promise<unknown>): Promise<EvenkeelError> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(EvenkeelError);
  return error as EvenkeelError;
}

test('a refusal of the real server has its code, status, title and detail', async () => {
  const store = new EvenkeelClient((await serveHere()).url);
  const error = await errorOf(store.get('x'.repeat(1025)));
  expect(error).toMatchObject({
    name: 'EvenkeelError',
    code: 'bad-request',
    status: 400,
    title: 'Bad Request',
    detail: 'the parameter id has 1025 bytes after decoding; a key has at most 1024',
    isOutcomeUnknown: false,
  });
  expect(error.message).toBe(`400 Bad Request: ${error.detail}`);
  expect(await errorOf(store.put('key', 'value', { replicas: '2/3' }))).toMatchObject({
    code: 'bad-request',
    detail: expect.stringContaining('this store has 1'),
  });
});

test.each([
  [401, 'unauthorized', false],
  [403, 'forbidden', false],
  [412, 'condition-failed', false],
  [413, 'too-large', false],
  [429, 'overloaded', false],
  [431, 'bad-request', false],
  [500, 'server-failed', true],
  [501, 'unsupported', false],
  [502, 'server-failed', true],
  [503, 'server-failed', true],
  [504, 'too-few-replicas', true],
  [507, 'full', false],
  [599, 'server-failed', true],
  [418, 'protocol', true],
] as const)('a problem with status %i is %s', async (status, code, isOutcomeUnknown) => {
  const { url } = await startRecording((_, response) => {
    response.writeHead(status, { 'Content-Type': 'application/problem+json' });
    response.end(JSON.stringify({ title: 'Title', status, detail: 'change this' }));
  });
  const error = await errorOf(new EvenkeelClient(url, once).put('key', 'value'));
  expect(error).toMatchObject({ code, status, detail: 'change this', title: 'Title' });
  expect(error.isOutcomeUnknown).toBe(isOutcomeUnknown);
});

test('503 with Retry-After says that nothing was done, and when to ask again', async () => {
  const { url } = await startRecording((_, response) => {
    response.writeHead(503, { 'Content-Type': 'application/problem+json', 'Retry-After': '7' });
    response.end('{}');
  });
  const store = new EvenkeelClient(url, once);
  expect(await errorOf(store.put('key', 'value'))).toMatchObject({
    code: 'overloaded',
    retryAfterMs: 7000,
    isOutcomeUnknown: false,
  });
});

test("another server's 404 is an error, not an absent key", async () => {
  const { url } = await startRecording((_, response) => {
    response.writeHead(404, { 'Content-Type': 'text/html' });
    response.end('<h1>Not Found</h1>');
  });
  const error = await errorOf(new EvenkeelClient(url).get('key'));
  expect(error).toMatchObject({ code: 'protocol', status: 404 });
  expect(error.detail).toMatch(/is it the right URL/);
});

test('a server that is not there is a connection error with the reason', async () => {
  const error = await errorOf(new EvenkeelClient('http://127.0.0.1:1', once).get('key'));
  expect(error).toMatchObject({ code: 'connection', status: undefined, isOutcomeUnknown: true });
  expect(error.message).toMatch(/fetch failed/);
});

test('a server that says nothing, or stops in the middle, is a timeout', async () => {
  const { url } = await startRecording(({ path }, response) => {
    if (path.endsWith('half')) response.writeHead(200, { ETag: '"1"', 'Content-Length': '9' });
    if (path.endsWith('half')) response.write('half');
  });
  const store = new EvenkeelClient(url, { ...once, timeoutMs: 50 });
  for (const key of ['silent', 'half'])
    expect(await errorOf(store.get(key))).toMatchObject({
      code: 'timeout',
      detail: 'nothing came for 50 ms',
    });
});

test("an abort rejects with the signal's reason, before, during and between attempts", async () => {
  const reason = new Error('not needed any more');
  const { url, received } = await startRecording(({ path }, response) => {
    if (!path.endsWith('busy')) return;
    response.writeHead(503, { 'Retry-After': '9' });
    response.end();
  });
  const store = new EvenkeelClient(url);
  await expect(store.get('key', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  expect(received).toHaveLength(0);
  for (const key of ['silent', 'busy']) {
    const controller = new AbortController();
    const call = store.get(key, { signal: controller.signal });
    await expect.poll(() => received.at(-1)?.path).toMatch(key);
    controller.abort(reason);
    await expect(call).rejects.toBe(reason);
  }
});

test('an abort ends a list, and a signal that lives on keeps no listener', async () => {
  const store = new EvenkeelClient((await serveHere()).url);
  for (const key of ['a', 'b']) await store.put(key, new Uint8Array(1_000_000));
  const controller = new AbortController();
  const { signal } = controller;
  await store.put('c', 'value', { signal });
  expect(await store.getText('c', { signal })).toBe('value');
  expect(getEventListeners(signal, 'abort')).toEqual([]);
  const list = store.list({ signal });
  expect((await list.next()).value?.key).toBe('a');
  expect(getEventListeners(signal, 'abort')).toEqual([]);
  controller.abort('enough');
  await expect(list.next()).rejects.toBe('enough');
});

test('a token goes with each request; that of a call replaces that of the client', async () => {
  const { url, received } = await startRecording((_, response) => {
    response.writeHead(202).end();
  });
  const store = new EvenkeelClient(`${url}/behind/a/proxy/`, { token: 'mine' });
  await store.delete('key');
  await store.delete('key', { token: 'theirs' });
  const seen = received.map(({ path, headers }) => [path, headers.authorization]);
  expect(seen).toEqual([
    ['/behind/a/proxy/v0/entity?id=key', 'Bearer mine'],
    ['/behind/a/proxy/v0/entity?id=key', 'Bearer theirs'],
  ]);
});
