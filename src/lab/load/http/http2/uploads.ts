/** The sending side of a connection: heads, and content as far as the server takes it. */
import type { Socket } from 'node:net';
import { flags, frameHead, frameTypes, headFrames, maxPayloadBytes } from './frames.js';
import type { Http2Request } from './http2-request.js';
import type { Http2Stream } from './http2-stream.js';
import { defaultWindow } from './negotiation.js';

export class Uploads {
  readonly #socket: Socket;
  /** All of a request is sent that was begun before. */
  readonly #onSent: (stream: Http2Stream) => void;
  /** Streams with content that the server does not take yet. */
  readonly #waiting = new Set<Http2Stream>();
  /** Content that may be sent on all streams together. */
  #window = defaultWindow;

  constructor(socket: Socket, onSent: (stream: Http2Stream) => void) {
    this.#socket = socket;
    this.#onSent = onSent;
  }

  begin(stream: Http2Stream, { block, content }: Http2Request): void {
    this.#send(stream, headFrames(stream.id, block, content === undefined));
    if (stream.left > 0) this.#waiting.add(stream);
  }

  /** The stream is closed. */
  end(stream: Http2Stream): void {
    this.#waiting.delete(stream);
  }

  /** Sends what it now may. @param bytes that all streams together may send more */
  resume(bytes: number): void {
    this.#window += bytes;
    for (const stream of this.#waiting) {
      this.#send(stream, '');
      if (stream.left > 0) continue;
      this.#waiting.delete(stream);
      this.#onSent(stream);
    }
  }

  write(text: string): void {
    if (text !== '' && this.#socket.writable) this.#socket.write(text, 'latin1');
  }

  /** Small requests go out in one piece. @param before goes in front of the content */
  #send(stream: Http2Stream, before: string): void {
    let text = before;
    let corked = false;
    while (stream.left > 0) {
      const bytes = Math.min(stream.left, stream.window, this.#window, maxPayloadBytes);
      if (bytes <= 0) break;
      this.#window -= bytes;
      const content = stream.take(bytes);
      text += frameHead(frameTypes.data, stream.left > 0 ? 0 : flags.endStream, stream.id, bytes);
      if (typeof content === 'string') text += content;
      else {
        if (!corked) this.#socket.cork();
        corked = true;
        this.write(text);
        this.#socket.write(content);
        text = '';
      }
    }
    this.write(text);
    if (corked) this.#socket.uncork();
  }
}
