/** One stream: its request as far as it is sent, and its response as far as it has come. */
import { ProtocolError } from '../protocol-error.js';
import { type ReadFields, readFields } from './field-block.js';
import type { Http2Request } from './http2-request.js';
import { ReceiveWindow } from './negotiation.js';

export interface Http2Response {
  readonly status: number;
  readonly fields: Readonly<Record<string, string>>;
  readonly content: Uint8Array;
}

export type StreamEnd =
  /** @param late the request was still being sent when the response had come */
  | { readonly kind: 'answered'; readonly late: boolean }
  /** The server never looked at it. */
  | { readonly kind: 'unprocessed' }
  /** The stream was reset, or its whole connection broke. */
  | { readonly kind: 'reset' | 'broken'; readonly cause: string };

export interface StreamOwner {
  /** The response is whole. */
  onResponse(response: Http2Response): void;
  /** It takes no place any more. */
  onClosed(end: StreamEnd): void;
}

interface Kept {
  /** Somebody reads fields and content. */
  readonly collect: boolean;
  readonly maxContentBytes: number;
}

const noContent = new Uint8Array(0);

export class Http2Stream {
  readonly id: number;
  readonly owner: StreamOwner;
  readonly receiveWindow = new ReceiveWindow();
  readonly #request: Http2Request;
  readonly #kept: Kept;
  #head: ReadFields | undefined;
  readonly #pieces: Buffer[] = [];
  #bytes = 0;
  /** Content that may be sent, by the server's leave. */
  window: number;
  /** How much of the request's content is sent. */
  #sent = 0;
  answered = false;

  constructor(id: number, owner: StreamOwner, request: Http2Request, window: number, kept: Kept) {
    this.id = id;
    this.owner = owner;
    this.#request = request;
    this.window = window;
    this.#kept = kept;
  }

  /** Content that is not sent yet. */
  get left(): number {
    return (this.#request.content?.length ?? 0) - this.#sent;
  }

  /** The next piece of the content. */
  take(bytes: number): string | Uint8Array {
    const from = this.#sent;
    this.#sent += bytes;
    this.window -= bytes;
    const content = this.#request.content as string | Uint8Array;
    return typeof content === 'string'
      ? content.slice(from, this.#sent)
      : content.subarray(from, this.#sent);
  }

  /** Takes a block of fields: a head, one of those before it (1xx), or trailers. */
  head(block: Buffer, isLast: boolean): void {
    if (this.#head) {
      if (!isLast) throw new ProtocolError('a head after a head');
      return;
    }
    const head = readFields(block, this.#kept.collect);
    const { status = 0 } = head;
    if (status < 200 && (status < 100 || status === 101 || isLast))
      throw new ProtocolError(status === 0 ? 'a response without :status' : `a final ${status}`);
    if (status >= 200) this.#head = head;
  }

  /** Takes content, which is not kept after the call unless somebody reads it. */
  content(bytes: Buffer, from: number, to: number): void {
    if (!this.#head) throw new ProtocolError('content before a head');
    this.#bytes += to - from;
    const { collect, maxContentBytes } = this.#kept;
    if (!collect) return;
    if (this.#bytes > maxContentBytes)
      throw new ProtocolError(
        `content of more than ${maxContentBytes} bytes, which somebody reads`,
      );
    this.#pieces.push(Buffer.from(bytes.subarray(from, to)));
  }

  /** The response, which is whole. @throws ProtocolError if it is not of the length it says */
  get response(): Http2Response {
    const { status = 0, contentLength, fields } = this.#head ?? { fields: {} };
    if (this.#head === undefined) throw new ProtocolError('an end before a head');
    const may = this.#request.toHead || status === 304 || contentLength === undefined;
    if (!may && Number(contentLength) !== this.#bytes)
      throw new ProtocolError(
        `content of ${this.#bytes} bytes, and Content-Length says ${contentLength}`,
      );
    const content = this.#pieces.length === 0 ? noContent : Buffer.concat(this.#pieces);
    return { status, fields, content };
  }
}
