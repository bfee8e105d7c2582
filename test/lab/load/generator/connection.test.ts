/** A connection that ends: what its pipelined responses count as, and when it opens again. */
import { expect, onTestFinished, test } from 'vitest';
import { monotonicClock } from '#dist/lab/load/generator/clock.js';
import { openConnections } from '#dist/lab/load/generator/connections.js';
import { Control } from '#dist/lab/load/generator/messages.js';
import { SharedRecords } from '#dist/lab/load/generator/recorder.js';
import { Run } from '#dist/lab/load/generator/run.js';
import { Connection } from '#dist/lab/load/http/connection.js';
import { defaultOptions } from '#dist/lab/load/load-options.js';
import { okResponse, type Peer, startPeer } from '../peer.js';

const clock = monotonicClock();
const request = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';

/** Opens a connection to the peer, sends once when it is first ready, and keeps its events. */
function connectTo(peer: Peer, requestsPerSend = 1): string[] {
  const said: string[] = [];
  let sent = false;
  const connection = new Connection(
    {
      target: { host: '127.0.0.1', port: peer.port },
      source: { requestsPerSend, next: () => request.repeat(requestsPerSend) },
      timeoutMs: 1000,
      maxContentBytes: 1000,
      collect: false,
      now: () => clock.now(),
    },
    {
      onReady: () => {
        said.push('ready');
        if (!sent) connection.send();
        sent = true;
      },
      onResponse: (status) => said.push(`${status}`) > 0,
      onFailure: (kind, cause) => void said.push(`${kind}: ${cause}`),
      onBytes: () => {},
      onOpening: (opening) => void (opening && said.push('opening')),
    },
  );
  onTestFinished(() => connection.close());
  connection.open();
  return said;
}

const closing = okResponse.replace('\r\n', '\r\nConnection: close\r\n');

test('what follows a response that said close answers none of the pipelined requests', async () => {
  const peer = await startPeer({
    onRequest: (socket, n) => void (n % 3 === 2 && socket.write(okResponse + closing + okResponse)),
  });
  const said = connectTo(peer, 3);
  await expect.poll(() => said.length, { interval: 1, timeout: 20_000 }).toBeGreaterThanOrEqual(7);
  const failure = 'read: closed before all pipelined requests were answered';
  expect(said).toEqual(['opening', 'ready', '200', '200', failure, 'opening', 'ready']);
});

test('a connection opens again at once after a response that said close', async () => {
  const peer = await startPeer({ onRequest: (socket) => void socket.end(closing) });
  const said = connectTo(peer);
  await expect.poll(() => said.length, { interval: 1, timeout: 20_000 }).toBeGreaterThanOrEqual(5);
  expect(said).toEqual(['opening', 'ready', '200', 'opening', 'ready']);
});

test('a peer that ends an idle connection with a 408 has not failed', async () => {
  const idle = 'HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';
  const peer = await startPeer({ onRequest: (socket) => void socket.end(okResponse + idle) });
  const said = connectTo(peer);
  await expect.poll(() => said.length, { interval: 1, timeout: 20_000 }).toBeGreaterThanOrEqual(5);
  expect(said).toEqual(['opening', 'ready', '200', 'opening', 'ready']);
});

test('a peer that goes away and comes back is found again', async () => {
  const peer = await startPeer();
  const said = connectTo(peer);
  const until = (what: string) =>
    expect.poll(() => said.join(), { interval: 1, timeout: 20_000 }).toContain(what);
  await until('200');
  peer.stop();
  await until('connect: connect ECONNREFUSED');
  said.length = 0;
  await peer.listen();
  await until('ready');
});

test('all connections have been tried once each has opened or failed', async () => {
  // The first is broken off whenever it is opened, the second is left to shake hands alone.
  const peer = await startPeer({ onConnection: (socket, n) => void (n !== 1 && socket.destroy()) });
  const control = new Control();
  const timeoutMs = 300;
  const options = {
    load: {
      ...defaultOptions,
      url: 'https://a',
      threads: 1,
      connections: 2,
      rate: 1,
      timeoutMs,
    },
    thread: 0,
    target: { host: '127.0.0.1', port: peer.port, tls: { serverName: 'a', insecure: true } },
    source: { requestsPerSend: 1, next: () => request },
    records: new SharedRecords(),
    control,
    clock,
    post: () => {},
  };
  const { connections, open } = await openConnections(options);
  expect(open).toBe(0);
  control.stop();
  const run = new Run(options, { connections, beginUs: clock.now(), requestsPerSend: 1 });
  const { causes } = await run.run();
  expect(causes.size).toBe(0);
});
