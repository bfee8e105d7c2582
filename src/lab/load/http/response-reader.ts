/**
 * Reads the responses of one connection: as much of HTTP/1.1 (RFC 9112) as it takes to know where
 * each ends and whether the connection goes on. Headers and content are kept only if asked for.
 * Bytes that are not HTTP are an error, never a guess. Two things are taken as HTTP clients take
 * them: empty lines before a response, and a 408 that says why an idle connection is closed.
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
  /** The peer closes a connection that waits for nothing: it has sent a 408 (RFC 9110, 15.5.9). */
  readonly onIdleTimeout: () => void;
  /** Keep headers and content for onResponse; both are empty otherwise. */
  readonly collect: boolean;
  /** More content is an error if it is kept; content that is not kept may be of any length. */
  readonly maxContentBytes: number;
}

const noContent = new Uint8Array(0);
const noHeaders = {};

/** How the head of a 408 begins. */
const timeout = 'HTTP/1.1 408 ';

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
  #toHead: boolean | readonly boolean[] = false;
  /** Responses since the last request was announced. */
  #finished = 0;
  /** Bytes that came while nothing was expected, as long as they may begin a 408. */
  #unasked = '';
  #kept: Uint8Array[] = [];
  #keptBytes = 0;

  constructor(options: ReaderOptions) {
    this.#options = options;
    this.#head = new HeadReader(options.collect);
  }

  /**
   * Announces requests that were sent.
   * @param toHead they are HEAD, or which of them are: no content comes back
   */
  expect(responses: number, toHead: boolean | readonly boolean[]): void {
    this.#expected += responses;
    this.#toHead = toHead;
    this.#finished = 0;
  }

  /** Takes what arrived; the bytes are not kept after the call. @throws ProtocolError */
  feed(bytes: Buffer, length: number): void {
    if (this.#unasked !== '' && this.#expected > 0) {
      // A request was sent after all: these bytes begin its response.
      const begun = Buffer.from(this.#unasked, 'latin1');
      this.#unasked = '';
      this.feed(begun, begun.length);
    }
    let at = 0;
    while (at < length) {
      if (this.#state === 'head') {
        if (!this.#head.begun && this.#unasked === '') at = afterEmptyLines(bytes, at, length);
        if (at === length) return;
        if (this.#expected === 0) {
          this.#takeUnasked(bytes.toString('latin1', at, length));
          return;
        }
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
    const within = this.#expected > 0 || this.#head.begun || this.#unasked !== '';
    return this.#state === 'head' && !within;
  }

  #takeUnasked(text: string): void {
    this.#unasked += text;
    const begun = this.#unasked.slice(0, timeout.length).replace(/^HTTP\/1\.0/, 'HTTP/1.1');
    if (!timeout.startsWith(begun))
      throw new ProtocolError('bytes that answer no request', this.#unasked);
    if (begun === timeout) this.#options.onIdleTimeout();
  }

  #beginContent(head: Head): void {
    if (head.status < 200) {
      if (head.status === 101)
        throw new ProtocolError('101 Switching Protocols, which nobody asked for');
      return;
    }
    this.#current = head;
    const toHead = typeof this.#toHead === 'boolean' ? this.#toHead : this.#toHead[this.#finished];
    if (toHead || head.status === 204 || head.status === 304) this.#finish();
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
    this.#finished++;
    this.#options.onResponse({
      status,
      keepAlive: keepAlive && !untilClose,
      headers: headers ?? noHeaders,
      content,
    });
  }
}

/** Old servers send CR LF behind content, and it is counted nowhere (RFC 9112, 2.2). */
function afterEmptyLines(bytes: Buffer, from: number, length: number): number {
  let at = from;
  while (at < length && (bytes[at] === 0x0d || bytes[at] === 0x0a)) at++;
  return at;
}
