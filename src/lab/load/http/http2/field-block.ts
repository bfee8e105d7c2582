/**
 * Blocks of fields (HPACK, RFC 7541), without a dynamic table. So a block stands for itself: those
 * of requests can be made once, and in a response only what is wanted has to be decoded.
 */
import { ProtocolError } from '../protocol-error.js';
import { decodeHuffman } from './huffman.js';

/** The static table, from 1: a name, or a name and a value. */
const staticTable = `
:authority;:method GET;:method POST;:path /;:path /index.html;:scheme http;:scheme https;
:status 200;:status 204;:status 206;:status 304;:status 400;:status 404;:status 500;
accept-charset;accept-encoding gzip, deflate;accept-language;accept-ranges;accept;
access-control-allow-origin;age;allow;authorization;cache-control;content-disposition;
content-encoding;content-language;content-length;content-location;content-range;content-type;
cookie;date;etag;expect;expires;from;host;if-match;if-modified-since;if-none-match;if-range;
if-unmodified-since;last-modified;link;location;max-forwards;proxy-authenticate;
proxy-authorization;range;referer;refresh;retry-after;server;set-cookie;strict-transport-security;
transfer-encoding;user-agent;vary;via;www-authenticate`
  .replaceAll('\n', '')
  .split(';')
  .map((entry): readonly [name: string, value: string] => {
    const space = entry.indexOf(' ');
    return space < 0 ? [entry, ''] : [entry.slice(0, space), entry.slice(space + 1)];
  });

/** Fields that no table on the way may keep. */
const secret = /^(authorization|proxy-authorization|cookie)$/;
const literal = { plain: 0x00, neverIndexed: 0x10 };
const indexOf = { ':authority': 1, ':method': 2, ':path': 4, ':scheme': 6 } as const;

/** A field as text of one byte per character; so are name and value. */
export function encodeField(name: string, value: string): string {
  const index = indexOf[name as keyof typeof indexOf];
  if (index !== undefined) return String.fromCharCode(index) + encodeText(value);
  const kind = secret.test(name) ? literal.neverIndexed : literal.plain;
  return String.fromCharCode(kind) + encodeText(name) + encodeText(value);
}

function encodeText(text: string): string {
  if (text.length < 127) return String.fromCharCode(text.length) + text;
  let bytes = '\x7f';
  let rest = text.length - 127;
  for (; rest >= 128; rest = rest >>> 7) bytes += String.fromCharCode(128 | (rest & 127));
  return bytes + String.fromCharCode(rest) + text;
}

export interface ReadFields {
  /** Undefined if there is none. */
  readonly status: number | undefined;
  readonly contentLength: string | undefined;
  /** Names as received, the last of equal ones; none unless asked for. */
  readonly fields: Readonly<Record<string, string>>;
}

/** @param collect keep all fields @throws ProtocolError */
export function readFields(block: Buffer, collect: boolean): ReadFields {
  const reader = new Reader(block);
  const fields: Record<string, string> = {};
  let status: number | undefined;
  let contentLength: string | undefined;
  while (!reader.done) {
    const [name, inTable] = reader.name();
    const isPseudo = name?.startsWith(':') === true;
    const wanted = isPseudo || name === 'content-length' || collect;
    const value = inTable ?? reader.text(wanted);
    if (!wanted || value === undefined || name === undefined) continue;
    if (name === ':status') status = statusOf(value, status);
    else if (isPseudo) throw new ProtocolError('a pseudo-field in a response', name);
    else if (name === 'content-length') contentLength = value;
    if (collect && !isPseudo) fields[name] = value;
  }
  return { status, contentLength, fields };
}

function statusOf(value: string, before: number | undefined): number {
  if (before === undefined && /^[1-9][0-9][0-9]$/.test(value)) return Number(value);
  throw new ProtocolError('a bad :status', value);
}

class Reader {
  readonly #block: Buffer;
  #at = 0;

  constructor(block: Buffer) {
    this.#block = block;
  }

  get done(): boolean {
    return this.#at >= this.#block.length;
  }

  /** The name of the next field, and its value if it comes from the table. */
  name(): [name: string | undefined, value: string | undefined] {
    const first = this.#block[this.#at] as number;
    if (first >= 0x80) {
      const [name, value] = entry(this.#integer(7));
      return [name, value];
    }
    if (first >= 0x40) return [this.#literalName(6), undefined];
    if (first < 0x20) return [this.#literalName(4), undefined];
    if (this.#integer(5) > 0) throw new ProtocolError('a table of fields larger than allowed');
    return [undefined, ''];
  }

  /** A text; undefined if it is not wanted. */
  text(wanted: boolean): string | undefined {
    const huffman = (this.#block[this.#at] as number) >= 0x80;
    const length = this.#integer(7);
    const from = this.#at;
    this.#at += length;
    if (this.#at > this.#block.length) throw new ProtocolError('a block of fields that is cut');
    if (!wanted) return undefined;
    return huffman
      ? decodeHuffman(this.#block, from, this.#at)
      : this.#block.toString('latin1', from, this.#at);
  }

  #literalName(bits: number): string | undefined {
    const index = this.#integer(bits);
    return index === 0 ? this.text(true) : entry(index)[0];
  }

  /** An integer with so many bits in its first byte (RFC 7541, 5.1). */
  #integer(bits: number): number {
    const mask = 2 ** bits - 1;
    let value = this.#next() & mask;
    if (value < mask) return value;
    for (let shift = 1; ; shift *= 128) {
      const byte = this.#next();
      value += (byte & 127) * shift;
      if (byte < 128) return value;
      if (shift > 2 ** 28) throw new ProtocolError('an integer that does not end');
    }
  }

  #next(): number {
    const byte = this.#block[this.#at++];
    if (byte === undefined) throw new ProtocolError('a block of fields that is cut');
    return byte;
  }
}

function entry(index: number): readonly [name: string, value: string] {
  const found = staticTable[index - 1];
  if (found === undefined) throw new ProtocolError(`field ${index} of a table that is not allowed`);
  return found;
}
