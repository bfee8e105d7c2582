/**
 * Requests as HTTP/2 has them (RFC 9113, 8.3), made of those that the sources make for HTTP/1.1: a
 * head of text, and content. Sources stay the same for both, scripts among them.
 */
import { ScriptError } from '../../load-errors.js';
import { connectionField } from '../../request/connection-field.js';
import { encodeField } from './field-block.js';

export interface Http2Request {
  /** Its fields, encoded: text of one byte per character. */
  readonly block: string;
  /** Text is one byte a character. */
  readonly content: string | Uint8Array | undefined;
  /** It is HEAD: no content comes back. */
  readonly toHead: boolean;
}

/** Heads differ in their first line mostly: so many of the others are kept ready. */
const maxKept = 16;

export class Http2Requests {
  readonly #scheme: string;
  /** Encoded fields by their lines. */
  readonly #blocks = new Map<string, string>();
  #last: { readonly from: string | Uint8Array; readonly request: Http2Request } | undefined;

  constructor(scheme: 'http' | 'https') {
    this.#scheme = scheme;
  }

  /** @param from one whole request of HTTP/1.1 @throws ScriptError if it can't be said in HTTP/2 */
  convert(from: string | Uint8Array): Http2Request {
    // A plain request is the same each time.
    if (this.#last?.from === from) return this.#last.request;
    const request = typeof from === 'string' ? this.#ofText(from) : this.#ofBytes(from);
    this.#last = { from, request };
    return request;
  }

  #ofText(text: string): Http2Request {
    const end = endOfHead(text);
    return this.#make(text.slice(0, end), end < text.length ? text.slice(end) : undefined);
  }

  #ofBytes(bytes: Uint8Array): Http2Request {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const end = endOfHead(buffer);
    const content = end < buffer.length ? buffer.subarray(end) : undefined;
    return this.#make(buffer.toString('latin1', 0, end), content);
  }

  #make(head: string, content: string | Uint8Array | undefined): Http2Request {
    const begin = head.search(/[^\r\n]/);
    const end = head.indexOf('\n', begin);
    const [method = '', path = ''] = head.slice(begin, end).split(' ');
    if (!path.startsWith('/') && path !== '*')
      throw cannotSend(`the target ${JSON.stringify(path)}; it begins with /`);
    const first = encodeField(':method', method) + encodeField(':path', path);
    const block = first + this.#blockOf(head.slice(end + 1));
    return { block, content, toHead: method === 'HEAD' };
  }

  #blockOf(lines: string): string {
    const known = this.#blocks.get(lines);
    if (known !== undefined) return known;
    const pseudo: string[] = [encodeField(':scheme', this.#scheme)];
    const others: string[] = [];
    for (const [name, value] of fieldsOf(lines))
      if (name === 'host') pseudo.push(encodeField(':authority', value));
      else others.push(encodeField(name, value));
    const block = [...pseudo, ...others].join('');
    if (this.#blocks.size < maxKept) this.#blocks.set(lines, block);
    return block;
  }
}

function endOfHead(text: string | Buffer): number {
  const crlf = text.indexOf('\r\n\r\n');
  const lf = text.indexOf('\n\n');
  if (crlf >= 0 && (lf < 0 || crlf < lf)) return crlf + 4;
  return lf < 0 ? text.length : lf + 2;
}

function fieldsOf(lines: string): [name: string, value: string][] {
  return lines.split(/\r?\n/).flatMap((line) => {
    if (line === '') return [];
    const [, name = '', value = ''] =
      /^([!#$%&'*+\-.^_`|~\w]+):[ \t]*(.*?)[ \t]*$/s.exec(line) ?? [];
    if (name === '') throw cannotSend(`the header line ${JSON.stringify(line)}`);
    const lower = name.toLowerCase();
    if (connectionField(lower, value)) throw cannotSend(`the field ${lower}`);
    return [[lower, value]];
  });
}

function cannotSend(what: string): ScriptError {
  return new ScriptError(`HTTP/2 cannot send ${what}`);
}
