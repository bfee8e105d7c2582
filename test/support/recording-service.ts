/**
 * A service in HTTP that keeps all it receives, so that a test can see what a load generator really
 * sent.
 */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface Received {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** One byte a character. */
  readonly body: string;
  /** The client's end of the connection. */
  readonly clientPort: number;
  /** When its head was there, in ms. */
  readonly atMs: number;
}

export interface RecordingService {
  readonly url: string;
  readonly port: number;
  /** In the order of their ends. */
  readonly received: readonly Received[];
  /** Connections taken so far, also those on which nothing came. */
  readonly connections: () => number;
}

export type Responder = (request: Received, response: ServerResponse, number: number) => void;

/** @param answer called with each request, and which one it is from 1 on */
export async function startRecording(
  answer: Responder = (_, response) => response.end('ok'),
): Promise<RecordingService> {
  const received: Received[] = [];
  let connections = 0;
  const server = createServer((request, response) => {
    const { method = '', url: path = '', headers, socket } = request;
    const atMs = performance.now();
    const clientPort = socket.remotePort ?? 0;
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const body = Buffer.concat(pieces).toString('latin1');
      const whole = { method, path, headers, body, clientPort, atMs };
      answer(whole, response, received.push(whole));
    });
  });
  server.on('connection', () => connections++);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, port, received, connections: () => connections };
}
