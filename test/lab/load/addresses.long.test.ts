/** Every kind of place that a load can be sent to, and the error for one that can't be used. */
import dns from 'node:dns/promises';
import { readFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import type { Server } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { describe, expect, onTestFinished, test } from 'vitest';
import { TargetError } from '#dist/lab/load/load-errors.js';
import { temporaryDirectory } from '../../support/directory.js';
import { failures, measure } from './measure.js';
import { startPeer } from './peer.js';
import { written } from './script/harness.js';

/** Self-signed for localhost and 127.0.0.1, good until 2120. Nothing but these tests trusts it. */
const file = (name: string) => readFileSync(new URL(`tls/${name}.pem`, import.meta.url));
const createTls = (onConnection: Parameters<typeof createTlsServer>[1]): Server =>
  createTlsServer({ key: file('key'), cert: file('certificate') }, onConnection).on(
    'tlsClientError',
    () => {},
  );
const hasIpv6 = Object.values(networkInterfaces()).some((all) =>
  all?.some(({ address }) => address === '::1'),
);

test('a socket in the file system takes a load', async () => {
  const path = join(await temporaryDirectory(), 'socket');
  const peer = await startPeer({ listen: { path } });
  const result = await measure('http://any.name/', { unixSocket: path });
  expect(failures(result)).toBe(0);
  expect(result.completed).toBeGreaterThan(0);
  expect(peer.connections).toBe(5);
});

test('localhost is whichever of its addresses listens', async () => {
  const peer = await startPeer();
  const result = await measure(`http://localhost:${peer.port}/`);
  expect(failures(result)).toBe(0);
  expect(result.completed).toBeGreaterThan(0);
});

describe('of two addresses of which only the second takes connections', () => {
  async function resolvingToTwo() {
    const { lookup } = dns;
    const found = ['127.0.0.2', '127.0.0.1'].map((address) => ({ address, family: 4 }));
    dns.lookup = (async () => found) as unknown as typeof lookup;
    syncBuiltinESMExports();
    onTestFinished(() => {
      dns.lookup = lookup;
      syncBuiltinESMExports();
    });
    return startPeer();
  }

  test.each(['', 'function setup(thread) thread.addr = thread.addr end'])(
    'that one takes the load of the script "%s"',
    async (text) => {
      const { port } = await resolvingToTwo();
      const work = { kind: 'script', file: await written(text), args: [] } as const;
      const result = await measure(`http://two.example:${port}/`, { work });
      expect(failures(result)).toBe(0);
      expect(result.completed).toBeGreaterThan(0);
    },
  );
});

test.skipIf(!hasIpv6)('an IPv6 address takes a load', async () => {
  const peer = await startPeer({ listen: { host: '::1', port: 0 } });
  const result = await measure(`http://[::1]:${peer.port}/`);
  expect(failures(result)).toBe(0);
  expect(result.completed).toBeGreaterThan(0);
});

describe('TLS', () => {
  test.each(['127.0.0.1', 'localhost'])(
    'takes a load at %s if any certificate will do',
    async (host) => {
      const peer = await startPeer({ create: createTls });
      const result = await measure(`https://${host}:${peer.port}/`, { insecure: true });
      expect(failures(result)).toBe(0);
      expect(result.completed).toBeGreaterThan(0);
    },
  );

  test('is not begun with a certificate that nobody vouches for', async () => {
    const peer = await startPeer({ create: createTls });
    const run = measure(`https://localhost:${peer.port}/`);
    await expect(run).rejects.toThrow(TargetError);
    await expect(run).rejects.toThrow(/^can't connect to localhost:\d+: self-signed certificate/);
  });

  test('with a plain port that says nothing is given up after the timeout', async () => {
    const peer = await startPeer({ onRequest: () => {} });
    const run = measure(`https://127.0.0.1:${peer.port}/`, { timeoutMs: 200 });
    await expect(run).rejects.toThrow(TargetError);
    await expect(run).rejects.toThrow(/: no connection within 200 ms; is it running\?$/);
  });

  test('behind a port taken for a plain one is a read error for each request', async () => {
    const peer = await startPeer({ create: createTls });
    const result = await measure(`http://127.0.0.1:${peer.port}/`, { durationMs: 200 });
    expect(result.completed).toBe(0);
    expect(result.errors.read + result.errors.write).toBe(result.sent - result.unanswered.inFlight);
    expect(result.errors.read).toBeGreaterThan(0);
  });
});
