/**
 * The full lane: any HTTP/1.x request, as `node:http` and its parser llhttp understand it.
 *
 * Requests of one connection run one after another, in their order: a pipelined GET behind a PUT
 * must see it (RFC 9112 § 9.3.2 allows parallel work for safe methods only).
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { maxDeletionsPerPage, pieceBytes } from '../../config/limits.js';
import { permitOf } from '../access/bearer.js';
import { preflightResponse } from '../access/cors.js';
import { visitorOf } from '../access/door.js';
import type { Permit } from '../access/permit.js';
import { allMethods, type RequestFields } from '../api/operations.js';
import { perform } from '../api/perform.js';
import { needsOperator, Problem, problemOf, problemResponse, slowContent } from '../api/problem.js';
import type { ApiResponse } from '../api/response.js';
import { admit, type Command } from '../api/route.js';
import { ClientGone } from '../connection/client-gone.js';
import type { Direction } from '../connection/content-rate.js';
import { cut } from '../connection/cut.js';
import { connectionEvent, type LaneOptions } from '../connection/lane.js';
import { RequestAllowance } from '../connection/request-allowance.js';
import { ResponseHead } from '../connection/response-head.js';
import { Exchange, noResponse } from '../statistics/exchange.js';
import { serveBatch } from './batch.js';
import { checkHead, untrusted } from './check-head.js';
import { announcedLength, readContent } from './content.js';
import { ContentBuffer } from './content-buffer.js';
import { FullConnection } from './full-connection.js';
import { nodeServer } from './node-server.js';
import { isOtherProtocol } from './other-protocol.js';
import { parserProblem } from './parser-problem.js';
import { sendProblem, sendResponse } from './send.js';
import { readInSlices } from './sliced-reads.js';

type Expectation = 'none' | 'continue' | 'unknown';

/**
 * A server of the lane, ready to listen.
 * @throws Error on a Node that is too old for it: npm only warns of that
 */
export function fullLane(options: LaneOptions): Server {
  const server = nodeServer(options);
  const responseHead = new ResponseHead(options.limits.keepAliveMs, options.door.cors.common);
  const queued = { count: 0 };
  const connections = new WeakMap<Socket, FullConnection>();
  const connectionOf = (socket: Socket): FullConnection => {
    const known = connections.get(socket);
    if (known) return known;
    const connection = new FullConnection(socket, options, responseHead, queued);
    connections.set(socket, connection);
    return connection;
  };
  const receive = (expectation: Expectation) => (req: IncomingMessage, res: ServerResponse) => {
    const connection = connectionOf(req.socket);
    const protocol = isOtherProtocol(req) ? 'other' : 'http';
    connection.enqueue({
      req,
      serve: () => serveRequest({ req, res, connection, expectation, protocol }, options),
    });
  };
  server.on(connectionEvent(options), (socket: Socket) =>
    readInSlices(socket, connectionOf(socket)),
  );
  server.on('request', receive('none'));
  server.on('checkContinue', receive('continue'));
  server.on('checkExpectation', receive('unknown'));
  server.on('connect', (req, socket: Socket) => {
    // node:http has let go of the socket, and of its errors.
    socket.on('error', () => socket.destroy());
    const connection = connectionOf(socket);
    if (connection.busy) socket.destroy();
    connection.fail(refusalOfTunnel(req, options));
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    const connection = connectionOf(socket);
    if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT' && connection.streams) return;
    const problem = parserProblem(error);
    if (problem) connection.fail(problem);
    else socket.destroy();
  });
  return server;
}

interface ParsedRequest {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly connection: FullConnection;
  readonly expectation: Expectation;
  readonly protocol: 'http' | 'other';
}

