/**
 * The heads of responses, with the fields that node:http would add. A head is composed of bytes
 * that are kept: those of its kind, and those of the second. Only its two numbers differ.
 */
import { STATUS_CODES } from 'node:http';
import type { Headers, ResponseFields } from '../api/response.js';

const secondMs = 1000;
/** A version has 16 digits from 2001 to 2286. */
const tagDigits = 16;
const minVersion = 10 ** (tagDigits - 1);
const maxVersion = Number.MAX_SAFE_INTEGER;
/** Half of the digits: V8 calculates with small integers in half the time. */
const halfDigits = tagDigits / 2;
const half = 10 ** halfDigits;
const zero = 0x30;
const beforeTag = '\r\nETag: "';

export class ResponseHead {
  readonly #common: string;
  readonly #keepAlive: string;
  #second = 0;
  #date = '';
  /** Heads of the second that keep the connection, behind the length. */
  #end: Buffer = Buffer.alloc(0);
  #taggedEnd: Buffer = Buffer.alloc(0);
  /** Status line and fields of a kind of response, up to the length. */
  readonly #starts = new WeakMap<Headers, Map<number, Buffer>>();
  /** The kind of the last response. */
  #start: Buffer = Buffer.alloc(0);
  #status = 0;
  #headers: Headers | undefined;

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
    this.#beginSecond();
    const { status, headers, ownHeaders, version } = response;
    const tag = version === undefined ? '' : `ETag: "${version}"\r\n`;
    const end = closes ? 'Connection: close\r\n\r\n' : this.#keepAlive;
    const start = startOf(status, headers);
    return `${start}${contentLength}\r\n${linesOf(ownHeaders)}${tag}${this.#date}${end}`;
  }

  /**
   * Writes the head into bytes, between `at` and `limit`.
   * @returns where it ends; -1: it has no room there
   */
  write(
    response: ResponseFields,
    contentLength: number,
    closes: boolean,
    into: Buffer,
    at: number,
    limit: number,
  ): number {
    const { status, headers, ownHeaders, version = minVersion } = response;
    if (closes || ownHeaders !== undefined || version < minVersion || version > maxVersion) {
      const text = this.format(response, contentLength, closes);
      return text.length > limit - at ? -1 : at + into.write(text, at, 'latin1');
    }
    this.#beginSecond();
    if (headers !== this.#headers || status !== this.#status) this.#beginKind(status, headers);
    const start = this.#start;
    const end = response.version === undefined ? this.#end : this.#taggedEnd;
    const lengthAt = at + start.length;
    const endAt = lengthAt + digitsOf(contentLength);
    if (endAt + end.length > limit) return -1;
    into.set(start, at);
    writeDigits(into, lengthAt, endAt, contentLength);
    into.set(end, endAt);
    if (response.version !== undefined) writeVersion(into, endAt + beforeTag.length, version);
    return endAt + end.length;
  }

  #beginSecond(): void {
    const second = Math.floor(Date.now() / secondMs);
    if (second === this.#second) return;
    this.#second = second;
    this.#date = `${this.#common}Date: ${new Date(second * secondMs).toUTCString()}\r\n`;
    const end = `${this.#date}${this.#keepAlive}`;
    this.#end = Buffer.from(`\r\n${end}`, 'latin1');
    this.#taggedEnd = Buffer.from(`${beforeTag}${'0'.repeat(tagDigits)}"\r\n${end}`, 'latin1');
  }

  #beginKind(status: number, headers: Headers): void {
    let starts = this.#starts.get(headers);
    if (starts === undefined) {
      starts = new Map();
      this.#starts.set(headers, starts);
    }
    let start = starts.get(status);
    if (start === undefined) {
      start = Buffer.from(startOf(status, headers), 'latin1');
      starts.set(status, start);
    }
    this.#start = start;
    this.#status = status;
    this.#headers = headers;
  }
}

function startOf(status: number, headers: Headers): string {
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${linesOf(headers)}Content-Length: `;
}

function linesOf(headers: Headers = {}): string {
  let text = '';
  for (const name in headers) text += `${name}: ${headers[name]}\r\n`;
  return text;
}

function writeVersion(into: Buffer, at: number, version: number): void {
  const first = Math.floor(version / half);
  const middle = at + halfDigits;
  writeDigits(into, at, middle, first);
  writeDigits(into, middle, middle + halfDigits, version - first * half);
}

/** How many digits a number has. */
function digitsOf(number: number): number {
  let digits = 1;
  for (let bound = 10; number >= bound; bound *= 10) digits++;
  return digits;
}

/** Writes the last digits of a number below 2³¹. */
function writeDigits(into: Buffer, start: number, end: number, number: number): void {
  let rest = number;
  for (let at = end - 1; at >= start; at--) {
    const next = (rest / 10) | 0;
    into[at] = zero + rest - next * 10;
    rest = next;
  }
}
