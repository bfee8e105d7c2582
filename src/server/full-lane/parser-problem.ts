/** The refusal of bytes that llhttp could not read, or that did not come in time. */
import { lateRequest, Problem } from '../api/problem.js';

/** An error of `clientError`, with what node:http adds to it. */
export interface ParserError extends NodeJS.ErrnoException {
  readonly reason?: string;
  /** The bytes just read, and how many of them llhttp took. */
  readonly rawPacket?: Buffer;
  readonly bytesParsed?: number;
}

export function targetTooLong(): Problem {
  return new Problem(414, 'the request target is too long; a key has at most 1024 bytes', {
    closes: true,
  });
}

export function headTooLong(): Problem {
  return new Problem(
    431,
    'the request line and header fields are too long; send fewer or shorter ones',
    { closes: true },
  );
}

/** The refusal after an error of llhttp or a time limit; undefined if the client is gone. */
export function parserProblem(error: ParserError): Problem | undefined {
  switch (error.code) {
    case 'HPE_HEADER_OVERFLOW':
      return breaksOffInTarget(error) ? targetTooLong() : headTooLong();
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return new Problem(413, 'the chunk extensions are too long; send none');
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return lateRequest();
  }
  if (!error.code?.startsWith('HPE_')) return undefined;
  return new Problem(400, `this is not an HTTP/1.1 request: ${error.reason ?? error.message}`, {
    cause: error,
  });
}

/**
 * Whether a head became too long within its target. node:http does not say, so this looks at the
 * bytes just read. Those that hold neither a line end nor a space may be the middle of a target or
 * of a field. They are taken for a target, which has to get its own status (RFC 9112 § 3).
 */
function breaksOffInTarget({ rawPacket, bytesParsed }: ParserError): boolean {
  const read = rawPacket?.toString('latin1', 0, bytesParsed) ?? '';
  const line = read.slice(read.lastIndexOf('\n') + 1);
  return /^[A-Z-]+ [^ ]*$/.test(line) || (line === read && /^[!-~]*$/.test(line));
}
