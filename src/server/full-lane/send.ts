/** Writes answers and problems through `node:http`. */
import type { ServerResponse } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';
import type { Answer } from '../api/perform.js';
import { type Problem, problemAnswer } from '../api/problem.js';
import type { Lease } from '../connection/memory-budget.js';

/**
 * Sends an answer. Resolves when all of it is handed over; for pages, that is as fast as the client reads.
 * @param close whether the connection ends with it
 * @param lease pays for the content until it is out
 * @throws Problem 503 when there is no room for the content, or for its next page
 */
export async function sendAnswer(
  res: ServerResponse,
  answer: Answer,
  close: boolean,
  lease: Lease,
): Promise<void> {
  const { status, headers, body } = answer;
  if (close) res.setHeader('Connection', 'close');
  if (body instanceof Uint8Array) {
    lease.take(body.length);
    res.writeHead(status, { ...headers, 'Content-Length': body.length }).end(body);
    return;
  }
  if (res.req.method !== 'HEAD') await sendPages(res, status, headers, body, lease);
  if (!res.headersSent) res.writeHead(status, headers);
  res.end();
}

/** Sends a problem as the whole answer; if an answer is under way, cuts it off, so that it can't pass as complete. */
export function sendProblem(res: ServerResponse, problem: Problem, close: boolean): void {
  if (res.headersSent) {
    res.destroy();
    return;
  }
  const { status, headers, body } = problemAnswer(problem);
  if (close) res.setHeader('Connection', 'close');
  res.writeHead(status, { ...headers, 'Content-Length': body.length }).end(body);
}

async function sendPages(
  res: ServerResponse,
  status: number,
  headers: Answer['headers'],
  pages: AsyncIterable<readonly Uint8Array[]>,
  lease: Lease,
): Promise<void> {
  for await (const chunks of pages) {
    let hasRoom = true;
    let bytes = 0;
    for (const chunk of chunks) bytes += chunk.length;
    lease.take(bytes);
    if (!res.headersSent) res.writeHead(status, headers);
    // One system call a page. Corking the response instead would melt the page into one chunk.
    res.socket?.cork();
    for (const chunk of chunks) hasRoom = res.write(chunk);
    res.socket?.uncork();
    // Other connections get their turn after each page, however fast this reader is.
    await (hasRoom ? turn() : drained(res));
    if (res.destroyed) return;
    lease.give(bytes);
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
