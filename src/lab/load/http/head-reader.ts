/**
 * The head of a response: status line and header fields (RFC 9112, 4 and 5). It reads three fields,
 * and the names of the others, because a malformed name could hide one of the three. A field may be
 * folded over several lines, as old servers write it. The result is the same however the head is
 * split into pieces.
 */
import { ProtocolError } from './protocol-error.js';

export interface Head {
  readonly status: number;
  readonly keepAlive: boolean;
  readonly chunked: boolean;
  readonly contentLength: number | undefined;
  /** Names as received, the last of equal ones; undefined unless asked for. */
  readonly headers: Record<string, string> | undefined;
}

const maxHeadBytes = 256 * 1024;

const lf = 10;
const cr = 13;
const colon = 0x3a;
const beginning = 'HTTP/1.';

export class HeadReader {
  readonly #collect: boolean;
  /** The beginning of an unfinished line. */
  #partial = '';
  /** A field that the next lines may go on with; undefined if it decides nothing. */
  #open: string | undefined;
  /** Whether any field has begun. */
  #anyField = false;
  #bytes = 0;
  #done = false;
  #status = 0;
  #keepAlive = true;
  #close = false;
  #chunked = false;
  #coded = false;
  #contentLength: number | undefined;
  #headers: Record<string, string> | undefined;

  /** @param collect keep all fields */
  constructor(collect: boolean) {
    this.#collect = collect;
  }

  get done(): boolean {
    return this.#done;
  }

  /** Whether anything of a head has arrived. */
  get begun(): boolean {
    return this.#bytes > 0;
  }

  /** Reads from `at`; returns where it stopped: the end, or past the head. @throws ProtocolError */
  feed(bytes: Buffer, at: number, length: number): number {
    let from = at;
    while (from < length) {
      const end = bytes.indexOf(lf, from);
      const stop = end === -1 || end >= length ? length : end + 1;
      this.#bytes += stop - from;
      if (this.#bytes > maxHeadBytes)
        throw new ProtocolError(`a head of more than ${maxHeadBytes} bytes`);
      if (stop === length && bytes[stop - 1] !== lf) {
        this.#partial += bytes.toString('latin1', from, stop);
        // Another protocol may never end its line.
        if (this.#status === 0 && !beginning.startsWith(this.#partial.slice(0, beginning.length)))
          this.#statusLine(this.#partial);
        return stop;
      }
      this.#line(bytes, from, stop);
      from = stop;
      if (this.#done) return from;
    }
    return from;
  }

  /** The finished head; the reader is then ready for the next one. */
  take(): Head {
    const head: Head = {
      status: this.#status,
      keepAlive: this.#keepAlive && !this.#close,
      chunked: this.#chunked,
      contentLength: this.#coded ? undefined : this.#contentLength,
      headers: this.#headers,
    };
    this.#done = false;
    this.#anyField = false;
    this.#bytes = 0;
    this.#status = 0;
    this.#close = false;
    this.#chunked = false;
    this.#coded = false;
    this.#contentLength = undefined;
    this.#headers = undefined;
    return head;
  }

  /** One line with its end. Lines that decide nothing are not even turned into text. */
  #line(bytes: Buffer, from: number, stop: number): void {
    let line: string | undefined;
    if (this.#partial !== '') {
      line = withoutEnd(this.#partial + bytes.toString('latin1', from, stop));
      this.#partial = '';
    }
    if (this.#status === 0)
      this.#statusLine(line ?? withoutEnd(bytes.toString('latin1', from, stop)));
    else if (line === undefined ? isEmpty(bytes, from, stop) : line === '') {
      this.#endField();
      this.#done = true;
    } else {
      const first = line === undefined ? (bytes[from] as number) : line.charCodeAt(0);
      const text = () => line ?? withoutEnd(bytes.toString('latin1', from, stop));
      // Space or tab: the field goes on (RFC 9112, 5.2).
      if (this.#anyField && (first === 0x20 || first === 0x09)) {
        if (this.#open !== undefined) this.#open += ` ${text().trim()}`;
        return;
      }
      this.#endField();
      this.#anyField = true;
      const letter = first | 0x20;
      // c: Content-Length, Connection; t: Transfer-Encoding.
      if (this.#collect || letter === 0x63 || letter === 0x74 || line !== undefined) {
        this.#open = text();
        nameOf(this.#open);
      } else if (!hasName(bytes, from, stop)) throw noName(text());
    }
  }

  #endField(): void {
    if (this.#open === undefined) return;
    const line = this.#open;
    this.#open = undefined;
    this.#field(line);
  }

  #statusLine(line: string): void {
    const [, minor, status] = /^HTTP\/1\.([01]) ([1-9][0-9][0-9])(?: |$)/.exec(line) ?? [];
    if (status === undefined) throw new ProtocolError('no HTTP/1.1 status line', line);
    this.#status = Number(status);
    this.#keepAlive = minor === '1';
    if (this.#collect) this.#headers = {};
  }

  #field(line: string): void {
    const name = nameOf(line);
    const value = line.slice(name.length + 1).trim();
    if (this.#headers) this.#headers[name] = value;
    switch (name.toLowerCase()) {
      case 'content-length':
        if (
          !/^[0-9]{1,15}$/.test(value) ||
          (this.#contentLength ?? Number(value)) !== Number(value)
        )
          throw new ProtocolError('a bad Content-Length', line);
        this.#contentLength = Number(value);
        break;
      case 'transfer-encoding':
        // A coding voids the length (RFC 9112, 6.3); without chunked it lasts until the close.
        this.#coded = true;
        this.#chunked = /(^|,)\s*chunked[\s,]*$/i.test(value);
        break;
      case 'connection':
        if (/(^|,)\s*close\s*(,|$)/i.test(value)) this.#close = true;
        else if (/(^|,)\s*keep-alive\s*(,|$)/i.test(value)) this.#keepAlive = true;
        break;
    }
  }
}

/** @throws ProtocolError */
function nameOf(line: string): string {
  const [, name] = /^([!-9;-~]+):/.exec(line) ?? [];
  if (name === undefined) throw noName(line);
  return name;
}

/** Whether a line begins with visible ASCII and a colon. */
function hasName(bytes: Buffer, from: number, stop: number): boolean {
  for (let at = from; at < stop; at++) {
    const byte = bytes[at] as number;
    if (byte === colon) return at > from;
    if (byte <= 0x20 || byte >= 0x7f) return false;
  }
  return false;
}

function noName(line: string): ProtocolError {
  return new ProtocolError('a header line without a proper name', line);
}

function withoutEnd(line: string): string {
  return line.endsWith('\r\n') ? line.slice(0, -2) : line.slice(0, -1);
}

function isEmpty(bytes: Buffer, from: number, stop: number): boolean {
  return stop - from === 1 || (stop - from === 2 && bytes[from] === cr);
}
