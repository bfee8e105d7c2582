/** Writes responses and problems through `node:http`. */
import type { ServerResponse } from 'node:http';
import { pieceBytes } from '../../config/limits.js';
import type { Allowance } from '../../store/store.js';
import { type Problem, problemResponse } from '../api/problem.js';
import type { RangeContent } from '../api/range.js';
import { type ApiResponse, allHeaders, type Headers } from '../api/response.js';
import { sendPieces } from '../connection/send-pieces.js';

/**
 * Resolves when all of the response is handed over. Pages and pieces follow the pace of the reader:
 * the next one is made when the kernel has taken the one before.
 * @param close whether the connection ends with it
 * @param allowance time to send large content, and memory for what waits for the reader
 * @throws Problem 503 when the content, or its next page, does not fit in the memory budget;
 *   ClientGone
 */
export async function sendResponse(
  res: ServerResponse,
  response: ApiResponse,
  close: boolean,
  allowance: Allowance,
): Promise<void> {
  const { status, content } = response;
  const headers = allHeaders(response);
  const isHead = res.req.method === 'HEAD';
  if (close) res.setHeader('Connection', 'close');
  if (!(content instanceof Uint8Array)) {
    if (!isHead) await sendRange(res, status, headers, content, allowance);
    else writeHead(res, status, headers).end();
    return;
  }
  // RFC 9110 § 8.6: a 204 has none, and that of a 304 would be of the whole value.
  const hasLength = status !== 204 && status !== 304;
  const length = hasLength ? { 'Content-Length': String(content.length) } : {};
  const begin = () => writeHead(res, status, { ...headers, ...length });
  const isLarge = content.length > pieceBytes;
  if (isHead) {
    // The store has taken the memory of a large value, of which only the length is sent.
    if (isLarge) allowance.give(content.length);
    begin().end();
    return;
  }
  if (!isLarge) {
    await allowance.take(content.length);
    begin().end(content);
    return;
  }
  begin();
  await sendPieces(content, allowance, (piece) => (res.write(piece) ? undefined : drained(res)));
  res.end();
}

/** Sends a problem. A response that has begun is cut off instead: it must not pass as whole. */
export function sendProblem(res: ServerResponse, problem: Problem, close: boolean): void {
  if (res.headersSent) {
    res.destroy();
    return;
  }
  const { status, headers, content } = problemResponse(problem);
  if (close) res.setHeader('Connection', 'close');
  writeHead(res, status, { ...headers, 'Content-Length': String(content.length) }).end(content);
}

/** Fields that were set before stay, and a second Vary adds to the first. */
function writeHead(res: ServerResponse, status: number, headers: Headers): ServerResponse {
  const vary = res.getHeader('Vary');
  if (vary === undefined || headers.Vary === undefined) return res.writeHead(status, headers);
  return res.writeHead(status, { ...headers, Vary: `${vary}, ${headers.Vary}` });
}

async function sendRange(
  res: ServerResponse,
  status: number,
  headers: Headers,
  content: RangeContent,
  allowance: Allowance,
): Promise<void> {
  // HTTP/1.0 has no chunks: there the end of the connection is the end of the content.
  const isChunked = res.useChunkedEncodingByDefault;
  for await (const bytes of content(isChunked)) {
    await allowance.take(bytes.length);
    // The head leaves with the first page.
    res.socket?.cork();
    if (!res.headersSent) begin();
    const hasRoom = res.write(bytes);
    res.socket?.uncork();
    if (!hasRoom) await drained(res);
    if (res.destroyed) return;
    allowance.give(bytes.length);
  }
  if (!res.headersSent) begin();
  res.end();

  function begin(): void {
    writeHead(res, status, headers).flushHeaders();
    // The content is framed already.
    res.chunkedEncoding = false;
  }
}

/** Resolves when the client has read on, or has gone. */
function drained(res: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      res.off('drain', done).off('close', done);
      resolve();
    };
    if (res.destroyed) resolve();
    else res.on('drain', done).on('close', done);
  });
}
