/** Reads the content of a request, within its limits. */
import type { IncomingMessage } from 'node:http';
import type { RequestFields } from '../api/operations.js';
import { Problem } from '../api/problem.js';
import { ClientGone } from '../connection/client-gone.js';
import type { FullConnection } from './full-connection.js';

/** @throws Problem 413 if the header already announces more than `maxBytes` */
export function checkContentLength(req: IncomingMessage, maxBytes: number): void {
  const fields: RequestFields = req.headers;
  if (Number(fields['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes);
}

/**
 * The content, in the pieces in which it came.
 * @param take called with the length of each piece before it is kept; throws to refuse it
 * @throws Problem 413, or of the connection; ClientGone; any error of `take`
 */
export function readContent(
  req: IncomingMessage,
  connection: FullConnection,
  maxBytes: number,
  take: (bytes: number) => void,
): Promise<Uint8Array[]> {
  return new Promise((resolve, reject) => {
    const pieces: Uint8Array[] = [];
    let bytes = 0;
    const settle = (settled: () => void) => {
      req.off('data', onData).off('end', onEnd).off('close', onClose);
      connection.whileReading(undefined);
      settled();
    };
    const fail = (error: Error) => settle(() => reject(error));
    const onData = (piece: Buffer) => {
      bytes += piece.length;
      try {
        if (bytes > maxBytes) throw tooLarge(maxBytes);
        take(piece.length);
        pieces.push(piece);
      } catch (error) {
        fail(error as Error);
      }
    };
    const onEnd = () => settle(() => resolve(pieces));
    const onClose = () => fail(new ClientGone('the connection was closed within the request'));
    // Bytes before the bad ones may be read or not yet, by chance: they count in either case.
    const worse = (problem: Problem) =>
      bytes + req.readableLength > maxBytes ? tooLarge(maxBytes) : problem;
    if (connection.problem && !req.complete) {
      reject(worse(connection.problem));
      return;
    }
    connection.whileReading((problem) => {
      // A whole request is served, whatever follows it.
      if (!req.complete) fail(worse(problem));
    });
    req.on('data', onData).on('end', onEnd).on('close', onClose);
    if (req.destroyed && !req.complete) onClose();
  });
}

function tooLarge(maxBytes: number): Problem {
  return new Problem(
    413,
    `a value has at most ${maxBytes} bytes here; send a smaller one, ` +
      'or start the server with a larger --max-value',
  );
}
