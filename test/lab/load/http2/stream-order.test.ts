/** Places for streams that wait for one another: which of them the next stream goes to. */
import { expect, test } from 'vitest';
import { Http2Connection } from '#dist/lab/load/http/http2/http2-connection.js';
import { type OnStream, respondOk, startHttp2 } from './server.js';

/**
 * Places ask in this order, and the first of them once more when it has its response.
 * @returns the order of their sends to a server that takes one stream at a time, and how many
 * connections it had
 */
async function orderOf(asked: readonly number[], onStream: OnStream) {
  const peer = await startHttp2(onStream, { settings: { maxConcurrentStreams: 1 } });
  const due = new Set<number>();
  const sent: number[] = [];
  let askAgain = true;
  let resolve = () => {};
  let reject: (error: Error) => void = () => {};
  const done = new Promise<void>((...given) => {
    [resolve, reject] = given;
  });
  const connection = new Http2Connection(
    {
      target: { host: '127.0.0.1', port: Number(new URL(peer.url).port), http2: true },
      source: { requestsPerSend: 1, next: () => 'GET / HTTP/1.1\r\nHost: a\r\n\r\n' },
      ...{ timeoutMs: 20_000, maxContentBytes: 1000, collect: false, now: () => 0 },
    },
    asked.length,
    {
      onReady: () => {},
      onResponse: () => true,
      onFailure: (kind, cause) => reject(new Error(`${kind}: ${cause}`)),
      onBytes: () => {},
      onOpening: () => {},
    },
  );
  const sendIfDue = (place: number) => {
    const slot = connection.connections[place];
    if (!slot || !due.has(place)) return;
    if (!slot.ready) return slot.queue();
    due.delete(place);
    sent.push(place);
    slot.send();
  };
  for (const [place, slot] of connection.connections.entries())
    slot.events = {
      ...slot.events,
      onReady: () => sendIfDue(place),
      onResponse: () => {
        if (place === asked[0] && askAgain) due.add(place);
        if (place === asked[0]) askAgain = false;
        if (sent.length === asked.length + 1) resolve();
        return true;
      },
    };
  for (const place of asked) {
    due.add(place);
    sendIfDue(place);
  }
  connection.open();
  try {
    await done;
    return { sent, connections: peer.sessions.length };
  } finally {
    connection.close();
  }
}

const asked = [2, 4, 1, 3, 0];
/** The first has the next stream behind all that waited before it asked again. */
const expected = [...asked, 2];

test('places have their streams in the order in which they asked', async () => {
  expect(await orderOf(asked, respondOk)).toEqual({ sent: expected, connections: 1 });
});

test('a connection that ends after each stream does not change their order', async () => {
  const { sent, connections } = await orderOf(asked, (stream) => {
    stream.session?.close();
    respondOk(stream);
  });
  expect(sent).toEqual(expected);
  expect(connections).toBeGreaterThanOrEqual(expected.length);
});
