/** Feeds bytes to a response reader in chosen pieces, as a connection would. */
import { ProtocolError } from '#dist/lab/load/http/protocol-error.js';
import { type Response, ResponseReader } from '#dist/lab/load/http/response-reader.js';

export interface Reading {
  /** Responses that are due; 1 unless told. */
  readonly expected?: number;
  /** They are to HEAD, or which of them are. */
  readonly toHead?: boolean | readonly boolean[];
  /** Headers and content are kept; yes unless told. */
  readonly collect?: boolean;
  readonly maxContentBytes?: number;
  /** The peer closes after the last byte. */
  readonly closes?: boolean;
  /** So many more are due behind the first piece. */
  readonly later?: number;
}

export interface Outcome {
  readonly responses: readonly { status: number; keepAlive: boolean; content: string }[];
  readonly headers: readonly Readonly<Record<string, string>>[];
  /** Message of the ProtocolError that ended it. */
  readonly error?: string;
  /** If the peer closed: whether that was a proper end. */
  readonly proper?: boolean;
  /** How often the peer said that it closes an idle connection; only if it did, or may have. */
  readonly idleTimeouts?: number;
}

/** Characters are bytes (latin1). */
export function readResponses(pieces: readonly string[], reading: Reading = {}): Outcome {
  const {
    expected = 1,
    toHead = false,
    collect = true,
    maxContentBytes = 1e6,
    closes = false,
    later = 0,
  } = reading;
  const responses: Response[] = [];
  let idleTimeouts = 0;
  const reader = new ResponseReader({
    onResponse: (response) => responses.push(response),
    onIdleTimeout: () => {
      idleTimeouts++;
    },
    collect,
    maxContentBytes,
  });
  reader.expect(expected, toHead);
  let error: string | undefined;
  // As in a run, all pieces arrive in one buffer, which holds more than the piece.
  const shared = Buffer.alloc(Math.max(1, ...pieces.map(({ length }) => length)) + 9, '\n0: close');
  try {
    for (const [index, piece] of pieces.entries()) {
      reader.feed(shared, shared.write(piece, 'latin1'));
      if (index === 0 && later > 0) reader.expect(later, toHead);
    }
  } catch (thrown) {
    if (!(thrown instanceof ProtocolError)) throw thrown;
    error = thrown.message;
  }
  const proper = closes ? reader.end() : undefined;
  return {
    responses: responses.map(({ status, keepAlive, content }) => {
      return { status, keepAlive, content: Buffer.from(content).toString('latin1') };
    }),
    headers: responses.map(({ headers }) => headers),
    ...(error !== undefined && { error }),
    ...(proper !== undefined && { proper }),
    ...((idleTimeouts > 0 || expected === 0) && { idleTimeouts }),
  };
}

/** A text in two pieces, at each place, and byte by byte. */
export function* splits(text: string): Generator<readonly string[]> {
  for (let at = 1; at < text.length; at++) yield [text.slice(0, at), text.slice(at)];
  yield [...text];
}
