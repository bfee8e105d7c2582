/** Reads responses as strictly as RFC 9112 writes them. */

export interface Response {
  readonly status: number;
  /** By name in lower case; fields of one name are joined by a comma. */
  readonly fields: ReadonlyMap<string, string>;
  readonly content: string;
}

export interface Responses {
  readonly responses: readonly Response[];
  /** The bytes behind the last whole response. */
  readonly rest: string;
}

const head = /^HTTP\/1\.1 ([1-5]\d\d) [\t -~]*\r\n((?:[!#$%&'*+\-.^_`|~\w]+:[\t -~]*\r\n)*)\r\n/;

/**
 * @param firstIsHead whether the first response is one to HEAD, and so has no content
 * @param closed whether the connection has ended, as a response without a length does with it
 */
export function readResponses(text: string, firstIsHead: boolean, closed: boolean): Responses {
  const responses: Response[] = [];
  let rest = text;
  for (;;) {
    const match = head.exec(rest);
    if (!match) return { responses, rest };
    const [whole, code, lines = ''] = match;
    const status = Number(code);
    const fields = fieldsOf(lines);
    const after = rest.slice(whole.length);
    const isFinal = status >= 200;
    const isFirst = !responses.some((before) => before.status >= 200);
    const hasNone = !isFinal || status === 204 || status === 304 || (firstIsHead && isFirst);
    const read = hasNone ? { content: '', length: 0 } : contentOf(after, fields, closed);
    if (!read) return { responses, rest };
    responses.push({ status, fields, content: read.content });
    rest = after.slice(read.length);
  }
}

function fieldsOf(lines: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const line of lines.split('\r\n').slice(0, -1)) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    const before = fields.get(name);
    fields.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return fields;
}

/** The content and how many bytes it takes; undefined if it is not whole. */
function contentOf(
  text: string,
  fields: ReadonlyMap<string, string>,
  closed: boolean,
): { content: string; length: number } | undefined {
  if (fields.get('transfer-encoding') === 'chunked') return chunksOf(text);
  const length = fields.get('content-length');
  if (length === undefined) return closed ? { content: text, length: text.length } : undefined;
  if (!/^\d+$/.test(length) || text.length < Number(length)) return undefined;
  return { content: text.slice(0, Number(length)), length: Number(length) };
}

function chunksOf(text: string): { content: string; length: number } | undefined {
  let content = '';
  let at = 0;
  for (;;) {
    const size = /^([0-9a-fA-F]+)\r\n/.exec(text.slice(at, at + 20));
    if (!size) return undefined;
    const bytes = Number.parseInt(size[1] as string, 16);
    at += size[0].length;
    if (text.slice(at + bytes, at + bytes + 2) !== '\r\n') return undefined;
    content += text.slice(at, at + bytes);
    at += bytes + 2;
    if (bytes === 0) return { content, length: at };
  }
}
