/**
 * A range as lines of NDJSON, whole ones, as the server sends them. When the response is cut off,
 * the next one goes on behind the last key.
 */
import { escapedKey } from './key-text.js';
import { ask, PassingError, Patience, unlessBroken } from './server.js';

export interface RangeRequest {
  readonly url: string;
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
  { url, prefix, after }: RangeRequest,
  signal: AbortSignal,
): AsyncGenerator<Buffer, void> {
  const bounds = prefix ? `prefix=${escapedKey(prefix)}` : 'start=%00';
  const patience = new Patience();
  for (let from = after; ; ) {
    let last: Buffer | undefined;
    try {
      const position = from ? `&after=${escapedKey(from)}` : '';
      const headers = { Accept: 'application/x-ndjson' };
      const target = `/v0/entities?${bounds}${position}`;
      const { body } = await ask(url, target, { headers, signal });
      if (body)
        for await (const piece of wholeLines(url, body, signal)) {
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
  body: ReadableStream<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<Buffer, void> {
  const reader = body.getReader();
  let rest: Uint8Array[] = [];
  try {
    for (;;) {
      const { value, done } = await unlessBroken(url, signal, () => reader.read());
      if (done) break;
      const end = value.lastIndexOf(newline) + 1;
      if (end > 0) yield Buffer.concat([...rest, value.subarray(0, end)]);
      if (end > 0) rest = [];
      if (end < value.length) rest.push(value.subarray(end));
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
  if (rest.length > 0) throw new PassingError('the server sent only a part of a line');
}

/** The key of the last of whole lines. */
export function lastKey(lines: Buffer): Buffer {
  const start = lines.lastIndexOf(newline, -2) + 1;
  return keyOfLine(lines.toString('utf8', start));
}

function keyOfLine(line: string): Buffer {
  const { key, keyBase64 } = JSON.parse(line) as { key?: string; keyBase64?: string };
  return key === undefined ? Buffer.from(keyBase64 ?? '', 'base64') : Buffer.from(key);
}
