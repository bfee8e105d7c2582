/** Tokens and certificates that are read again while clients are served: nobody notices. */
import { copyFile } from 'node:fs/promises';
import { Agent } from 'node:https';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { pemFile } from '../support/certificates.js';
import { temporaryDirectory } from '../support/directory.js';
import { askTls } from '../support/tls.js';
import { bearer, makeTokens } from '../support/tokens.js';
import { startServer } from './harness.js';

const reloads = 100;
const clients = 6;

async function start() {
  const made = await makeTokens({ app: 'write', guest: 'read' });
  const directory = await temporaryDirectory();
  const tls = { cert: join(directory, 'cert.pem'), key: join(directory, 'key.pem') };
  const use = async (name: 'server' | 'server-2') => {
    await copyFile(pemFile(name), tls.cert);
    await copyFile(pemFile(`${name}-key`), tls.key);
  };
  await use('server');
  const server = await startServer({}, undefined, { tls, tokens: made.file });
  return { ...made, tls, use, server };
}

/** One connection that is kept. */
function keptAlive(): Agent {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  onTestFinished(() => agent.destroy());
  return agent;
}

it('a hundred reloads under load lose no request and no connection', async () => {
  const { server, tokens, keep, use } = await start();
  let isOver = false;
  let requests = 0;
  const sockets = new Set<unknown>();
  const load = async (number: number): Promise<void> => {
    const agent = keptAlive();
    const headers = bearer(tokens.app);
    while (!isOver) {
      const entity = `${server.url}/v0/entity?id=${number}`;
      const put = await askTls(entity, { agent, headers, method: 'PUT', content: `${requests}` });
      const get = await askTls(entity, { agent, headers });
      // Half of the clients move to the full lane with their first look at the status.
      const path = number % 2 ? `${server.url}/v0/status` : entity;
      const third = await askTls(path, { agent, headers });
      expect([put.status, get.status, third.status]).toStrictEqual([201, 200, 200]);
      for (const { socket } of [put, get, third]) sockets.add(socket);
      requests += 3;
    }
  };
  const loads = Array.from({ length: clients }, (_, number) => load(number));
  const guest = { agent: keptAlive(), headers: bearer(tokens.guest) };
  const status = `${server.url}/v0/entity?id=absent`;
  for (let number = 1; number <= reloads; number++) {
    const isOdd = number % 2 === 1;
    const before = requests;
    await (isOdd ? keep('app') : keep('app', 'guest'));
    await use(isOdd ? 'server-2' : 'server');
    server.reload();
    expect((await askTls(status, guest)).status).toBe(isOdd ? 401 : 404);
    const { socket } = await askTls(status, { headers: bearer(tokens.app) });
    const { subject } = socket.getPeerCertificate();
    expect(subject?.CN).toBe(`evenkeel test ${isOdd ? 'server-2' : 'server'}`);
    await expect.poll(() => requests).toBeGreaterThan(before);
  }
  isOver = true;
  await Promise.all(loads);
  expect(sockets.size).toBe(clients);
  expect(server.reports).toStrictEqual([]);
});

it('a revoked token is refused without a word to the server', async () => {
  const { server, tokens, keep } = await start();
  const guest = { agent: keptAlive(), headers: bearer(tokens.guest) };
  const ask = async () => (await askTls(`${server.url}/v0/entity?id=absent`, guest)).status;
  expect(await ask()).toBe(404);
  await keep('app');
  await expect.poll(ask).toBe(401);
});

it('certificates that cannot be used change nothing, and are told in one line', async () => {
  const { server, tls, tokens } = await start();
  await copyFile(pemFile('server-2'), tls.cert);
  server.reload();
  expect(server.reports).toStrictEqual([
    expect.stringMatching(/^warning: the certificates stay as they were: .*can't be used: [^\n]+$/),
  ]);
  const { socket, status } = await askTls(`${server.url}/v0/status`, {
    headers: bearer(tokens.app),
  });
  expect([status, socket.getPeerCertificate().subject.CN]).toStrictEqual([
    200,
    'evenkeel test server',
  ]);
});
