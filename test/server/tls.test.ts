/** A server behind TLS: the same interface, for clients that may connect. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { connect as connectTls, type SecureVersion, type TLSSocket } from 'node:tls';
import { describe, expect, it, onTestFinished } from 'vitest';
import { pem, pemFile, serverTls } from '../support/certificates.js';
import { parseAnswers, request } from '../support/http.js';
import { askTls } from '../support/tls.js';
import { startServer } from './harness.js';

const mutual = { ...serverTls, clientCa: pemFile('authority') };
const start = (tls = serverTls) => startServer({}, undefined, { tls });

/** A connection of bytes. */
async function open(url: string): Promise<TLSSocket> {
  const socket = connectTls({
    port: Number(new URL(url).port),
    host: '127.0.0.1',
    servername: 'localhost',
    ca: pem('authority'),
  });
  socket.on('error', () => {});
  onTestFinished(() => void socket.destroy());
  await once(socket, 'secureConnect');
  return socket;
}

describe('a server with a certificate', () => {
  it.each<SecureVersion>(['TLSv1.2', 'TLSv1.3'])('speaks %s', async (version) => {
    const { url } = await start();
    expect(url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    const versions = { minVersion: version, maxVersion: version };
    const { status, socket } = await askTls(`${url}/v0/status`, versions);
    expect([status, socket.getProtocol()]).toStrictEqual([200, version]);
  });

  it('does not speak older ones', async () => {
    const { url } = await start();
    const old = {
      minVersion: 'TLSv1' as const,
      maxVersion: 'TLSv1.1' as const,
      ciphers: 'DEFAULT@SECLEVEL=0',
    };
    await expect(askTls(`${url}/v0/status`, old)).rejects.toThrow(/version/i);
  });

  it('keeps values of any size, byte for byte', async () => {
    const { url } = await start();
    for (const [at, bytes] of [0, 1, 100, 20_000, 70_000, 300_000, 3_000_000].entries()) {
      const value = Buffer.alloc(bytes, `value ${at} `);
      const entity = `${url}/v0/entity?id=${at}`;
      const put = await askTls(entity, { method: 'PUT', content: value });
      expect(put.status).toBe(201);
      const got = await askTls(entity);
      expect([got.status, got.content.equals(value)]).toStrictEqual([200, true]);
    }
    const range = await askTls(`${url}/v0/entities?start=0&only=keys`);
    expect(range.content.toString()).toBe('0\n1\n2\n3\n4\n5\n6\n');
    const content = '{"key":"a","valueText":"v"}\n{"key":"a","delete":true}\n';
    const batch = await askTls(`${url}/v0/entities`, { method: 'POST', content });
    expect(batch.content.toString()).toMatch(
      /^\{"status":201,.*\n\{"status":202,"existed":true\}\n$/,
    );
  });

  it('serves pipelined requests in order, and half a connection to its end', async () => {
    const { url } = await start();
    const socket = await open(url);
    const requests = Array.from({ length: 50 }, (_, at) => [
      request('PUT', `/v0/entity?id=k${at % 3}`, [], `value ${at}`),
      request('GET', `/v0/entity?id=k${at % 3}`),
      ...(at === 40 ? [request('GET', '/v0/status')] : []),
    ]).flat();
    let text = '';
    socket.setEncoding('latin1').on('data', (piece: string) => {
      text += piece;
    });
    socket.end(requests.join(''), 'latin1');
    await once(socket, 'close');
    const bodies = parseAnswers(text).map(({ body }) => body);
    expect(bodies.length).toBe(101);
    expect(bodies.filter((body) => body.startsWith('value'))).toStrictEqual(
      Array.from({ length: 50 }, (_, at) => `value ${at}`),
    );
  });

  it('is asked for by https alone', async () => {
    const { url } = await start();
    const { port } = new URL(url);
    const get = (path: string, headers = {}) =>
      askTls(url, { path, headers }).then(({ status }) => status);
    expect(await get('/v0/status', { Origin: `https://localhost:${port}` })).toBe(200);
    expect(await get('/v0/status', { Origin: `http://localhost:${port}` })).toBe(403);
    expect(await get(`https://localhost:${port}/v0/status`)).toBe(200);
    expect(await get(`http://localhost:${port}/v0/status`)).toBe(421);
  });

  it('says nothing to a client that does not speak TLS', async () => {
    const { url } = await start();
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    let text = '';
    socket.setEncoding('latin1').on('data', (piece: string) => {
      text += piece;
    });
    socket.on('error', () => {});
    socket.write(request('GET', '/v0/status'));
    await once(socket, 'close');
    expect(text).not.toContain('HTTP');
  });

  it('serves others while clients say nothing, and ends in spite of them', async () => {
    const server = await startServer({ maxConnections: 64 }, undefined, { tls: serverTls });
    const port = Number(new URL(server.url).port);
    let closed = 0;
    for (let count = 0; count < 20; count++) {
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => {}).once('close', () => closed++);
      onTestFinished(() => void socket.destroy());
      await once(socket, 'connect');
    }
    expect((await askTls(`${server.url}/v0/status`)).status).toBe(200);
    // Four of 64 places are for handshakes, and those that came first were cut.
    await expect.poll(() => closed).toBeGreaterThanOrEqual(16);
    expect(await server.close()).toBe(0);
    await expect.poll(() => closed).toBe(20);
  });

  it('cuts a client that does not take its content', async () => {
    const limits = { contentGraceMs: 100, minContentBytesPerSecond: 1_000_000_000 };
    const server = await startServer(limits, undefined, { tls: serverTls });
    const content = Buffer.alloc(8_000_000);
    await askTls(`${server.url}/v0/entity?id=k`, { method: 'PUT', content }).catch(() => {});
    const socket = await open(server.url);
    socket.pause().write(request('GET', '/v0/entities?start=%00').repeat(2));
    await expect.poll(() => server.running).toBe(0);
    expect(server.reports).toStrictEqual([]);
  });
});

describe('a server with an authority of clients', () => {
  it('lets in those that have a certificate of it, and nobody else', async () => {
    const { url } = await start(mutual);
    const client = { cert: pem('client'), key: pem('client-key') };
    const other = { cert: pem('other-client'), key: pem('other-client-key') };
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      const versions = { minVersion: version, maxVersion: version };
      expect((await askTls(`${url}/v0/status`, { ...client, ...versions })).status).toBe(200);
      await expect(askTls(`${url}/v0/status`, versions)).rejects.toThrow();
      await expect(askTls(`${url}/v0/status`, { ...other, ...versions })).rejects.toThrow();
    }
  });
});

it('files that cannot be used are named, before anything is opened', async () => {
  const { cert, key } = serverTls;
  for (const [tls, message] of [
    [{ cert: '/nowhere', key }, /can't read the certificate \/nowhere: ENOENT/],
    [{ cert, key: '/nowhere' }, /can't read its key \/nowhere: ENOENT/],
    [
      { cert, key: pemFile('client-key') },
      /server\.pem and the key .*client-key\.pem can't be used/,
    ],
    [{ cert: key, key }, /can't be used/],
    [{ cert, key, clientCa: key }, /server-key\.pem is not a certificate as PEM/],
  ] as const)
    await expect(startServer({}, '/nowhere', { tls })).rejects.toThrow(message);
});