/** Serves one request to its end. Never rejects: a failure is a response, or the client is gone. */
async function serveRequest(
  { req, res, connection, expectation, protocol }: ParsedRequest,
  lane: LaneOptions,
): Promise<void> {
  const { service, limits, door, inFlight, report } = lane;
  const visitor = visitorOf(req);
  // The connection ended with the response before this one, so nothing is done.
  const { socket } = res;
  if (!socket) return;
  const over = new Promise((resolve) => res.once('close', resolve));
  const allowance = new RequestAllowance(lane.budget, lane.scheduler, socket);
  res.once('close', () => allowance.cancel());
  let unwatch = () => {};
  const corsFields = door.cors.fieldsFor(visitor.origin);
  for (const name in corsFields) res.setHeader(name, corsFields[name] as string);
  const fields: RequestFields = req.headers;
  let readsContent = false;
  let contentIsRead = false;
  // node:http drops bytes that came in one read with such a request, behind it. The next read could
  // begin in the content of a dropped request, so the connection ends. Some spellings of close do
  // not end it by themselves: llhttp overlooks one before a tab.
  const endsConnection = fields.upgrade !== undefined || asksToClose(fields.connection);
  inFlight.begin();
  const exchange = new Exchange(lane.bookkeeping, socket);
  let responseBytes: number | undefined;
  const sentBefore = socket.bytesWritten;
  exchange.begin(req.method ?? '', Number(fields['content-length'] ?? 0));
  try {
    if (protocol === 'other')
      throw untrusted('the request line names RTSP; this server speaks HTTP');
    checkHead(req, limits);
    door.check(visitor);
    const isPreflight = door.cors.isPreflight(req);
    // A browser asks without a token what it may send.
    const permit = isPreflight ? undefined : lane.tokens && permitOf(req, lane.tokens);
    if (expectation === 'unknown')
      throw new Problem(417, 'the only expectation known is 100-continue');
    await send(isPreflight ? preflightResponse : await respond(permit));
  } catch (error) {
    if (error instanceof ClientGone || res.destroyed) return;
    // Neither the content nor the value is needed any more, and the client may take its time.
    allowance.cancel();
    allowance.release();
    const problem = problemOf(error);
    if (needsOperator(problem)) report(problem.cause);
    // It is chance whether the end of content that nobody reads has been seen. A line of a batch
    // may be refused before that, or after it.
    const isOfContent = readsContent || problem === connection.problem;
    const broken = isOfContent && connection.problem !== undefined && !req.complete;
    const close = problem.closes || broken || leavesContent() || endsConnection || service.draining;
    if (close) connection.closeAfterResponse();
    tellTiming(false);
    responseBytes = problemResponse(problem).content.length;
    sendProblem(res, problem, close);
  } finally {
    // Until the response is with the kernel: so a connection holds one response at a time.
    await over;
    const status = res.headersSent ? res.statusCode : noResponse;
    exchange.end(status, responseBytes ?? socket.bytesWritten - sentBefore);
    exchange.left();
    unwatch();
    allowance.release();
    inFlight.end();
  }

  /** On its own, so that nothing holds the content of a response that is out. */
  function send(response: ApiResponse): Promise<void> {
    // A batch holds little for its reader.
    if (!connection.streams) unwatch = watch('taking', () => cut(req.socket));
    const leaves = leavesContent() && !connection.streams;
    const last = service.draining || endsConnection || leaves;
    if (last) connection.closeAfterResponse();
    tellTiming(response.status === 201 || response.status === 202);
    if (req.method === 'HEAD') responseBytes = 0;
    else if (response.content instanceof Uint8Array) responseBytes = response.content.length;
    return sendResponse(res, response, last, allowance);
  }

  /** @param isStored whether it is a write of one entity that was stored just now */
  function tellTiming(isStored: boolean): void {
    if (fields['evenkeel-server-timing'] !== '1' || res.headersSent) return;
    const commit = isStored ? service.store.statistics?.lastCommit : undefined;
    res.setHeader('Server-Timing', exchange.timing(commit));
  }

  async function respond(permit: Permit | undefined): Promise<ApiResponse> {
    const command = admit({ method: req.method ?? '', target: req.url ?? '', fields }, service);
    exchange.asksFor(command);
    permit?.mustAllow(command);
    if (command.kind === 'batch') return respondToBatch(command.isAtomic, permit);
    if (command.kind === 'put') return respondToPut(command, permit);
    const work = () => perform(command, [], service.store, allowance);
    return command.kind === 'deleteRange'
      ? lane.rangeDeletions.during(maxDeletionsPerPage, work)
      : work();
  }

  async function respondToPut(command: Command, permit: Permit | undefined): Promise<ApiResponse> {
    readsContent = true;
    const content = await receiveContent();
    contentIsRead = true;
    // The content may have taken a minute, in which the token was revoked.
    permit?.mustAllow(command);
    const bytes = allowance.heldBytes;
    const work = () => perform(command, content, service.store, allowance);
    const response = await (bytes > pieceBytes ? lane.largeWrites.during(bytes, work) : work());
    // The response does not hold the content.
    allowance.release();
    return response;
  }

  async function respondToBatch(
    isAtomic: boolean,
    permit: Permit | undefined,
  ): Promise<ApiResponse> {
    const beginContent = () => {
      if (expectation === 'continue') res.writeContinue();
    };
    const onContentRead = () => {
      contentIsRead = true;
    };
    const exchange = { req, connection, permit, allowance, beginContent, onContentRead };
    const response = await serveBatch(isAtomic, exchange, lane);
    if (isAtomic) allowance.release();
    return response;
  }

  async function receiveContent(): Promise<Uint8Array[]> {
    const length = announcedLength(req, limits.maxValueBytes);
    if (length !== undefined && !allowance.tryTake(length)) {
      connection.pauseContent(true);
      await allowance.reserve(length).finally(() => connection.pauseContent(false));
    }
    if (expectation === 'continue') res.writeContinue();
    const content = new ContentBuffer(allowance, length ?? limits.maxValueBytes, !!length);
    const stop = watch('sending', () => connection.fail(slowContent(limits)));
    try {
      return await readContent(req, connection, limits.maxValueBytes, content);
    } finally {
      stop();
    }
  }

  function watch(direction: Direction, onSlow: () => void): () => void {
    return lane.contentRate.watch(req.socket, direction, () => allowance.heldBytes, onSlow);
  }

  /**
   * Whether content is left unread that may be long, or never come. By the head alone: the bytes
   * there are chance.
   */
  function leavesContent(): boolean {
    if (contentIsRead) return false;
    const length = Number(fields['content-length'] ?? 0);
    if (fields['transfer-encoding'] !== undefined || length > limits.maxValueBytes) return true;
    return length > 0 && expectation !== 'none';
  }
}

/** Whether one of the connection options is `close` (RFC 9110 § 7.6.1, RFC 9112 § 9.6). */
function asksToClose(options: RequestFields['connection']): boolean {
  return options !== undefined && /(?:^|,)[ \t]*close[ \t]*(?:,|$)/i.test(String(options));
}

/** CONNECT asks for a tunnel. A bad head is told first, as for any other request. */
function refusalOfTunnel(req: IncomingMessage, { limits, door, tokens }: LaneOptions): Problem {
  try {
    checkHead(req, limits);
    door.check(visitorOf(req));
    if (tokens) permitOf(req, tokens);
    return new Problem(405, `this is not a proxy; send one of ${allMethods}`, {
      headers: { Allow: '' },
    });
  } catch (error) {
    return problemOf(error);
  }
}
