/** Real runs over HTTP/2: what is sent and counted, within limits, and the whole of a stall. */
import { createServer } from 'node:tls';
import { describe, expect, test } from 'vitest';
import type { Histogram } from '#dist/lab/load/histogram/histogram.js';
import { TargetError } from '#dist/lab/load/load-errors.js';
import { failures, measure } from '../measure.js';
import { startPeer } from '../peer.js';
import { written } from '../script/harness.js';
import { certificateFile, type OnStream, respondOk, startHttp2 } from './server.js';

const certified = { key: certificateFile('key'), cert: certificateFile('certificate') };
const http2 = { streams: 4 };
const oneConnection = { connections: 1, http2 };

describe.each([
  ['in the clear', false],
  ['over TLS', true],
])('%s', (_, tls) => {
  test('each stream takes requests of its own, and all bytes of a connection count', async () => {
    const peer = await startHttp2(
      (stream) => {
        stream.respond({ ':status': 200 });
        stream.end(Buffer.alloc(1000));
      },
      { tls },
    );
    const result = await measure(peer.url, { connections: 2, http2, insecure: true });
    expect(failures(result)).toBe(0);
    expect(result.completed).toBeGreaterThan(0);
    expect(peer.sessions.length - 2).toBeOneOf([0, 1]);
    expect(result.bytesRead).toBeGreaterThanOrEqual(result.completed * 1000);
    // Frames, heads and the beginning of each connection take less than the content.
    expect(result.bytesRead).toBeLessThan(result.sent * 2000);
  });
});

