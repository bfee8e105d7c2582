/** What a run can't be made to show: pipelined answers on a connection that ends, when it opens again, and what is tried. */
import { expect, onTestFinished, test } from 'vitest';
import { monotonicClock } from '#dist/lab/load/generator/clock.js';
import { openConnections } from '#dist/lab/load/generator/connections.js';
import { Control } from '#dist/lab/load/generator/messages.js';
import { SharedRecords } from '#dist/lab/load/generator/recorder.js';
import { Run } from '#dist/lab/load/generator/run.js';
import { Connection } from '#dist/lab/load/http/connection.js';
import { defaultOptions } from '#dist/lab/load/load-options.js';
import { okAnswer, type Peer, startPeer } from '../peer.js';

const clock = monotonicClock();
const request = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';

/** Opens a connection to the peer, which sends once it is ready the first time, and keeps what it says. */
function connectTo(peer: Peer, requestsPerSend = 1): string[] {
  const said: string[] = [];
  let sent = false;
  const connection = new Connection(
    {
      target: { host: '127.0.0.1', port: peer.port },
      source: { requestsPerSend, next: () => request.repeat(requestsPerSend) },
      timeoutMs: 1000,
      maxContentBytes: 1000,
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

const closing = okAnswer.replace('\r\n', '\r\nConnection: close\r\n');

test('what follows an answer that said close answers none of the pipelined requests', async () => {
  const peer = await startPeer({
    onRequest: (socket, n) => void (n % 3 === 2 && socket.write(okAnswer + closing + okAnswer)),
  });
  const said = connectTo(peer, 3);
  await expect.poll(() => said.length, { interval: 1 }).toBeGreaterThanOrEqual(7);
  const failure = 'read: closed before all pipelined requests were answered';
  expect(said).toEqual(['opening', 'ready', '200', '200', failure, 'opening', 'ready']);
});

test('a connection opens again at once behind an answer that said close, and says that it is waited for', async () => {
  const peer = await startPeer({ onRequest: (socket) => void socket.end(closing) });
  const said = connectTo(peer);
  await expect.poll(() => said.length, { interval: 1 }).toBeGreaterThanOrEqual(5);
  expect(said).toEqual(['opening', 'ready', '200', 'opening', 'ready']);
});

test('all connections have been tried once each has opened or failed, however often one of them fails', async () => {
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
