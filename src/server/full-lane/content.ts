/** Reads the content of a request, within its limits. */
import type { IncomingMessage } from 'node:http';
import type { RequestFields } from '../api/operations.js';
import { type Problem, valueTooLarge } from '../api/problem.js';
import { ClientGone } from '../connection/client-gone.js';
import type { ContentBuffer } from './content-buffer.js';
import type { FullConnection } from './full-connection.js';

/**
 * The length that the header announces; undefined: chunks, of which nobody knows how many.
 * @throws Problem 413 if it is more than `maxBytes`
 */
export function announcedLength(req: IncomingMessage, maxBytes: number): number | undefined {
  const fields: RequestFields = req.headers;
  if (fields['transfer-encoding'] !== undefined) return undefined;
  const bytes = Number(fields['content-length'] ?? 0);
  if (bytes > maxBytes) throw valueTooLarge(maxBytes);
  return bytes;
}

/**
 * The content, in few pieces. The request is not read while memory for its bytes is missing.
 * @param content where it is gathered
 * @throws Problem 413, or of the connection, or of the memory budget; ClientGone
 */
export function readContent(
  req: IncomingMessage,
  connection: FullConnection,
  maxBytes: number,
  content: ContentBuffer,
): Promise<Uint8Array[]> {
  return new Promise((resolve, reject) => {
    let isSettled = false;
    const settle = (settled: () => void) => {
      if (isSettled) return;
      isSettled = true;
      connection.pauseContent(false);
      req.off('data', onData).off('end', onEnd).off('close', onClose);
      connection.whileReading(undefined);
      settled();
    };
    const fail = (error: unknown) => settle(() => reject(error));
    const onData = (piece: Buffer) => {
      try {
        if (content.length + piece.length > maxBytes) throw valueTooLarge(maxBytes);
        const added = content.add(piece);
        connection.pieces++;
        if (added === undefined) return;
        connection.pauseContent(true);
        added.then(() => connection.pauseContent(false), fail);
      } catch (error) {
        fail(error);
      }
    };
    const onEnd = () => settle(() => resolve(content.finish()));
    const onClose = () => fail(new ClientGone('the connection was closed within the request'));
    // Bytes before the bad ones may be read or not yet, by chance: they count in either case.
    const worse = (problem: Problem) =>
      content.length + req.readableLength > maxBytes ? valueTooLarge(maxBytes) : problem;
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
