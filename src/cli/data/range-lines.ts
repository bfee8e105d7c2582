/**
 * A range as lines of NDJSON, whole ones, as the server sends them. When the response is cut off,
 * the next one goes on behind the last key.
 */
import type { IncomingMessage } from 'node:http';
import { DataError } from './data-error.js';
import { escapedKey } from './key-text.js';
import { type ServerAddress, send, textOf } from './request.js';
import { broken, mustBeLines, PassingError, Patience, refusal } from './server.js';

export interface RangeRequest {
  readonly server: ServerAddress;
  /** Undefined: all keys. */
  readonly prefix: Buffer | undefined;
  /** Begins behind this key. */
  readonly after: Buffer | undefined;
}

const newline = 0x0a;

/**
 * Pieces of one line or more.
 * @throws DataError if the server can't be reached, or refuses; what the signal was aborted with
 */
export async function* rangeLines(
  { server, prefix, after }: RangeRequest,
  signal: AbortSignal,
): AsyncGenerator<Buffer, void> {
  const bounds = prefix ? `prefix=${escapedKey(prefix)}` : 'start=%00';
  const { url } = server;
  const patience = new Patience();
  for (let from = after; ; ) {
    let last: Buffer | undefined;
    try {
      const position = from ? `&after=${escapedKey(from)}` : '';
      const headers = { Accept: 'application/x-ndjson' };
      const target = `/v0/entities?${bounds}${position}`;
      const res = await send(server, target, { headers, signal });
      if (res.statusCode !== 200) throw refusal(res.statusCode ?? 0, await textOf(url, res));
      mustBeLines(url, res);
      for await (const piece of wholeLines(url, res, signal)) {
        last = piece;
        patience.reset();
        yield piece;
      }
      return;
    } catch (error) {
      if (last) from = lastKey(last);
      await patience.afterFailure(error, signal);
    }
  }
}

/** @throws PassingError if the content ends within a line, or its connection does */
async function* wholeLines(
  url: string,
  res: IncomingMessage,
  signal: AbortSignal,
): AsyncGenerator<Buffer, void> {
  let rest: Buffer[] = [];
  try {
    for await (const piece of res as AsyncIterable<Buffer>) {
      const end = piece.lastIndexOf(newline) + 1;
      if (end > 0) yield Buffer.concat([...rest, piece.subarray(0, end)]);
      if (end > 0) rest = [];
      if (end < piece.length) rest.push(piece.subarray(end));
    }
  } catch (error) {
    signal.throwIfAborted();
    throw broken(url, error);
  }
  if (rest.length > 0) throw new PassingError('the server sent only a part of a line');
}

/** The key of the last of whole lines. @throws DataError if it has none */
export function lastKey(lines: Buffer): Buffer {
  const start = lines.lastIndexOf(newline, -2) + 1;
  return keyOfLine(lines.toString('utf8', start));
}

function keyOfLine(line: string): Buffer {
  try {
    const { key, keyBase64 } = JSON.parse(line) as { key?: unknown; keyBase64?: unknown };
    if (typeof key === 'string') return Buffer.from(key);
    if (typeof keyBase64 === 'string') return Buffer.from(keyBase64, 'base64');
  } catch {
    // It is not one of our servers.
  }
  throw new DataError('the server sent a line that is not an entity; is --url right?');
}
