/** The content of a response, piece by piece as the caller takes it, or whole. */
import type { Deadline } from './deadline.js';

/** A response that is not a problem, and the limit of further waits for its content. */
export interface Reply {
  readonly response: Response;
  readonly deadline: Deadline;
}

/** Each wait for a piece is limited. Leaving the loop early ends the request. */
export async function* pieces({ response, deadline }: Reply): AsyncGenerator<Uint8Array, void> {
  const reader = response.body?.getReader();
  if (!reader) return;
  let isWhole = false;
  try {
    for (;;) {
      const { done, value } = await deadline.limit(() => reader.read());
      isWhole = done;
      if (done) return;
      yield value;
    }
  } finally {
    // After an error there is nothing left to cancel, and the error is the caller's to see.
    if (!isWhole) await reader.cancel().catch(() => {});
  }
}

export async function readAll(reply: Reply): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const piece of pieces(reply)) {
    parts.push(piece);
    length += piece.length;
  }
  if (parts.length === 1) return parts[0] as Uint8Array;
  const content = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    content.set(part, at);
    at += part.length;
  }
  return content;
}

/** The lines of NDJSON, without the one that the end cut off. */
export async function* lines(reply: Reply): AsyncGenerator<string, void> {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  // A long line comes in many pieces, which are joined once.
  let rest: string[] = [];
  for await (const piece of pieces(reply)) {
    const parts = decoder.decode(piece, { stream: true }).split('\n');
    const last = parts.pop() as string;
    for (const part of parts) {
      yield rest.length > 0 ? rest.join('') + part : part;
      rest = [];
    }
    if (last !== '') rest.push(last);
  }
}
