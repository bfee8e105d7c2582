/** The client in a real Chromium, from a page of another origin that `--cors` names. */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Chromium } from '../lab/profile/chromium.js';
import { temporaryDirectory } from '../support/directory.js';
import { startServer } from '../support/process.js';

const page = '<!doctype html><title>A page of another origin</title>';
const client = fileURLToPath(new URL('../../client/dist/', import.meta.url));

/** A web server as an application has one: a page, and the client's modules. */
const pages = createServer(async ({ url = '/' }, response) => {
  if (!url.startsWith('/client/')) {
    response.writeHead(200, { 'Content-Type': 'text/html' }).end(url === '/' ? page : '');
    return;
  }
  const code = await readFile(client + url.slice('/client/'.length));
  response.writeHead(200, { 'Content-Type': 'text/javascript' }).end(code);
});
let origin: string;
let chromium: Chromium;

beforeAll(async () => {
  pages.listen(0, '127.0.0.1');
  await once(pages, 'listening');
  origin = `http://127.0.0.1:${(pages.address() as AddressInfo).port}`;
  chromium = await Chromium.start(800, 600);
  await chromium.open(origin);
});
afterAll(async () => {
  await chromium?.close();
  pages.close();
});

/** Runs the body of an async function in the page, with a client of the server. */
function inPage<T>(url: string, body: string): Promise<T> {
  return chromium.evaluate<T>(`(async () => {
    const { EvenkeelClient, EvenkeelError } = await import('/client/index.js');
    const store = new EvenkeelClient(${JSON.stringify(url)});
    ${body}
  })()`);
}

const errorCode = `(error) => error instanceof EvenkeelError ? error.code : String(error)`;

test('a page of an origin that is named writes, reads, lists and deletes', async () => {
  const { url } = await startServer(await temporaryDirectory(), ['--cors', origin]);
  const seen = await inPage<Record<string, unknown>>(
    url,
    `const { version } = await store.put('page/größe', 'größer', {
       ttlMs: 60_000, contentType: 'text/plain;charset=utf-8', meta: { owner: 'ada' },
     });
     await store.put('page/raw', Uint8Array.of(0, 255), { ifAbsent: true });
     await store.putJson('page/json', { name: 'Ada' });
     const entity = await store.get('page/größe', { token: 'with-a-preflight' });
     const head = await store.head('page/raw');
     const listed = [];
     for await (const { key, value } of store.list({ prefix: 'page/' }))
       listed.push([key, value.length]);
     return {
       text: entity.text(),
       hasVersion: entity.version === version && /^[0-9]+$/.test(version),
       expires: entity.expiresAt > new Date(),
       contentType: entity.contentType,
       meta: entity.meta,
       length: head.length,
       json: await store.getJson('page/json'),
       absent: (await store.get('absent')) === undefined,
       taken: await store.put('page/raw', 'x', { ifAbsent: true }).catch(${errorCode}),
       wrong: await store.put('page/raw', 'x', { replicas: '2/3' }).catch(({ detail }) => detail),
       listed,
       existed: [await store.delete('page/raw'), await store.delete('page/raw')],
       batch: (await store.batch([
         { key: 'page/batch', value: Uint8Array.of(0, 255) },
         { key: 'page/batch', value: 'x', ifAbsent: true },
       ])).map(({ kind }) => kind),
       deleted: await store.deleteRange({ prefix: 'page/' }),
     };`,
  );
  expect(seen).toEqual({
    text: 'größer',
    hasVersion: true,
    expires: true,
    contentType: 'text/plain;charset=utf-8',
    meta: { owner: 'ada' },
    length: 2,
    json: { name: 'Ada' },
    absent: true,
    taken: 'condition-failed',
    wrong: expect.stringContaining('this store has 1'),
    listed: [
      ['page/größe', 8],
      ['page/json', 14],
      ['page/raw', 2],
    ],
    existed: [true, false],
    batch: ['put', 'failed'],
    deleted: 3,
  });
});

test('a list of a megabyte is whole, and a loop that is left ends it', async () => {
  const { url } = await startServer(await temporaryDirectory(), ['--cors', origin]);
  const seen = await inPage(
    url,
    `for (let at = 100; at < 200; at++) await store.put(String(at), new Uint8Array(10_000));
     const count = async (leaveAt) => {
       let count = 0;
       for await (const { value } of store.list()) if (++count === leaveAt) break;
       return count;
     };
     return [await count(), await count(3)];`,
  );
  expect(seen).toEqual([100, 3]);
});

test('a page of another origin may do nothing', async () => {
  const { url } = await startServer(await temporaryDirectory(), ['--cors', 'http://other.example']);
  const codes = await inPage(
    url,
    `const once = { retries: 0 };
     return [
       await store.get('key', once).catch(${errorCode}),
       await store.put('key', 'value', once).catch(${errorCode}),
     ];`,
  );
  expect(codes).toEqual(['connection', 'connection']);
});
