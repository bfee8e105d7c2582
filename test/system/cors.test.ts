/** A real browser, with a page of an origin that the operator named, and one that he did not. */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serve } from 'evenkeel';
import { expect, onTestFinished, test } from 'vitest';
import { Chromium } from '../lab/profile/chromium.js';
import { temporaryDirectory } from '../support/directory.js';

/** An empty page on a port of its own, and its origin. */
async function servePage(): Promise<string> {
  const pages = createServer((_, response) => {
    response.setHeader('Content-Type', 'text/html').end('<!doctype html><title>page</title>');
  }).listen(0, '127.0.0.1');
  await once(pages, 'listening');
  onTestFinished(() => {
    pages.closeAllConnections();
    pages.close();
  });
  return `http://localhost:${(pages.address() as AddressInfo).port}`;
}

test('Chromium lets a page of an origin of --cors use the store, and no other page', async () => {
  if (spawnSync('chromium', ['--version']).status !== 0)
    throw new Error('this test needs the program chromium: apt-get install chromium');
  const [named, other] = [await servePage(), await servePage()];
  const server = await serve({ data: await temporaryDirectory(), port: 0, cors: [named] });
  onTestFinished(async () => {
    await server.close();
  });
  const chromium = await Chromium.start(800, 600);
  onTestFinished(() => chromium.close());
  const entity = JSON.stringify(`${server.url}/v0/entity?id=k`);
  /** All that the page sees of a response; the name of the error if its browser shows none. */
  const ask = (options: object) =>
    chromium.evaluate<unknown>(`fetch(${entity}, ${JSON.stringify(options)})
      .then(async (response) => [response.status, response.headers.get('date') !== null,
        await response.text()])
      .catch((error) => error.name)`);

  await chromium.open(named);
  const fields = { 'Content-Type': 'text/plain', 'Evenkeel-Meta-Colour': 'red' };
  expect(await ask({ method: 'PUT', body: 'from a page', headers: fields })).toEqual([
    201,
    true,
    '',
  ]);
  expect(await ask({})).toEqual([200, true, 'from a page']);
  expect(await ask({ method: 'POST' })).toEqual([405, true, expect.stringContaining('"detail"')]);

  await chromium.open(other);
  expect(await ask({ method: 'PUT', body: 'from elsewhere' })).toBe('TypeError');
  expect(await ask({})).toBe('TypeError');
  expect(await (await fetch(`${server.url}/v0/entity?id=k`)).text()).toBe('from a page');

  await chromium.open(named);
  expect(await ask({ method: 'DELETE' })).toEqual([202, true, '']);
});