test('a certificate that the authority vouches for is taken, and another is not', async () => {
  const peer = await startHttp2(respondOk, { tls: true });
  const run = measure(peer.url, oneConnection);
  await expect(run).rejects.toThrow(/^can't connect to .*: self-signed certificate/);
  const certificates = { ca: certificateFile('certificate').toString() };
  const result = await measure(peer.url, { ...oneConnection, certificates, durationMs: 100 });
  expect(failures(result)).toBe(0);
});

test('a server over TLS that has no HTTP/2 is refused before the run', async () => {
  const peer = await startPeer({
    create: (onConnection) =>
      createServer({ ...certified, ALPNProtocols: ['http/1.1'] }, onConnection),
  });
  const url = `https://127.0.0.1:${peer.port}/`;
  const run = measure(url, { ...oneConnection, insecure: true });
  await expect(run).rejects.toThrow(TargetError);
  await expect(run).rejects.toThrow(/the server does not take HTTP\/2 over TLS \(ALPN h2\)/);
});

test('a server that has no HTTP/2 in the clear is refused before the run', async () => {
  const peer = await startPeer();
  const run = measure(peer.url, { ...oneConnection, timeoutMs: 300 });
  await expect(run).rejects.toThrow(TargetError);
  await expect(run).rejects.toThrow(/^no connection stays open: no HTTP\/2: /);
});

test('method, fields and content are those of the options, and Host is the authority', async () => {
  const seen: unknown[] = [];
  const onStream: OnStream = (stream, headers, number) => {
    const content: Buffer[] = [];
    stream.on('data', (piece: Buffer) => content.push(piece));
    stream.on('end', () => {
      if (number === 0)
        seen.push(Object.fromEntries(Object.entries(headers)), Buffer.concat(content).toString());
      respondOk(stream);
    });
  };
  const peer = await startHttp2(onStream);
  const headers = [
    ['Host', 'shop.example'],
    ['X-Name', 'Zoë'],
  ] as const;
  const work = { kind: 'plain', method: 'PUT', content: Buffer.from('häufig') } as const;
  const result = await measure(`${peer.url}a/../b?c`, { ...oneConnection, headers, work });
  expect(failures(result)).toBe(0);
  expect(seen).toEqual([
    {
      ':method': 'PUT',
      ':scheme': 'http',
      ':path': '/a/../b?c',
      ':authority': 'shop.example',
      'x-name': Buffer.from('Zoë').toString('latin1'),
      'content-length': '7',
    },
    'häufig',
  ]);
});

test('content larger than frames and windows goes both ways, whole', async () => {
  const content = Buffer.alloc(3 * 1024 ** 2, 'some content');
  const lengths: number[] = [];
  const peer = await startHttp2((stream) => {
    let bytes = 0;
    stream.on('data', (piece: Buffer) => {
      bytes += piece.length;
    });
    stream.on('end', () => {
      // The end of the run cuts the last ones.
      if (stream.closed) return;
      lengths.push(bytes);
      stream.respond({ ':status': 200, 'content-length': content.length });
      stream.end(content);
    });
  });
  const work = { kind: 'plain', content } as const;
  const options = { ...oneConnection, work, rate: 20, timeoutMs: 20_000 };
  const result = await measure(peer.url, options);
  expect(failures(result)).toBe(0);
  expect(result.completed).toBeGreaterThan(0);
  expect(result.bytesRead).toBeGreaterThan(result.completed * content.length);
  expect(lengths).toEqual(lengths.map(() => content.length));
});

test('a response that comes before the request is sent counts, and ends its stream', async () => {
  let open = 0;
  let highest = 0;
  const peer = await startHttp2((stream) => {
    highest = Math.max(highest, ++open);
    stream.on('close', () => open--);
    // It reads nothing of the content, and resets the stream without an error.
    respondOk(stream);
  });
  const work = { kind: 'plain', content: Buffer.alloc(1024 ** 2) } as const;
  const result = await measure(peer.url, { ...oneConnection, work });
  expect(failures(result)).toBe(0);
  expect(result.completed).toBeGreaterThan(0);
  expect(highest).toBeLessThanOrEqual(4);
});

test('status and content are held to what is expected', async () => {
  const peer = await startHttp2((stream, _, number) => {
    if (number % 2 === 0) return respondOk(stream);
    stream.respond({ ':status': 503 }, { endStream: true });
  });
  const expectation = {
    statuses: [[200, 200]] as const,
    patterns: [{ source: '^ok$', flags: '' }],
  };
  const result = await measure(peer.url, { ...oneConnection, expect: expectation });
  expect(result.errors.status).toBeGreaterThan(0);
  expect(result.completed).toBeGreaterThan(result.errors.status);
  expect(result.causes).toEqual([['answered with status 503, not 200', result.errors.status]]);
});

test('a script sends requests of HTTP/1.1 as always, and reads what comes back', async () => {
  const peer = await startHttp2((stream, headers) => {
    stream.respond({ ':status': 200, 'X-Path': headers[':path'] });
    stream.end('ok');
  });
  const file = await written(`
    local n = 0
    request = function() n = n + 1; return wrk.format("GET", "/" .. n) end
    response = function(status, headers, body)
      if status ~= 200 or body ~= "ok" or not headers["x-path"] then error("wrong") end
    end`);
  const work = { kind: 'script', file, args: [] } as const;
  const result = await measure(peer.url, { ...oneConnection, work });
  expect(failures(result)).toBe(0);
  expect(result.completed).toBeGreaterThan(0);
});

test.each([
  [
    'pipelines',
    'GET / HTTP/1.1\\r\\nHost: a\\r\\n\\r\\nGET / HTTP/1.1\\r\\n\\r\\n',
    'pipelines none',
  ],
  [
    'chunks',
    'GET / HTTP/1.1\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n0\\r\\n\\r\\n',
    'the field transfer-encoding',
  ],
])('a script that %s is refused', async (_, request, message) => {
  const peer = await startHttp2();
  const file = await written(`request = function() return "${request}" end`);
  const run = measure(peer.url, { ...oneConnection, work: { kind: 'script', file, args: [] } });
  await expect(run).rejects.toThrow(message);
});

test('no more streams are open than the server takes, and none is refused', async () => {
  let open = 0;
  let highest = 0;
  const peer = await startHttp2(
    (stream) => {
      highest = Math.max(highest, ++open);
      stream.on('close', () => open--);
      setImmediate(() => respondOk(stream));
    },
    { settings: { maxConcurrentStreams: 2 } },
  );
  const result = await measure(peer.url, { connections: 1, http2: { streams: 20 }, rate: 5000 });
  expect(failures(result)).toBe(0);
  expect(highest).toBeOneOf([1, 2]);
});

test('requests that wait for places do not fail when a GOAWAY ends the session', async () => {
  const peer = await startHttp2(
    (stream, _, number) => {
      if (number % 50 === 49) stream.session?.close();
      setImmediate(() => respondOk(stream));
    },
    { settings: { maxConcurrentStreams: 2 } },
  );
  const result = await measure(peer.url, { connections: 1, http2: { streams: 20 }, rate: 5000 });
  expect(failures(result)).toBe(0);
  expect(peer.sessions.length).toBeGreaterThan(3);
});

test('a server without places for streams is not connected to', async () => {
  const peer = await startHttp2(respondOk, { settings: { maxConcurrentStreams: 0 } });
  const run = measure(peer.url, { connections: 1, http2: { streams: 2 }, timeoutMs: 200 });
  await expect(run).rejects.toThrow('no connection within 200 ms');
});

test('a stall of 1 s is in the latencies of all that were due in it', async () => {
  let stalledUntil = Number.POSITIVE_INFINITY;
  let during = 0;
  const peer = await startHttp2((stream, _, number) => {
    if (number === 0)
      setTimeout(() => {
        stalledUntil = 0;
        stream.session?.emit('over');
      }, 1000);
    if (stalledUntil === 0) return respondOk(stream);
    during++;
    stream.session?.once('over', () => respondOk(stream));
  });
  const result = await measure(peer.url, { ...oneConnection, durationMs: 1500 });
  // The server saw one request for each stream: the others were due, and waited.
  expect(during).toBe(4);
  const { latency, service } = result;
  expect(latency.count).toBe(600);
  expect(latency.max).toBeGreaterThanOrEqual(1_000_000);
  // Those due in the first half of the stall waited for at least as long as its second half.
  expect(slowerThan(latency, 490_000)).toBeGreaterThanOrEqual(200);
  expect(latency.valueAtPercentile(99)).toBeGreaterThanOrEqual(980_000);
  // A clock that begins at the send would have seen a request for each stream.
  expect(slowerThan(service, 490_000)).toBeLessThan(10);
});

function slowerThan(histogram: Histogram, us: number): number {
  const slow = [...histogram.buckets()].filter(({ lowest }) => lowest >= us);
  return slow.reduce((sum, { count }) => sum + count, 0);
}
