/** The heads of responses as text, with the fields that node:http would add. */
import { STATUS_CODES } from 'node:http';
import type { Headers, ResponseFields } from '../api/response.js';

const secondMs = 1000;
/** One more than the last digits of a version can say. */
const lastDigits = 10 ** 9;

/** Header fields as text, by the object that lists them: responses of one kind share theirs. */
const lines = new WeakMap<object, string>();

export class ResponseHead {
  readonly #keepAlive: string;
  readonly #common: string;
  #second = 0;
  /** The end of a head: of one that keeps the connection, and of one that closes it. */
  #kept = '';
  #closed = '';
  /** The same behind an ETag's value. */
  #keptBehindTag = '';
  #closedBehindTag = '';
  /** The start of the last head, and what it was made of: like responses share it. */
  #start = '';
  #startToTag = '';
  /** The same up to the last digits of a version, and the digits before those. */
  #startToDigits = '';
  #firstDigits = 0;
  #status = 0;
  #headers: Headers | undefined;
  #contentLength = -1;

  /**
   * @param keepAliveMs how long an idle connection is kept, for the client to know
   * @param common fields of every response
   */
  constructor(keepAliveMs: number, common: Headers = {}) {
    this.#common = linesOf(common);
    const seconds = Math.floor(keepAliveMs / 1000);
    this.#keepAlive = `Connection: keep-alive\r\nKeep-Alive: timeout=${seconds}\r\n\r\n`;
  }

  /** Status line and fields, to the empty line, with Date (RFC 9110 § 6.6.1) and Connection. */
  format(response: ResponseFields, contentLength: number, closes: boolean): string {
    const { status, headers, ownHeaders, version } = response;
    const second = Math.floor(Date.now() / secondMs);
    if (second !== this.#second) this.#begin(second);
    if (
      headers !== this.#headers ||
      contentLength !== this.#contentLength ||
      status !== this.#status
    )
      this.#beginLike(status, headers, contentLength);
    if (ownHeaders !== undefined) return this.#formatOwn(ownHeaders, version, closes);
    return version === undefined
      ? this.#start + (closes ? this.#closed : this.#kept)
      : this.#startTo(version) + (closes ? this.#closedBehindTag : this.#keptBehindTag);
  }

  /**
   * Nearly every response has another version, but its first digits change once in 1000 s. V8 makes
   * text of a small integer in half the time that it takes for a large one.
   */
  #startTo(version: number): string {
    const firstDigits = Math.floor(version / lastDigits);
    if (firstDigits === 0) return this.#startToTag + version;
    if (firstDigits !== this.#firstDigits) {
      this.#firstDigits = firstDigits;
      this.#startToDigits = this.#startToTag + firstDigits;
    }
    const rest = version - firstDigits * lastDigits;
    const digits = rest >= lastDigits / 10 ? String(rest) : String(lastDigits + rest).slice(1);
    return this.#startToDigits + digits;
  }

  #formatOwn(ownHeaders: Headers, version: number | undefined, closes: boolean): string {
    const tag = version === undefined ? '' : `ETag: "${version}"\r\n`;
    return this.#start + linesOf(ownHeaders) + tag + (closes ? this.#closed : this.#kept);
  }

  #beginLike(status: number, headers: Headers, contentLength: number): void {
    let text = lines.get(headers);
    if (text === undefined) {
      text = linesOf(headers);
      lines.set(headers, text);
    }
    this.#headers = headers;
    this.#contentLength = contentLength;
    this.#status = status;
    this.#start =
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${text}` +
      `Content-Length: ${contentLength}\r\n`;
    this.#startToTag = `${this.#start}ETag: "`;
    this.#firstDigits = 0;
  }

  #begin(second: number): void {
    this.#second = second;
    const date = `${this.#common}Date: ${new Date(second * secondMs).toUTCString()}\r\n`;
    this.#kept = `${date}${this.#keepAlive}`;
    this.#closed = `${date}Connection: close\r\n\r\n`;
    this.#keptBehindTag = `"\r\n${this.#kept}`;
    this.#closedBehindTag = `"\r\n${this.#closed}`;
  }
}

function linesOf(headers: Headers): string {
  let text = '';
  for (const name in headers) text += `${name}: ${headers[name]}\r\n`;
  return text;
}
