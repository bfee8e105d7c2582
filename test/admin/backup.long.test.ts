/** A backup over the admin port: who gets it, and what ends it. */
import { request } from 'node:http';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type AdminOptions, type AdminServer, startAdminServer } from '#dist/admin/admin-server.js';
import { LiveTokens } from '#dist/server/access/live-tokens.js';
import type { RunningServer } from '#dist/server/server.js';
import { contentOf } from '../support/backups.js';
import { put } from '../support/command.js';
import { until } from '../support/process.js';
import { serveHere } from '../support/serve.js';
import { bearer, makeTokens } from '../support/tokens.js';

type Options = Pick<AdminOptions, 'backup' | 'tokens'>;

async function startAdmin(options: Options, server?: RunningServer): Promise<AdminServer> {
  const of = server ?? (await serveHere());
  const admin = await startAdminServer({ port: 0, version: '1.2.3', server: of, ...options });
  onTestFinished(() => admin.close());
  return admin;
}

/** The admin port of a server that has some entities. */
async function adminOfServer(options: Options = {}): Promise<AdminServer> {
  const server = await serveHere();
  await put(server.url, 'one', '1');
  // More than the sockets of a reader that does not read can hold.
  for (let i = 0; i < 24; i++) await put(server.url, `large ${i}`, 'L'.repeat(1_000_000));
  return startAdmin({ backup: server.backup, ...options }, server);
}

const ask = (admin: AdminServer, init: RequestInit = {}) =>
  fetch(`${admin.url}/backup`, { method: 'POST', ...init });

/** Asks for a backup, and reads nothing of it. @returns what gives it up */
async function askAndWait(admin: AdminServer): Promise<() => void> {
  const sent = request(`${admin.url}/backup`, { method: 'POST' })
    .on('error', () => {})
    .end();
  await new Promise((resolve) => sent.on('response', resolve));
  return () => sent.destroy();
}

test('POST gets the bytes of a whole backup, which nothing keeps on its way', async () => {
  const response = await ask(await adminOfServer());
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('application/octet-stream');
  expect(response.headers.get('cache-control')).toBe('no-store');
  const content = await contentOf(new Uint8Array(await response.arrayBuffer()));
  expect(content.size).toBe(25);
  expect(content.get('one')).toBe('1');
});

test('one is made at a time, and the next once the reader of the first is gone', async () => {
  const admin = await adminOfServer();
  const giveUp = await askAndWait(admin);
  const second = await ask(admin);
  expect(second.status).toBe(409);
  expect(await second.json()).toEqual({ status: 409, detail: 'another backup of the store runs' });
  giveUp();
  await until('the next is made', async () => {
    const response = await ask(admin);
    await response.arrayBuffer();
    return response.status === 200;
  });
});

test('the port closes without waiting for a reader that does not read', async () => {
  const admin = await adminOfServer();
  await askAndWait(admin);
  await admin.close();
});

test('a store that makes no backups says where to look', async () => {
  const response = await ask(await startAdmin({}));
  expect(response.status).toBe(501);
  expect(await response.json()).toMatchObject({ detail: expect.stringContaining('snapshots') });
});

describe('it is refused', () => {
  test('to other methods', async () => {
    const response = await fetch(`${(await startAdmin({})).url}/backup`);
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
  });

  test('to pages in a browser', async () => {
    const admin = await startAdmin({});
    const response = await ask(admin, { headers: { Origin: 'http://evil.example' } });
    expect(response.status).toBe(403);
  });

  test('to all but an admin, if the server takes tokens', async () => {
    const { file, tokens } = await makeTokens({ reader: 'read', writer: 'write', boss: 'admin' });
    const live = new LiveTokens(file, () => {});
    onTestFinished(() => live.close());
    const admin = await adminOfServer({ tokens: live.tokens });
    expect((await ask(admin)).status).toBe(401);
    for (const name of ['reader', 'writer'] as const)
      expect((await ask(admin, { headers: bearer(tokens[name]) })).status).toBe(403);
    const response = await ask(admin, { headers: bearer(tokens.boss) });
    expect(response.status).toBe(200);
    await response.arrayBuffer();
  });
});
