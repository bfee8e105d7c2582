/** Batches: many operations in few requests, results in order, back-pressure, retries. */
import fc from 'fast-check';
import { afterEach, expect, test, vi } from 'vitest';
import { type BatchResult, EvenkeelClient, type Operation } from '#client';
import { startRecording } from '../support/recording-service.js';
import { serveHere } from '../support/serve.js';

afterEach(() => vi.restoreAllMocks());

const numbered = (count: number): Operation[] =>
  Array.from({ length: count }, (_, index) => ({ key: `key ${index}`, value: String(index) }));

/** A result as one can compare it. */
const outcomeOf = (result: BatchResult) =>
  result.kind === 'failed' ? result.error.code : result.kind === 'put' ? 'put' : result.existed;

test('each operation has its result, in order, and one that fails stops no other', async () => {
  const store = new EvenkeelClient((await serveHere()).url);
  const { version } = await store.put('old', 'value');
  const bytes = Uint8Array.of(0, 255);
  const operations: Operation[] = [
    { key: 'text', value: 'größer', ttlMs: 60_000, meta: { owner: 'ada' } },
    { key: bytes, value: bytes, contentType: 'image/png' },
    { key: 'old', value: 'new', ifAbsent: true },
    { key: 'old', value: 'new', ifVersion: version },
    { key: 'old', value: 'newer', ifVersion: version },
    { key: 'old', delete: true, ifPresent: true },
    { key: 'old', delete: true },
  ];
  const results = await store.batch(operations);
  expect(results.map(outcomeOf)).toEqual([
    'put',
    'put',
    'condition-failed',
    'put',
    'condition-failed',
    true,
    false,
  ]);
  expect(results.map(({ operation }) => operation)).toEqual(operations);
  const text = await store.get('text');
  expect(text).toMatchObject({ meta: { owner: 'ada' } });
  expect(results[0]).toMatchObject({ version: text?.version });
  expect(text?.text()).toBe('größer');
  expect(text?.expiresAt).toBeInstanceOf(Date);
  expect(await store.get(bytes)).toMatchObject({ value: bytes, contentType: 'image/png' });
  expect(await store.batch([])).toEqual([]);
});

test('more operations than a request takes are all done', async () => {
  const store = new EvenkeelClient((await serveHere()).url);
  // Their lines have more than a megabyte.
  const operations = numbered(5000).map((put) => ({ ...put, value: `${put.value}`.padEnd(300) }));
  const results = await store.batch(operations as Operation[]);
  expect(new Set(results.map(outcomeOf))).toEqual(new Set(['put']));
  let count = 0;
  for await (const entity of store.list())
    count += Number(entity.key === `key ${entity.text().trimEnd()}`);
  expect(count).toBe(5000);
});

test('a value that fits in a line comes back whole, a larger one is refused', async () => {
  const store = new EvenkeelClient((await serveHere()).url);
  const value = new Uint8Array(700_000).map((_, index) => index);
  const results = await store.batch([
    { key: 'a', value },
    { key: 'b', value: new Uint8Array(800_000) },
    { key: 'c', value },
  ]);
  expect(results.map(outcomeOf)).toEqual(['put', 'too-large', 'put']);
  expect(results[1]).toMatchObject({ error: { detail: expect.stringContaining('a PUT') } });
  expect(Buffer.compare((await store.get('c'))?.value ?? new Uint8Array(), value)).toBe(0);
});

test('an atomic batch is done whole or not at all, and says which condition failed', async () => {
  const store = new EvenkeelClient((await serveHere()).url);
  const done = await store.atomic([...numbered(3), { key: 'key 0', delete: true }]);
  expect(done.map(outcomeOf)).toEqual(['put', 'put', 'put', true]);
  const failed = store.atomic([
    { key: 'new', value: 'value' },
    { key: 'key 1', value: 'value', ifAbsent: true },
  ]);
  await expect(failed).rejects.toMatchObject({ code: 'condition-failed', index: 1 });
  expect(await store.get('new')).toBeUndefined();
});

test('a source is asked for no more than the next request takes', async () => {
  const store = new EvenkeelClient((await serveHere()).url);
  let asked = 0;
  let isOver = false;
  const source = (async function* () {
    try {
      for (;;) yield { key: String(asked++), value: '' };
    } finally {
      isOver = true;
    }
  })();
  for await (const result of store.stream(source)) {
    expect(result.kind).toBe('put');
    break;
  }
  // One request is under way, and the next is ready.
  expect(asked).toBeLessThanOrEqual(2 * 8192 + 1);
  await expect.poll(() => isOver).toBe(true);
});

test('operations that come slowly do not wait for more of them', async () => {
  const { url, received } = await startRecording(respond);
  let release = () => {};
  const source = (async function* () {
    yield { key: 'first', value: '' };
    await new Promise<void>((resolve) => {
      release = resolve;
    });
    yield { key: 'second', value: '' };
  })();
  for await (const result of new EvenkeelClient(url).stream(source)) {
    expect(result.kind).toBe('put');
    release();
  }
  expect(received.map(({ body }) => keysOf(body))).toEqual([['first'], ['second']]);
});

