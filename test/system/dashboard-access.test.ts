/** The dashboard in a real Chromium: whom it asks, for which token, and who may use it. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import type { Stats } from '#dist/admin/stats/stats.js';
import { statusOver } from '#dist/lab/profile/attach/admin-client.js';
import { temporaryDirectory } from '../support/directory.js';
import { startServer } from '../support/process.js';
import { bearer, makeTokens } from '../support/tokens.js';
import { poll, startWatched, watch, work } from './dashboard-page.js';

const watched = watch();

test('it asks nobody but this port, and stops while it is hidden or paused', async () => {
  const { adminUrl } = await startWatched();
  await watched.page.chromium.open(adminUrl);
  await watched.page.evaluate(`{
    const { fetch } = window;
    window.asked = 0;
    window.fetch = (...given) => { window.asked++; return fetch(...given); };
  }`);
  const count = () => watched.page.evaluate<number>('window.asked');
  await expect.poll(count, poll).toBeGreaterThan(2);
  const setHidden = (isHidden: boolean) =>
    watched.page.evaluate(`Object.defineProperty(document, 'hidden', { value: ${isHidden},
      configurable: true }) && document.dispatchEvent(new Event('visibilitychange'))`);
  const stands = async () => {
    const before = await count();
    await sleep(3000);
    expect(await count()).toBe(before);
    return before;
  };
  await setHidden(true);
  const hidden = await stands();
  await setHidden(false);
  await expect.poll(count, poll).toBeGreaterThan(hidden);
  // It has caught up on the seconds that it missed.
  const { seconds } = (await (await fetch(`${adminUrl}/stats?seconds=600`)).json()) as Stats;
  const times = seconds.map(({ toMs }) => toMs);
  await expect
    .poll(async () => (await watched.page.charts())[0]?.timesMs, poll)
    .toEqual(expect.arrayContaining(times));
  await watched.page.evaluate(`document.getElementById('pause').click()`);
  await stands();
  for (const name of await watched.page.requests())
    expect(name.startsWith(`${adminUrl}/stats`)).toBe(true);
});

test('a lost server is said, and its return too', async () => {
  watched.expected = /ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE/;
  const { adminUrl, end } = await startWatched();
  await watched.page.chromium.open(adminUrl);
  await expect.poll(() => watched.page.text('#state'), poll).toBe('serving');
  expect(await watched.page.isHidden('#notice')).toBe(true);
  await end('SIGKILL');
  await expect
    .poll(() => watched.page.text('#notice'), poll)
    .toMatch(/^No response, and none since \d\d:/);
  expect(await watched.page.text('#state')).toBe('no response');
  const { port } = new URL(adminUrl);
  await startServer(await temporaryDirectory(), ['--admin-port', port]);
  await expect.poll(() => watched.page.isHidden('#notice'), poll).toBe(true);
  expect(await watched.page.text('#state')).toBe('serving');
  expect((await watched.page.charts())[0]?.timesMs.length).toBeLessThan(20);
});

test('with tokens it asks for an admin’s, and keeps it nowhere', async () => {
  watched.expected = /status of 40[13]/;
  const { file, tokens } = await makeTokens({ reader: 'read', boss: 'admin' });
  const { adminUrl } = await startWatched('--tokens', file);
  await watched.page.chromium.open(adminUrl);
  await expect.poll(() => watched.page.isHidden('#token-form'), poll).toBe(false);
  expect(await watched.page.isHidden('#figures')).toBe(true);
  await watched.page.submit('token-form', { token: tokens.reader });
  await expect.poll(() => watched.page.text('#notice'), poll).toContain('admin');
  await watched.page.submit('token-form', { token: tokens.boss });
  await expect.poll(() => watched.page.text('#state'), poll).toBe('serving');
  expect([
    await watched.page.isHidden('#token-form'),
    await watched.page.isHidden('#figures'),
  ]).toEqual([true, false]);
  const kept = await watched.page.evaluate<string>(`JSON.stringify([
    Object.entries(localStorage), Object.entries(sessionStorage), document.cookie,
    location.href, history.state, document.documentElement.outerHTML,
    document.getElementById('token').value])`);
  expect(kept).not.toContain(tokens.boss.slice(3));
  await watched.page.chromium.open(adminUrl);
  await expect.poll(() => watched.page.isHidden('#token-form'), poll).toBe(false);
});

test.each(['cpu', 'alloc'])('the button takes a profile, %s, and shows it', async (kind) => {
  const { url, adminUrl } = await startWatched();
  work(url);
  await watched.page.chromium.open(adminUrl);
  await expect.poll(() => watched.page.text('#state'), poll).toBe('serving');
  await watched.page.submit('profile', { 'profile-kind': kind, 'profile-seconds': '1' });
  await expect.poll(() => watched.page.isHidden('#profile-graph'), poll).toBe(false);
  const inGraph = (expression: string) =>
    watched.page.chromium.evaluateInFrame('data:image/svg', expression);
  await expect.poll(() => inGraph(`!!document.querySelector('.bar input')`), poll).toBe(true);
  expect(await inGraph(`document.querySelectorAll('.f g g').length > 5`)).toBe(true);
  expect(await inGraph(`getComputedStyle(document.querySelector('.f rect')).fill`)).toBe(
    'rgb(230, 233, 237)',
  );
  await inGraph(`document.querySelectorAll('.f g g')[1].dispatchEvent(new Event('click'))`);
  await expect.poll(() => inGraph('location.hash'), poll).toBe('#frame=1');
  // It can reach neither the page nor the port, and no other script runs in it.
  expect(await inGraph(`fetch('${adminUrl}/stats').then(() => 'got it', () => 'refused')`)).toBe(
    'refused',
  );
  expect(
    await inGraph(`(() => { try { return parent.document.title } catch { return 'refused' } })()`),
  ).toBe('refused');
  const added = `(() => {
    const script = document.createElementNS('http://www.w3.org/2000/svg', 'script');
    script.textContent = 'window.ran = true';
    document.documentElement.append(script);
    return window.ran === undefined;
  })()`;
  expect(await inGraph(added)).toBe(true);
  for (const width of [390, 1280]) {
    await watched.page.look('light', width);
    await watched.page.evaluate(`document.getElementById('profile-graph').scrollIntoView()`);
    expect(await watched.page.overflow()).toBe(0);
    await watched.page.keep(`dashboard-${kind}-${width}`);
  }
});

test('a page of another origin can do nothing', async () => {
  watched.expected = /./;
  const { file, tokens } = await makeTokens({ boss: 'admin' });
  const foreign = createServer((_, response) => {
    response.writeHead(200, { 'Content-Type': 'text/html' }).end('<!doctype html><p>foreign');
  });
  foreign.listen(0, '127.0.0.1');
  await once(foreign, 'listening');
  onTestFinished(() => void foreign.close());
  const { port } = foreign.address() as AddressInfo;
  for (const args of [[], ['--tokens', file]]) {
    const { adminUrl } = await startWatched(...args);
    await watched.page.chromium.open(`http://127.0.0.1:${port}`);
    const tried = await watched.page.evaluate(`Promise.all([
      ['/', {}], ['/stats', {}], ['/stats', { headers: ${JSON.stringify(bearer(tokens.boss))} }],
      ['/profile?kind=cpu&seconds=60', { method: 'POST' }],
    ].map(([path, init]) =>
      fetch('${adminUrl}' + path, init).then(() => 'got it', () => 'refused')))`);
    expect(tried).toEqual(['refused', 'refused', 'refused', 'refused']);
    // These get there, and what they get can't be read. The server does not do what they ask for.
    await watched.page.evaluate(`fetch('${adminUrl}/profile?kind=cpu&seconds=60',
      { method: 'POST', mode: 'no-cors' }).catch(() => {})`);
    await watched.page.evaluate(`new Promise((resolve) => {
      const frame = document.createElement('iframe');
      frame.onload = frame.onerror = resolve;
      frame.src = '${adminUrl}';
      document.body.append(frame);
    })`);
    const asAdmin = { url: adminUrl, ...(args.length > 0 && { token: tokens.boss }) };
    expect((await statusOver(asAdmin)).profiling).toBe(false);
    const { frameTree } = await watched.page.chromium.send('Page.getFrameTree');
    expect(frameTree).toMatchObject({
      childFrames: [{ frame: { mimeType: 'application/problem+json' } }],
    });
  }
});
