/** Bytes that no HTTP/2 server should send: a failure in words each, and never a guess. */
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, test } from 'vitest';
import { flags, frame, frameTypes, uint32 } from '#dist/lab/load/http/http2/frames.js';
import { Http2Connection } from '#dist/lab/load/http/http2/http2-connection.js';

const { data, headers, settings, goaway, ping, pushPromise, windowUpdate, continuation } =
  frameTypes;
const { endStream, endHeaders, padded } = flags;
const hello = frame(settings, 0, 0, '');
/** `:status: 200` of the static table. */
const ok = '\x88';
const head = (block: string, more = 0) => frame(headers, endHeaders | more, 1, block);

/** The first failure with a server that sends these bytes once it has a request. */
async function failureOf(bytes: string, first = hello): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.write(first, 'latin1');
    let seen = '';
    socket.on('data', (piece) => {
      seen += piece.toString('latin1');
      if (seen.includes('/asked')) socket.write(bytes, 'latin1');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  let resolve: (failure: string) => void = () => {};
  const failure = new Promise<string>((given) => {
    resolve = given;
  });
  const connection = new Http2Connection(
    {
      target: { host: '127.0.0.1', port, http2: true },
      source: { requestsPerSend: 1, next: () => 'GET /asked HTTP/1.1\r\nHost: a\r\n\r\n' },
      ...{ timeoutMs: 20_000, maxContentBytes: 1000, collect: false, now: () => 0 },
    },
    1,
    {
      onReady: () => {
        const [slot] = connection.connections;
        if (slot?.ready) slot.send();
      },
      onResponse: () => {
        resolve('a response');
        return true;
      },
      onFailure: (kind, cause) => resolve(`${kind}: ${cause}`),
      onBytes: () => {},
      onOpening: () => {},
    },
  );
  connection.open();
  try {
    return await failure;
  } finally {
    connection.close();
    server.close();
  }
}

test.each([
  ['a head without a status', head('\x0f\x0d\x010', endStream), 'a response without :status'],
  ['a status that is none', head('\x08\x03abc', endStream), 'a bad :status: "abc"'],
  ['another pseudo-field', head(`${ok}\x84`, endStream), 'a pseudo-field in a response: ":path"'],
  ['an entry of no table', head('\xff\x00', endStream), 'field 127 of a table that is not allowed'],
  ['a block that is cut', head('\x08\x05200', endStream), 'a block of fields that is cut'],
  ['wrong Huffman padding', head('\x08\x81\x00', endStream), 'a field with wrong Huffman padding'],
  ['a larger table', head(`\x3f\xe1\x1f${ok}`, endStream), 'a table of fields larger than allowed'],
  ['101', head('\x08\x03101'), 'a final 101'],
  ['content first', frame(data, endStream, 1, 'x'), 'content before a head'],
  ['an end first', frame(data, endStream, 1, ''), 'content before a head'],
  [
    'less than its length',
    head(`${ok}\x0f\x0d\x023`, endStream).replace('\x023', '\x013'),
    'content of 0 bytes, and Content-Length says 3',
  ],
  ['two heads', head(ok) + head(ok), 'a head after a head'],
  [
    'too much padding',
    frame(headers, endHeaders | padded, 1, '\x05ab'),
    'more padding than content',
  ],
  ['a push', frame(pushPromise, endHeaders, 1, uint32(2)), 'a pushed response, which nobody asked'],
  ['a stream of its own', frame(data, 0, 2, 'x'), 'a frame of stream 2, which nobody opened'],
  [
    'a frame within a head',
    frame(headers, 0, 1, ok) + frame(ping, 0, 0, '8 bytes.'),
    'within a head',
  ],
  ['a head that never began', frame(continuation, endHeaders, 1, ok), 'a head that never began'],
  ['a short GOAWAY', frame(goaway, 0, 0, 'abc'), 'a frame that is too short'],
  ['a short window', frame(windowUpdate, 0, 0, 'abc'), 'a frame that is too short'],
  ['HTTP/1.1', 'HTTP/1.1 400 Bad Request\r\n\r\n', 'no HTTP/2 frame: "HTTP/1.1 400 Bad Request'],
])('%s', async (_, bytes, cause) => {
  const failure = await failureOf(bytes);
  expect(failure).toContain(cause);
  expect(failure).toMatch(/^read: /);
});

test.each([
  ['HTTP/1.1', 'HTTP/1.1 400 Bad Request\r\n\r\n', 'no HTTP/2 frame: "HTTP/1.1 400 Bad Request'],
  ['other frames than SETTINGS', frame(ping, 0, 0, '8 bytes.'), 'frames before SETTINGS'],
])('a server that begins with %s is refused', async (_, first, cause) => {
  expect(await failureOf('', first)).toContain(`connect: no HTTP/2: ${cause}`);
});
