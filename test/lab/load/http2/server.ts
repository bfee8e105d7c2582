/** Real HTTP/2 servers, in the clear and over TLS. A test says what to do with each stream. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import {
  createSecureServer,
  createServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
  type ServerOptions,
} from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** Self-signed for localhost and 127.0.0.1, good until 2120. Nothing but these tests trusts it. */
export const certificateFile = (name: 'key' | 'certificate') =>
  readFileSync(new URL(`../tls/${name}.pem`, import.meta.url));

export type OnStream = (
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  /** From 0, over all sessions. */
  number: number,
  /** Names and values in turns. */
  raw: readonly string[],
) => void;

type StreamEvent = [ServerHttp2Stream, IncomingHttpHeaders, number, string[]];

export interface Http2Peer {
  readonly url: string;
  /** All that there were, in order. The generator's trial connection may be the first. */
  readonly sessions: readonly ServerHttp2Session[];
  /** Streams that came. */
  readonly streams: () => number;
  /** Breaks all connections. */
  readonly cut: () => void;
}

export function respondOk(stream: ServerHttp2Stream): void {
  // The run may be over.
  if (stream.destroyed) return;
  if (!stream.headersSent) stream.respond({ ':status': 200 });
  stream.end('ok');
}

export async function startHttp2(
  onStream: OnStream = respondOk,
  { tls = false, ...options }: ServerOptions & { readonly tls?: boolean } = {},
): Promise<Http2Peer> {
  const server: Http2Server = tls
    ? createSecureServer({
        ...options,
        key: certificateFile('key'),
        cert: certificateFile('certificate'),
      })
    : createServer(options);
  const sessions: ServerHttp2Session[] = [];
  const sockets = new Set<Socket>();
  let streams = 0;
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('session', (session) => {
    sessions.push(session);
    session.on('error', () => {});
  });
  server.on('stream', (...[stream, headers, , raw]: StreamEvent) => {
    stream.on('error', () => {});
    onStream(stream, headers, streams++, raw);
  });
  server.on('sessionError', () => {});
  onTestFinished(() => {
    server.close();
    for (const session of sessions) session.destroy();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const url = `${tls ? 'https' : 'http'}://127.0.0.1:${port}/`;
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return { url, sessions, streams: () => streams, cut };
}
