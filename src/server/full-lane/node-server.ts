/** A server of `node:http`, or of `node:https`, that leaves all judging of requests to the lane. */
import { createServer, type Server, type ServerOptions } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { LaneOptions } from '../connection/lane.js';

/** An older parser takes lines that do not end in CR LF, which lets requests be smuggled. */
const minParser = 9;

/** @throws Error on a Node that is too old for it: npm only warns of that */
export function nodeServer({ limits, tls }: Pick<LaneOptions, 'limits' | 'tls'>): Server {
  if (Number.parseInt(process.versions.llhttp ?? '', 10) < minParser)
    throw new Error(`Evenkeel needs Node 20.19.2 or later, and this is ${process.version}`);
  const server = createWith(tls, {
    // A head that is not far too long is read whole, and checkHead says what of it is.
    maxHeaderSize: 2 * limits.maxHeaderBytes,
    headersTimeout: limits.headerTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.keepAliveMs,
    connectionsCheckingInterval: Math.min(1000, limits.headerTimeoutMs),
    // checkHead does, with a response that says what to change.
    requireHostHeader: false,
    // A second Content-Type would be dropped in silence. Joined to the first one it is malformed.
    joinDuplicateHeaders: true,
  });
  // A client that has sent its last byte may still wait for responses.
  Object.assign(server, { httpAllowHalfOpen: true });
  // With a count node:http drops further fields in silence; checkHead counts them instead.
  server.maxHeadersCount = 0;
  server.setTimeout(limits.stallMs);
  return server;
}

/** node:https is node:http behind TLS, with the same events and options. */
function createWith(tls: LaneOptions['tls'], options: ServerOptions): Server {
  if (tls === undefined) return createServer(options);
  return createTlsServer({ ...options, ...tls, allowHalfOpen: true }) as unknown as Server;
}
