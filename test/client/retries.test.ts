/** Further attempts: of reads and repeatable writes, never of a write that could count twice. */
import { serve } from 'evenkeel';
import { afterEach, expect, test, vi } from 'vitest';
import { EvenkeelClient, EvenkeelError } from '#client';
import { retryDelayMs, sleep, withRetries } from '#client/retry';
import { temporaryDirectory } from '../support/directory.js';
import { type Received, startRecording } from '../support/recording-service.js';

afterEach(() => vi.restoreAllMocks());

type Failure = 'reset' | 'refused' | 500 | 502;
const ok = { GET: 200, HEAD: 200, PUT: 201, DELETE: 202, POST: 200 } as const;

/** A server that fails with each of these, one request each, and then does what it is asked. */
async function failing(...failures: Failure[]) {
  vi.spyOn(Math, 'random').mockReturnValue(0);
  return startRecording(({ method }: Received, response, number) => {
    const failure = failures[number - 1];
    if (failure === 'reset') response.destroy();
    else if (failure === 'refused') response.writeHead(503, { 'Retry-After': '0' }).end();
    else if (failure !== undefined) response.writeHead(failure).end();
    else response.writeHead(ok[method as keyof typeof ok], { ETag: '"1"' }).end();
  });
}

test.each(['reset', 'refused', 502] as const)(
  'what is idempotent is tried again (%s)',
  async (failure) => {
    const { url, received } = await failing(failure, failure, failure);
    await new EvenkeelClient(url).get('key');
    expect(received).toHaveLength(4);
    for (const call of ['put', 'head', 'delete'] as const) {
      const service = await failing(failure);
      const store = new EvenkeelClient(service.url);
      await (call === 'put' ? store.put('key', 'value') : store[call]('key'));
      expect(service.received).toHaveLength(2);
      expect(service.received[1]).toMatchObject({ body: call === 'put' ? 'value' : '' });
    }
  },
);

test('a conditional write is not tried again once it may have been done', async () => {
  for (const condition of [{ ifAbsent: true }, { ifVersion: '7' }, { ifPresent: true }] as const)
    for (const failure of ['reset', 502] as const) {
      const { url, received } = await failing(failure);
      const store = new EvenkeelClient(url);
      await expect(store.put('key', 'value', condition)).rejects.toMatchObject({
        isOutcomeUnknown: true,
      });
      await expect(store.delete('key', condition)).resolves.toBeUndefined();
      expect(received.map(({ method }) => method)).toEqual(['PUT', 'DELETE']);
    }
});

test('a conditional write is tried again if the server says that it did nothing', async () => {
  const { url, received } = await failing('refused', 'refused');
  expect(await new EvenkeelClient(url).put('key', 'value', { ifAbsent: true })).toEqual({
    version: '1',
  });
  expect(received).toHaveLength(3);
});

test('a call outlives a restart of the real server', async () => {
  const data = await temporaryDirectory();
  const first = await serve({ port: 0, data });
  const store = new EvenkeelClient(first.url, { retries: 100 });
  await store.put('key', 'before');
  await first.close();
  const calls = [store.getText('key'), store.put('other', 'value'), store.list().next()] as const;
  const second = await serve({ port: Number(new URL(first.url).port), data });
  expect(await calls[0]).toBe('before');
  await calls[1];
  expect((await calls[2]).value?.key).toBe('key');
  await second.close();
});

test('attempts are bounded, and what the last one met is told', async () => {
  const { url, received } = await failing('reset', 'reset', 'reset', 'reset', 'reset');
  const store = new EvenkeelClient(url, { retries: 2 });
  await expect(store.get('key')).rejects.toMatchObject({ code: 'connection' });
  expect(received).toHaveLength(3);
  await expect(store.get('key', { retries: 0 })).rejects.toMatchObject({ code: 'connection' });
  expect(received).toHaveLength(4);
});

test('a refusal behind an unknown outcome does not say that nothing was done', async () => {
  const { url } = await failing('reset', 'refused');
  const failed = new EvenkeelClient(url, { retries: 1 }).put('key', 'value');
  await expect(failed).rejects.toMatchObject({ code: 'overloaded', isOutcomeUnknown: true });
});

test.each([
  ['a wrong request', 400],
  ['a failed condition', 412],
  ['a full disk', 507],
  ['a damaged value', 500],
  ['a failed store', 503],
] as const)('%s is not tried again', async (_, status) => {
  const { url, received } = await startRecording((_, response) => response.writeHead(status).end());
  await expect(new EvenkeelClient(url).get('key')).rejects.toMatchObject({ status });
  expect(received).toHaveLength(1);
});

test('waits double up to a bound, are random below it, and add to Retry-After', () => {
  const lost = new EvenkeelError('connection', 'lost');
  const busy = (retryAfterMs: number) => new EvenkeelError('overloaded', 'busy', { retryAfterMs });
  const policy = { retries: 20, isIdempotent: true };
  vi.spyOn(Math, 'random').mockReturnValue(0.5);
  const tries = [1, 2, 3, 7, 8, 20];
  expect(tries.map((tried) => retryDelayMs(lost, tried, policy))).toEqual([
    50, 100, 200, 3200, 5000, 5000,
  ]);
  expect(retryDelayMs(busy(2000), 1, policy)).toBe(2050);
  expect(retryDelayMs(busy(10_000), 1, policy)).toBe(10_050);
  // Nobody waits for hours because a server says so.
  expect(retryDelayMs(busy(10_001), 1, policy)).toBeUndefined();
  expect(retryDelayMs(lost, 21, policy)).toBeUndefined();
  expect(retryDelayMs(new TypeError('misuse'), 1, policy)).toBeUndefined();
});

test('a further attempt starts once its time has come, and not before', async () => {
  vi.useFakeTimers();
  vi.spyOn(Math, 'random').mockReturnValue(0);
  let attempts = 0;
  const busy = new EvenkeelError('overloaded', 'busy', { retryAfterMs: 2000 });
  const policy = { retries: 1, isIdempotent: false, signal: undefined };
  const call = withRetries(policy, async () => {
    if (++attempts === 1) throw busy;
    return 'done';
  });
  await vi.advanceTimersByTimeAsync(1999);
  expect(attempts).toBe(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(await call).toBe('done');
  vi.useRealTimers();
});

test('a wait ends with its signal, and leaves neither timer nor listener', async () => {
  vi.useFakeTimers();
  const controller = new AbortController();
  const remove = vi.spyOn(controller.signal, 'removeEventListener');
  const whole = sleep(5, controller.signal);
  await vi.advanceTimersByTimeAsync(5);
  await whole;
  expect(remove).toHaveBeenCalledOnce();
  const cut = sleep(1000, controller.signal);
  controller.abort('enough');
  await expect(cut).rejects.toBe('enough');
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});
