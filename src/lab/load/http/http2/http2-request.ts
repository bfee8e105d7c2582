/**
 * Requests as HTTP/2 has them (RFC 9113, 8.3), made of those that the sources make for HTTP/1.1: a
 * head of text, and content. Sources stay the same for both, scripts among them.
 */
import type { OutgoingHttpHeaders } from 'node:http2';
import { ScriptError } from '../../load-errors.js';
import { connectionField } from '../../request/connection-field.js';

export interface Http2Request {
  readonly fields: OutgoingHttpHeaders;
  readonly content: Buffer | undefined;
}

/** Heads differ in their first line mostly: so many of the others are kept ready. */
const maxKept = 16;

export class Http2Requests {
  readonly #scheme: string;
  /** Fields by their lines. */
  readonly #fields = new Map<string, OutgoingHttpHeaders>();
  #last: { readonly from: string | Uint8Array; readonly request: Http2Request } | undefined;

  constructor(scheme: 'http' | 'https') {
    this.#scheme = scheme;
  }

  /** @param from one whole request of HTTP/1.1 @throws ScriptError if it can't be said in HTTP/2 */
  convert(from: string | Uint8Array): Http2Request {
    // A plain request is the same object each time; so is its text.
    if (this.#last?.from === from) return this.#last.request;
    const request = typeof from === 'string' ? this.#ofText(from) : this.#ofBytes(from);
    this.#last = { from, request };
    return request;
  }

  #ofText(text: string): Http2Request {
    const end = endOfHead(text);
    const content = end < text.length ? Buffer.from(text.slice(end), 'latin1') : undefined;
    return { fields: this.#fieldsOf(text.slice(0, end)), content };
  }

  #ofBytes(bytes: Uint8Array): Http2Request {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const [lf, crlf] = [buffer.indexOf('\n\n'), buffer.indexOf('\r\n\r\n')];
    const end = crlf >= 0 && (lf < 0 || crlf < lf) ? crlf + 4 : lf < 0 ? buffer.length : lf + 2;
    return {
      fields: this.#fieldsOf(buffer.toString('latin1', 0, end)),
      content: end < buffer.length ? buffer.subarray(end) : undefined,
    };
  }

  #fieldsOf(head: string): OutgoingHttpHeaders {
    const begin = head.search(/[^\r\n]/);
    const end = head.indexOf('\n', begin);
    const [method = '', path = ''] = head.slice(begin, end).split(' ');
    if (!path.startsWith('/') && path !== '*')
      throw cannotSend(`the target ${JSON.stringify(path)}; it begins with /`);
    const lines = head.slice(end + 1);
    let fields = this.#fields.get(lines);
    if (!fields) {
      fields = { ':scheme': this.#scheme, ...fieldsOfLines(lines) };
      if (this.#fields.size < maxKept) this.#fields.set(lines, fields);
    }
    return { ':method': method, ':path': path, ...fields };
  }
}

function endOfHead(text: string): number {
  const crlf = text.indexOf('\r\n\r\n');
  const lf = text.indexOf('\n\n');
  if (crlf >= 0 && (lf < 0 || crlf < lf)) return crlf + 4;
  return lf < 0 ? text.length : lf + 2;
}

function fieldsOfLines(lines: string): OutgoingHttpHeaders {
  const fields: Record<string, string | string[]> = {};
  for (const line of lines.split(/\r?\n/)) {
    if (line === '') continue;
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    if (colon < 1) throw cannotSend(`the header line ${JSON.stringify(line)}`);
    if (connectionField(name, value)) throw cannotSend(`the field ${name}`);
    const key = name === 'host' ? ':authority' : name;
    const before = fields[key];
    fields[key] = before === undefined ? value : [before, value].flat();
  }
  return fields;
}

export function cannotSend(what: string): ScriptError {
  return new ScriptError(`HTTP/2 cannot send ${what}`);
}
