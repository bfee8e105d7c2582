/**
 * The full lane: any HTTP/1.x request, as `node:http` and its parser llhttp understand it. It refuses what the
 * parser is lenient about, reads bodies within their limits, and writes answers.
 *
 * On one connection requests run one after another, in the order in which they came, because a pipelined GET
 * behind a PUT must see it (RFC 9112 § 9.3.2 allows parallel work for safe methods only).
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { RequestFields } from '../api/operations.js';
import { perform } from '../api/perform.js';
import { needsOperator, Problem, problemOf } from '../api/problem.js';
import { admit } from '../api/route.js';
import type { LaneOptions } from '../connection/lane.js';
import { Lease } from '../connection/memory-budget.js';
import { Heads } from '../connection/response-head.js';
import { checkHead } from './check-head.js';
import { ClientGone, checkContentLength, readBody } from './content.js';
import { Connection, parserProblem } from './full-connection.js';
import { sendAnswer, sendProblem } from './send.js';

type Expectation = 'none' | 'continue' | 'unknown';

/** A server of the lane, ready to listen. */
export function fullLane(options: LaneOptions): Server {
  const { limits } = options;
  const server = createServer({
    maxHeaderSize: limits.maxHeaderBytes,
    headersTimeout: limits.headerTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.keepAliveMs,
    connectionsCheckingInterval: Math.min(1000, limits.headerTimeoutMs),
    // Checked in the lane, for an answer with a body that says what to change.
    requireHostHeader: false,
  });
  // A client that has sent its last byte may still wait for answers.
  Object.assign(server, { httpAllowHalfOpen: true });
  server.maxConnections = limits.maxConnections;
  // With a count here node:http drops the fields past it in silence; the lane counts them itself.
  server.maxHeadersCount = 0;
  server.setTimeout(limits.stallMs);

  const heads = new Heads(limits.keepAliveMs);
  const connections = new WeakMap<Socket, Connection>();
  const connectionOf = (socket: Socket): Connection => {
    const known = connections.get(socket);
    if (known) return known;
    const connection = new Connection(socket, limits, heads);
    connections.set(socket, connection);
    return connection;
  };
  const receive = (expectation: Expectation) => (req: IncomingMessage, res: ServerResponse) => {
    const connection = connectionOf(req.socket);
    connection.enqueue({
      req,
      serve: () => serveRequest({ req, res, connection, expectation }, options),
    });
  };
  server.on('connection', connectionOf);
  server.on('request', receive('none'));
  server.on('checkContinue', receive('continue'));
  server.on('checkExpectation', receive('unknown'));
  server.on('connect', (_req, socket: Socket) => {
    // node:http has let go of the socket, and of its errors.
    socket.on('error', () => socket.destroy());
    const connection = connectionOf(socket);
    if (connection.busy) socket.destroy();
    connection.fail(
      new Problem(405, 'this is no proxy; send GET, PUT or DELETE', { headers: { Allow: '' } }),
    );
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    const problem = parserProblem(error);
    if (problem) connectionOf(socket).fail(problem);
    else socket.destroy();
  });
  return server;
}

interface Exchange {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly connection: Connection;
  readonly expectation: Expectation;
}

/** Serves one request to its end. Never rejects: every failure is an answer, or a client that is gone. */
async function serveRequest(
  { req, res, connection, expectation }: Exchange,
  { service, limits, memory, running, report }: LaneOptions,
): Promise<void> {
  // The connection ended with the answer before this one: nobody is there to be answered, so nothing is done.
  if (!res.socket) return;
  const over = new Promise((resolve) => res.once('close', resolve));
  const lease = new Lease(memory);
  const fields: RequestFields = req.headers;
  let contentIsRead = false;
  // We upgrade to nothing, and node:http drops what came behind such a request in one read with it: the next read could begin
  // anywhere, such as in the content of a request that was dropped.
  const losesBytes = fields.upgrade !== undefined;
  running.begin();
  try {
    checkHead(req, limits);
    if (expectation === 'unknown')
      throw new Problem(417, 'the only expectation known is 100-continue');
    const command = admit({ method: req.method ?? '', target: req.url ?? '', fields }, service);
    const content = command.kind === 'put' ? await receiveContent(lease) : [];
    contentIsRead = command.kind === 'put';
    const answer = await perform(command, content, service.store);
    const last = service.draining || losesBytes;
    if (last) connection.closeAfterAnswer();
    await sendAnswer(res, answer, last, lease);
  } catch (error) {
    if (error instanceof ClientGone || res.destroyed) return;
    const problem = problemOf(error);
    if (needsOperator(problem)) report(problem.cause);
    const broken = connection.problem !== undefined && !req.complete;
    const close = problem.closes || broken || isNotWorthReading() || losesBytes || service.draining;
    if (close) connection.closeAfterAnswer();
    sendProblem(res, problem, close);
  } finally {
    // Until the answer is with the kernel, or the client is gone: so one connection holds one answer at a time.
    await over;
    lease.release();
    running.end();
  }

  function receiveContent(lease: Lease): Promise<Uint8Array[]> {
    checkContentLength(req, limits.maxValueBytes);
    if (expectation === 'continue') res.writeContinue();
    return readBody(req, connection, limits.maxValueBytes, (bytes) => lease.take(bytes));
  }

  /** Content that may be long, or may never come, to save the connection. By the head alone: how much is there already is chance. */
  function isNotWorthReading(): boolean {
    if (contentIsRead) return false;
    const length = Number(fields['content-length'] ?? 0);
    if (fields['transfer-encoding'] !== undefined || length > limits.maxValueBytes) return true;
    return length > 0 && expectation !== 'none';
  }
}
