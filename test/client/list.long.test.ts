/** Ranges: order, bounds, back-pressure, and going on where a response was cut off. */
import { afterEach, expect, test, vi } from 'vitest';
import { type Entity, EvenkeelClient, type ListOptions } from '#client';
import { startRecording } from '../support/recording-service.js';
import { serveHere } from '../support/serve.js';

afterEach(() => vi.restoreAllMocks());

async function collect(list: AsyncIterable<Entity>): Promise<[string, string][]> {
  const found: [string, string][] = [];
  for await (const entity of list) found.push([entity.key, entity.text()]);
  return found;
}

async function filled(): Promise<EvenkeelClient> {
  const store = new EvenkeelClient((await serveHere()).url);
  for (const key of ['a', 'b', 'c/1', 'c/2', 'd']) await store.put(key, `value of ${key}`);
  return store;
}

test.each<[ListOptions, string[]]>([
  [{}, ['a', 'b', 'c/1', 'c/2', 'd']],
  [{ limit: 2 }, ['a', 'b']],
  [{ start: 'b' }, ['b', 'c/1', 'c/2', 'd']],
  [{ start: 'b', end: 'c/2' }, ['b', 'c/1']],
  [{ end: 'b' }, ['a']],
  [{ start: Uint8Array.of(0x64) }, ['d']],
  [{ start: 'x' }, []],
  [{ prefix: 'c/' }, ['c/1', 'c/2']],
  [{ prefix: Uint8Array.of(0x63), order: 'desc' }, ['c/2', 'c/1']],
  [{ after: 'b' }, ['c/1', 'c/2', 'd']],
  [{ after: 'bb', limit: 1 }, ['c/1']],
  [{ start: 'a', end: 'd', after: 'c/2', order: 'desc', limit: 2 }, ['c/1', 'b']],
])('a list with %o has these keys in order', async (options, keys) => {
  const store = await filled();
  expect(await collect(store.list(options))).toEqual(keys.map((key) => [key, `value of ${key}`]));
});

test('a list of keys has the keys of the same range', async () => {
  const store = await filled();
  await store.put(Uint8Array.of(255), 'value');
  const keys: string[] = [];
  for await (const { keyBytes } of store.listKeys({ after: 'b', order: 'asc' }))
    keys.push(Buffer.from(keyBytes).toString('latin1'));
  expect(keys).toEqual(['c/1', 'c/2', 'd', '\xff']);
});

test('a value of some megabytes, and a key that is not UTF-8, come in a list too', async () => {
  const store = new EvenkeelClient((await serveHere()).url);
  const value = new Uint8Array(3_000_000).map((_, index) => index);
  await store.put(Uint8Array.of(255, 1), value);
  for await (const entity of store.list()) {
    expect(entity.keyBytes).toEqual(Uint8Array.of(255, 1));
    expect(Buffer.compare(entity.value, value)).toBe(0);
  }
});

test('leaving the loop ends the request', async () => {
  let isCut = false;
  const { url } = await startRecording((_, response) => {
    response.on('close', () => {
      isCut = !response.writableFinished;
    });
    response.write('{"key":"a","version":"1","value":""}\n');
  });
  for await (const entity of new EvenkeelClient(url).list()) {
    expect(entity.key).toBe('a');
    break;
  }
  await expect.poll(() => isCut).toBe(true);
});

test('no more is read than the caller has asked for', async () => {
  let pulls = 0;
  const fetch = async () =>
    new Response(
      new ReadableStream(
        {
          pull: (controller) => {
            const line = `{"key":"${pulls++}","version":"1","value":""}\n`;
            controller.enqueue(new TextEncoder().encode(line));
          },
        },
        { highWaterMark: 0 },
      ),
    );
  const list = new EvenkeelClient('http://127.0.0.1:1', { fetch }).list();
  for (let taken = 0; taken < 5; taken++) {
    expect(pulls).toBe(taken);
    await list.next();
  }
  await list.return();
});

test('a list that is cut off goes on behind the last key, and has each entity once', async () => {
  vi.spyOn(Math, 'random').mockReturnValue(0);
  const lines = ['a', 'b', 'c', 'd', 'e'].map(
    (key) => `{"key":"${key}","version":"1","value":"${btoa(key)}"}\n`,
  );
  const { url, received } = await startRecording((_, response, number) => {
    // Two lines and a half of each response arrive.
    const from = 2 * (number - 1);
    const rest = lines.slice(from).join('');
    if (rest.length <= 100) response.end(rest);
    else response.write(rest.slice(0, 100), () => response.destroy());
  });
  const store = new EvenkeelClient(url, { retries: 1 });
  const found = await collect(store.list({ start: 'a', limit: 9 }));
  expect(found.map(([key]) => key)).toEqual(['a', 'b', 'c', 'd', 'e']);
  expect(received.map(({ path }) => path)).toEqual([
    '/v0/entities?start=a&limit=9',
    '/v0/entities?start=a&after=b&limit=7',
    '/v0/entities?start=a&after=d&limit=5',
  ]);
});

test('a list that is cut off behind its last entity is complete', async () => {
  const { url, received } = await startRecording((_, response) => {
    const lines = '{"key":"a","version":"1","value":""}\n{"key":"b","version":"1","value":""}\n';
    response.write(lines, () => response.destroy());
  });
  const found = await collect(new EvenkeelClient(url, { retries: 0 }).list({ limit: 2 }));
  expect(found.map(([key]) => key)).toEqual(['a', 'b']);
  expect(received).toHaveLength(1);
});

test('a list that makes no progress ends with what it met', async () => {
  vi.spyOn(Math, 'random').mockReturnValue(0);
  const { url, received } = await startRecording((_, response) => response.destroy());
  const list = new EvenkeelClient(url, { retries: 2 }).list();
  await expect(list.next()).rejects.toMatchObject({ code: 'connection' });
  expect(received).toHaveLength(3);
});

test('a line that is not an entity is an error that shows it', async () => {
  const { url } = await startRecording((_, response) => response.end('{"value":""}\n'));
  await expect(new EvenkeelClient(url).list().next()).rejects.toMatchObject({
    code: 'protocol',
    detail: 'a line of the range is not an entity: {"value":""}',
  });
});

test('a prefix next to a start is a TypeError', async () => {
  const wrong = { prefix: 'a', start: 'b' } as unknown as ListOptions;
  const list = new EvenkeelClient('http://127.0.0.1:1').list(wrong);
  await expect(list.next()).rejects.toThrow(TypeError);
});

test('a range is deleted, and its entities are counted', async () => {
  const store = await filled();
  expect(await store.deleteRange({ prefix: 'c/' })).toBe(2);
  expect(await store.deleteRange({ prefix: 'c/' })).toBe(0);
  expect(await store.deleteRange({ start: 'b', end: 'd' })).toBe(1);
  expect(await collect(store.list())).toEqual(['a', 'd'].map((key) => [key, `value of ${key}`]));
  expect(await store.deleteRange({ end: 'd' })).toBe(1);
  expect(await store.deleteRange({ all: true })).toBe(1);
});
