/** Writes responses and problems through `node:http`. */
import type { ServerResponse } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';
import type { ApiResponse } from '../api/perform.js';
import { type Problem, problemResponse } from '../api/problem.js';
import type { Reservation } from '../connection/memory-budget.js';

/**
 * Resolves when all of the response is handed over; pages follow the pace of the reader.
 * @param close whether the connection ends with it
 * @param reservation holds memory for the content until it is out
 * @throws Problem 503 when the content, or its next page, does not fit in the memory budget
 */
export async function sendResponse(
  res: ServerResponse,
  response: ApiResponse,
  close: boolean,
  reservation: Reservation,
): Promise<void> {
  const { status, headers, content } = response;
  if (close) res.setHeader('Connection', 'close');
  if (content instanceof Uint8Array) {
    reservation.take(content.length);
    res.writeHead(status, { ...headers, 'Content-Length': content.length }).end(content);
    return;
  }
  if (res.req.method !== 'HEAD') await sendPages(res, status, headers, content, reservation);
  if (!res.headersSent) res.writeHead(status, headers);
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
  res.writeHead(status, { ...headers, 'Content-Length': content.length }).end(content);
}

async function sendPages(
  res: ServerResponse,
  status: number,
  headers: ApiResponse['headers'],
  pages: AsyncIterable<readonly Uint8Array[]>,
  reservation: Reservation,
): Promise<void> {
  for await (const chunks of pages) {
    let hasRoom = true;
    let bytes = 0;
    for (const chunk of chunks) bytes += chunk.length;
    reservation.take(bytes);
    if (!res.headersSent) res.writeHead(status, headers);
    // One system call per page. Corking the response would join the page into one chunk.
    res.socket?.cork();
    for (const chunk of chunks) hasRoom = res.write(chunk);
    res.socket?.uncork();
    // Other connections get a turn after each page, however fast this reader is.
    await (hasRoom ? turn() : drained(res));
    if (res.destroyed) return;
    reservation.give(bytes);
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
