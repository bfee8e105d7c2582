/** The admin port, asked by hand: what it gives, and what it refuses. */
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { sampleOver, statusOver } from '#dist/lab/profile/attach/admin-client.js';
import { profileOf } from '#dist/lab/profile/convert/profile-of.js';
import type { CpuRecording } from '#dist/lab/profile/sampling/recording.js';
import { shareOf, startProgram } from '../lab/profile/program.js';
import { until } from '../support/process.js';

async function startProgramWithAdmin() {
  const { stdout, pid, child } = await startProgram('admin-port.mjs');
  return { url: stdout().trim(), pid, child };
}

const post = (url: string, query: string, signal?: AbortSignal) =>
  fetch(`${url}/profile?${query}`, { method: 'POST', ...(signal && { signal }) });

describe('the admin port', () => {
  it('gives V8’s own profile, the metrics of its process, and how long it took', async () => {
    const { url } = await startProgramWithAdmin();
    const response = await post(url, 'kind=cpu&seconds=1');
    expect(response.status).toBe(200);
    const recording = (await response.json()) as CpuRecording;
    expect(Object.keys(recording)).toEqual(
      expect.arrayContaining(['kind', 'raw', 'metrics', 'durationUs']),
    );
    expect(recording.durationUs).toBeGreaterThanOrEqual(990_000);
    expect(recording.raw.samples.length).toBe(recording.raw.timeDeltas.length);
    expect(shareOf(profileOf(recording), 'works')).toBeGreaterThan(60);
  });

  it('gives allocations likewise', async () => {
    const { url } = await startProgramWithAdmin();
    const recording = await sampleOver(url, { kind: 'alloc', seconds: 1 });
    expect(recording.kind).toBe('alloc');
    expect(recording.raw).toHaveProperty('head.children');
  });

  it('tells of its process', async () => {
    const { url, pid } = await startProgramWithAdmin();
    expect(await statusOver(url)).toMatchObject({
      pid,
      versions: { node: process.versions.node },
      uptimeSeconds: expect.any(Number),
      memory: { rss: expect.any(Number) },
      profiling: false,
    });
  });

  it('takes one sampling at a time, and gives one up whose client is gone', async () => {
    const { url } = await startProgramWithAdmin();
    const client = new AbortController();
    const first = post(url, 'kind=cpu&seconds=600', client.signal).catch(
      (error: Error) => error.name,
    );
    await until('it is sampling', async () => (await statusOver(url)).profiling);
    const second = await post(url, 'kind=alloc&seconds=1');
    expect(second.status).toBe(409);
    await expect(sampleOver(url, { kind: 'cpu', seconds: 1 })).rejects.toMatchObject({
      code: 'busy',
    });

    client.abort();
    expect(await first).toBe('AbortError');
    await until('it gave up', async () => !(await statusOver(url)).profiling);
    expect((await post(url, 'kind=alloc&seconds=1')).status).toBe(200);
  });

  it.each([
    { query: '', detail: "kind is cpu or alloc, got ''" },
    { query: 'kind=heap', detail: "kind is cpu or alloc, got 'heap'" },
    { query: 'kind=cpu&seconds=0', detail: "seconds is a whole number from 1 to 600, got '0'" },
    { query: 'kind=cpu&seconds=601', detail: "seconds is a whole number from 1 to 600, got '601'" },
    { query: 'kind=cpu&seconds=1.5', detail: "seconds is a whole number from 1 to 600, got '1.5'" },
    { query: 'kind=cpu&seconds=', detail: "seconds is a whole number from 1 to 600, got ''" },
    {
      query: 'kind=cpu&second=1',
      detail: "'second' is not used: kind and seconds are taken, each once",
    },
    {
      query: 'kind=cpu&kind=cpu',
      detail: "'kind' is not used: kind and seconds are taken, each once",
    },
  ])('refuses ?$query with 400 and what is wrong', async ({ query, detail }) => {
    const { url } = await startProgramWithAdmin();
    const response = await post(url, query);
    expect(response.status).toBe(400);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(await response.json()).toEqual({ status: 400, detail });
  });

  it('refuses other methods, other paths, and whatever a page in a browser sends', async () => {
    const { url } = await startProgramWithAdmin();
    const path = '/profile?kind=cpu&seconds=1';
    const ask = async (path: string, method: string, headers: Record<string, string> = {}) => {
      const asked = request(`${url}${path}`, { method, headers }).end();
      return new Promise<{ status: number | undefined; allow: string | undefined }>(
        (resolve, reject) => {
          asked.on('error', reject).on('response', async (response) => {
            await text(response);
            resolve({ status: response.statusCode, allow: response.headers.allow });
          });
        },
      );
    };
    expect(await ask(path, 'GET')).toEqual({ status: 405, allow: 'POST' });
    expect(await ask('/status', 'POST')).toEqual({ status: 405, allow: 'GET' });
    expect(await ask('/', 'GET')).toMatchObject({ status: 404 });
    expect(await ask(path, 'POST', { origin: 'http://127.0.0.1' })).toMatchObject({ status: 403 });
    expect(await ask(path, 'POST', { host: 'evil.example' })).toMatchObject({ status: 403 });
  });
});

describe('an address without an admin port', () => {
  it('is said to be none', async () => {
    const { url, child } = await startProgramWithAdmin();
    child.kill('SIGKILL');
    await until('it ended', () => child.signalCode !== null);
    await expect(statusOver(url)).rejects.toMatchObject({
      name: 'ProfileError',
      code: 'admin',
      message: `${url} does not respond (ECONNREFUSED); is it what serve --admin-port printed?`,
    });
  });
});
