/**
 * Reads the responses of one connection: as much of HTTP/1.1 (RFC 9112) as it takes to know where
 * each ends and whether the connection goes on. Headers and content are kept only if asked for.
 * Bytes that are not HTTP are an error, never a guess.
 */
import { ChunkedContent } from './chunked-content.js';
import { type Head, HeadReader } from './head-reader.js';
import { ProtocolError } from './protocol-error.js';

export interface Response {
  readonly status: number;
  /** Whether another request may be sent on this connection. */
  readonly keepAlive: boolean;
  /** Only for readers that collect. */
  readonly headers: Readonly<Record<string, string>>;
  readonly content: Uint8Array;
}

export interface ReaderOptions {
  /** Called for each response (not for 1xx), from within feed() and end(). */
  readonly onResponse: (response: Response) => void;
  /** Keep headers and content for onResponse; both are empty otherwise. */
  readonly collect: boolean;
  /** More content is an error if it is kept; content that is not kept may be of any length. */
  readonly maxContentBytes: number;
}

const noContent = new Uint8Array(0);
const noHeaders = {};

type State = 'head' | 'fixed' | 'chunked' | 'until-close';

export class ResponseReader {
  readonly #options: ReaderOptions;
  readonly #head: HeadReader;
  readonly #chunked = new ChunkedContent();
  #state: State = 'head';
  #current: Head | undefined;
  /** Bytes still to come of content of known length. */
  #left = 0;
  #expected = 0;
  #toHead = false;
  #kept: Uint8Array[] = [];
  #keptBytes = 0;

  constructor(options: ReaderOptions) {
    this.#options = options;
    this.#head = new HeadReader(options.collect);
  }

  /** Announces requests that were sent. @param toHead they are HEAD: no content comes back */
  expect(responses: number, toHead: boolean): void {
    this.#expected += responses;
    this.#toHead = toHead;
  }

  /** Takes what arrived; the bytes are not kept after the call. @throws ProtocolError */
  feed(bytes: Buffer, length: number): void {
    let at = 0;
    while (at < length) {
      if (this.#state === 'head') {
        if (this.#expected === 0)
          throw new ProtocolError(
            'bytes that answer no request',
            bytes.toString('latin1', at, length),
          );
        at = this.#head.feed(bytes, at, length);
        if (this.#head.done) this.#beginContent(this.#head.take());
      } else if (this.#state === 'chunked') {
        at = this.#chunked.feed(bytes, at, length, this.#keep);
        if (this.#chunked.done) this.#finish();
      } else {
        const taken = Math.min(this.#left, length - at);
        this.#keep(bytes, at, at + taken);
        at += taken;
        this.#left -= taken;
        if (this.#left === 0) this.#finish();
      }
    }
  }

  /** The peer has closed. Returns whether it may: nothing was expected, or content ends so. */
  end(): boolean {
    if (this.#state === 'until-close') this.#finish();
    return this.#expected === 0 && this.#state === 'head' && !this.#head.begun;
  }

  #beginContent(head: Head): void {
    if (head.status < 200) {
      if (head.status === 101)
        throw new ProtocolError('101 Switching Protocols, which nobody asked for');
      return;
    }
    this.#current = head;
    if (this.#toHead || head.status === 204 || head.status === 304) this.#finish();
    else if (head.chunked) {
      this.#state = 'chunked';
      this.#chunked.begin();
    } else if (head.contentLength === undefined) {
      this.#state = 'until-close';
      this.#left = Number.POSITIVE_INFINITY;
    } else if (head.contentLength === 0) this.#finish();
    else {
      this.#state = 'fixed';
      this.#left = head.contentLength;
    }
  }

  readonly #keep = (bytes: Buffer, from: number, to: number): void => {
    if (!this.#options.collect || to === from) return;
    this.#keptBytes += to - from;
    if (this.#keptBytes > this.#options.maxContentBytes)
      throw new ProtocolError(
        `content of more than ${this.#options.maxContentBytes} bytes, which the script reads`,
      );
    this.#kept.push(Uint8Array.prototype.slice.call(bytes, from, to));
  };

  #finish(): void {
    const { status, keepAlive, headers } = this.#current as Head;
    const untilClose = this.#state === 'until-close';
    const content = this.#keptBytes === 0 ? noContent : Buffer.concat(this.#kept);
    if (this.#keptBytes > 0) {
      this.#kept = [];
      this.#keptBytes = 0;
    }
    this.#state = 'head';
    this.#expected--;
    this.#options.onResponse({
      status,
      keepAlive: keepAlive && !untilClose,
      headers: headers ?? noHeaders,
      content,
    });
  }
}