test('what a source throws ends the batch, after the results of what it gave before', async () => {
  const { url } = await startRecording(respond);
  const source = (async function* (): AsyncGenerator<Operation> {
    yield { key: 'first', value: '' };
    throw new Error('the file ends early');
  })();
  const seen: string[] = [];
  const run = async () => {
    for await (const { kind } of new EvenkeelClient(url).stream(source)) seen.push(kind);
  };
  await expect(run()).rejects.toThrow('the file ends early');
  expect(seen).toEqual(['put']);
});

test('a batch that is cut off goes on with the first operation without a result', async () => {
  vi.spyOn(Math, 'random').mockReturnValue(0);
  const { url, received } = await startRecording((request, response, number) => {
    if (number > 1) respond(request, response);
    else response.write('{"status":201,"version":"1"}\n'.repeat(3), () => response.destroy());
  });
  const results = await new EvenkeelClient(url).batch(numbered(5));
  expect(results.map(outcomeOf)).toEqual(['put', 'put', 'put', 'put', 'put']);
  const [first, second] = received.map(({ body }) => keysOf(body));
  expect(first).toEqual(['key 0', 'key 1', 'key 2', 'key 3', 'key 4']);
  // The last line that came may be about the whole batch, so its result is not believed.
  expect(second).toEqual(['key 2', 'key 3', 'key 4']);
});

test('a batch with a condition is not sent again once it may have been done', async () => {
  const { url, received } = await startRecording((_, response) => response.destroy());
  const store = new EvenkeelClient(url);
  const operations: Operation[] = [...numbered(2), { key: 'key', delete: true, ifPresent: true }];
  for (const call of ['batch', 'atomic'] as const)
    await expect(store[call](operations)).rejects.toMatchObject({
      code: 'connection',
      isOutcomeUnknown: true,
    });
  expect(received).toHaveLength(2);
});

test('a problem that ends the batch is an error, not the result of an operation', async () => {
  const { url } = await startRecording((_, response) => {
    response.end(
      '{"status":201,"version":"1"}\n{"status":503,"title":"x","detail":"stopping","line":2}\n',
    );
  });
  const seen: string[] = [];
  const run = async () => {
    for await (const { kind } of new EvenkeelClient(url).stream(numbered(3))) seen.push(kind);
  };
  await expect(run()).rejects.toMatchObject({ code: 'server-failed', detail: 'stopping' });
  expect(seen).toEqual(['put']);
});

test('what is not an operation is a TypeError, before anything is sent', async () => {
  const { url, received } = await startRecording(respond);
  const store = new EvenkeelClient(url);
  const wrong = [{ key: 'a' }, { key: 'a', value: '', delete: true }, { key: '', value: 'a' }];
  for (const operation of wrong) {
    const operations = [operation] as unknown as Operation[];
    await expect(store.batch(operations)).rejects.toThrow(TypeError);
    await expect(store.atomic(operations)).rejects.toThrow(TypeError);
  }
  expect(received).toEqual([]);
});

test('any batch, however its operations come, does what a map says', async () => {
  const store = new EvenkeelClient((await serveHere()).url);
  const key = fc.constantFrom('a', 'b', 'c');
  const condition = fc.constantFrom({}, { ifAbsent: true } as const, { ifPresent: true } as const);
  const put = fc.tuple(key, fc.string(), condition).map(([key, value, when]): Operation => {
    return { key, value, ...when };
  });
  const deletion = fc.tuple(key, condition).map(([key, when]): Operation => {
    return { key, delete: true, ...when };
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.oneof(put, deletion), fc.boolean()), { maxLength: 30 }),
      async (steps) => {
        await store.deleteRange({ all: true });
        const map = new Map<unknown, string>();
        const expected = steps.map(([operation]) => apply(map, operation));
        const source = (async function* () {
          for (const [operation, isLate] of steps) {
            if (isLate) await new Promise(setImmediate);
            yield operation;
          }
        })();
        expect((await store.batch(source)).map(outcomeOf)).toEqual(expected);
        const found: [string, string][] = [];
        for await (const entity of store.list()) found.push([entity.key, entity.text()]);
        expect(found).toEqual([...map].sort());
      },
    ),
    { numRuns: 40 },
  );
});

/** Does the operation to a map, and returns its outcome. */
function apply(map: Map<unknown, string>, operation: Operation): string | boolean {
  const isThere = map.has(operation.key);
  if ((operation.ifAbsent && isThere) || (operation.ifPresent && !isThere))
    return 'condition-failed';
  if (operation.delete) return map.delete(operation.key);
  map.set(operation.key, String(operation.value));
  return 'put';
}

/** Says that each line was put. */
function respond({ body }: { body: string }, response: { end(text: string): void }): void {
  response.end('{"status":201,"version":"1"}\n'.repeat(body.split('\n').length - 1));
}

function keysOf(body: string): string[] {
  const lines = body.split('\n').slice(0, -1);
  return lines.map((line) => (JSON.parse(line) as { key: string }).key);
}
