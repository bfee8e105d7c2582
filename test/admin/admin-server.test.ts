/** The admin port: what it gives, and what it refuses. It samples the process of this very test. */
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AdminServer, startAdminServer } from '#dist/admin/admin-server.js';
import { sampleOver, statusOver } from '#dist/lab/profile/attach/admin-client.js';
import { profileOf } from '#dist/lab/profile/convert/profile-of.js';
import type { Recording } from '#dist/lab/profile/sampling/recording.js';
import { type RunningServer, serve } from '#dist/server/server.js';
import { shareOf } from '../lab/profile/program.js';
import { temporaryDirectory } from '../support/directory.js';
import { until } from '../support/process.js';

let admin: AdminServer;
let server: RunningServer;
beforeAll(async () => {
  server = await serve({ port: 0, data: await temporaryDirectory(afterAll) });
  admin = await startAdminServer({ port: 0, server, version: '1.2.3' });
});
afterAll(async () => {
  await admin.close();
  await server.close();
});

const post = (query: string, signal?: AbortSignal) =>
  fetch(`${admin.url}/profile?${query}`, { method: 'POST', ...(signal && { signal }) });

function works(): void {
  const end = performance.now() + 20;
  while (performance.now() < end);
}

describe('the admin port', () => {
  it('gives V8’s own profile, the metrics of the process, and how long it took', async () => {
    const timer = setInterval(works, 25);
    const response = await post('kind=cpu&seconds=1').finally(() => clearInterval(timer));
    expect(response.status).toBe(200);
    const recording = (await response.json()) as Extract<Recording, { kind: 'cpu' }>;
    expect(Object.keys(recording)).toEqual(
      expect.arrayContaining(['kind', 'raw', 'metrics', 'durationUs']),
    );
    expect(recording.raw.samples.length).toBe(recording.raw.timeDeltas.length);
    // It works by the clock, of which a busy machine leaves it little.
    expect(shareOf(profileOf(recording), 'works')).toBeGreaterThan(10);
  });

  it('gives allocations likewise', async () => {
    const recording = await sampleOver(admin, { kind: 'alloc', seconds: 1 });
    expect(recording.kind).toBe('alloc');
    expect(recording.raw).toHaveProperty('head.children');
  });

  it('describes its process', async () => {
    expect(await statusOver(admin)).toMatchObject({
      pid: process.pid,
      versions: { node: process.versions.node },
      uptimeSeconds: expect.any(Number),
      memory: { rss: expect.any(Number) },
      requests: expect.any(Number),
      profiling: false,
    });
  });

  it('takes one sampling at a time, and gives one up whose client is gone', async () => {
    const client = new AbortController();
    const first = post('kind=cpu&seconds=600', client.signal).catch((error: Error) => error.name);
    await until('it is sampling', async () => (await statusOver(admin)).profiling);
    expect((await post('kind=alloc&seconds=1')).status).toBe(409);
    await expect(sampleOver(admin, { kind: 'cpu', seconds: 1 })).rejects.toMatchObject({
      code: 'busy',
    });

    client.abort();
    expect(await first).toBe('AbortError');
    await until('it gave up', async () => !(await statusOver(admin)).profiling);
  });

  it.each([
    { query: '', detail: "kind is cpu, alloc or growth, got ''" },
    { query: 'kind=heap', detail: "kind is cpu, alloc or growth, got 'heap'" },
    { query: 'kind=cpu&seconds=0', detail: "seconds is a whole number from 1 to 600, got '0'" },
    { query: 'kind=cpu&seconds=601', detail: "seconds is a whole number from 1 to 600, got '601'" },
    { query: 'kind=cpu&seconds=1.5', detail: "seconds is a whole number from 1 to 600, got '1.5'" },
    { query: 'kind=cpu&seconds=', detail: "seconds is a whole number from 1 to 600, got ''" },
    { query: 'kind=cpu&format=png', detail: "format is json or svg, got 'png'" },
    {
      query: 'kind=cpu&second=1',
      detail: "'second' is not used: kind, seconds and format are taken, each once",
    },
    {
      query: 'kind=cpu&kind=cpu',
      detail: "'kind' is not used: kind, seconds and format are taken, each once",
    },
  ])('refuses ?$query with 400 and what is wrong', async ({ query, detail }) => {
    const response = await post(query);
    expect(response.status).toBe(400);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(await response.json()).toEqual({ status: 400, detail });
  });

  it('refuses other methods, other paths, and whatever a page in a browser sends', async () => {
    const path = '/profile?kind=cpu&seconds=1';
    const send = async (path: string, method: string, headers: Record<string, string> = {}) => {
      const sent = request(`${admin.url}${path}`, { method, headers }).end();
      return new Promise<{ status: number | undefined; allow: string | undefined }>(
        (resolve, reject) => {
          sent.on('error', reject).on('response', async (response) => {
            await text(response);
            resolve({ status: response.statusCode, allow: response.headers.allow });
          });
        },
      );
    };
    expect(await send(path, 'GET')).toEqual({ status: 405, allow: 'POST' });
    expect(await send('/status', 'POST')).toEqual({ status: 405, allow: 'GET' });
    expect(await send('/absent', 'GET')).toMatchObject({ status: 404 });
    expect(await send('/', 'POST')).toEqual({ status: 405, allow: 'GET' });
    expect(await send('/', 'GET', { origin: 'http://127.0.0.1' })).toMatchObject({ status: 403 });
    expect(await send('/', 'GET', { host: 'evil.example' })).toMatchObject({ status: 421 });
    expect(await send(path, 'POST', { origin: 'http://127.0.0.1' })).toMatchObject({ status: 403 });
    const crossSite = { 'sec-fetch-site': 'cross-site' };
    expect(await send('/status', 'GET', crossSite)).toMatchObject({ status: 403 });
    expect(await send(path, 'POST', { host: 'evil.example' })).toMatchObject({ status: 421 });
    expect(await send(path, 'POST', { host: 'a b' })).toMatchObject({ status: 400 });
    expect(await send('/status', 'GET', { host: 'localhost:1' })).toMatchObject({ status: 200 });
    expect(await send('/status', 'GET', { origin: admin.url })).toMatchObject({ status: 200 });
  });
});

it('an address without an admin port is named in the error', async () => {
  const { url, close } = await startAdminServer({ port: 0, server, version: '1.2.3' });
  await close();
  await expect(statusOver({ url })).rejects.toMatchObject({
    name: 'ProfileError',
    code: 'admin',
    message: `${url} does not respond (ECONNREFUSED); is it what serve --admin-port printed?`,
  });
});
