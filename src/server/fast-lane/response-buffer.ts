/** Gathers the responses of one connection: those of one turn leave in one write. */
import type { Socket } from 'node:net';
import type { ResponseFields } from '../api/response.js';
import type { ResponseHead } from '../connection/response-head.js';
import type { Exchange } from '../statistics/exchange.js';
import { type Block, holdBlock, isLastIn, releaseBlock } from './outgoing-blocks.js';

/** Content of up to so many bytes is copied behind its head. */
const maxCopiedBytes = 8 * 1024;
/** No head has more, but one with many fields that were kept with the value. */
const maxHeadBytes = 2 * 1024;

export class ResponseBuffer {
  readonly #socket: Socket;
  readonly #responseHead: ResponseHead;
  /** Holds the responses, from start to end. Undefined: there are none. */
  #block: Block | undefined;
  readonly #exchange: Pick<Exchange, 'left'>;
  #start = 0;
  #end = 0;

  /** @param exchange told when responses are about to be written */
  constructor(socket: Socket, responseHead: ResponseHead, exchange: Pick<Exchange, 'left'>) {
    this.#socket = socket;
    this.#responseHead = responseHead;
    this.#exchange = exchange;
  }

  /** Bytes that the kernel has not taken yet. */
  get unsentLength(): number {
    return this.#end - this.#start + this.#socket.writableLength;
  }

  /** A response whose content is written behind it. */
  addHead(response: ResponseFields, contentLength: number, closes: boolean): void {
    this.#addHead(response, contentLength, closes, 0);
  }

  /** @param closes whether it says that it is the last one */
  add(response: ResponseFields, content: Uint8Array, closes: boolean): void {
    const { length } = content;
    const isCopied = length <= maxCopiedBytes;
    this.#addHead(response, length, closes, isCopied ? length : 0);
    if (!isCopied) this.#flush(content);
    else if (length > 0) {
      const block = this.#hold(length);
      block.bytes.set(content, this.#end);
      this.#endAt(block, this.#end + length);
    }
  }

  flush(): void {
    this.#flush(undefined);
  }

  /** @param room for what is written behind it into the block */
  #addHead(response: ResponseFields, contentLength: number, closes: boolean, room: number): void {
    const head = this.#responseHead;
    const block = this.#hold(maxHeadBytes + room);
    const limit = this.#end + maxHeadBytes;
    const end = head.write(response, contentLength, closes, block.bytes, this.#end, limit);
    if (end >= 0) {
      this.#endAt(block, end);
      return;
    }
    this.flush();
    this.#socket.write(head.format(response, contentLength, closes), 'latin1');
  }

  /** The block, with so many bytes free behind the responses. */
  #hold(bytes: number): Block {
    const held = this.#block;
    if (held) {
      if (isLastIn(held, this.#end) && this.#end + bytes <= held.bytes.length) return held;
      this.flush();
    }
    const block = holdBlock(bytes);
    this.#block = block;
    this.#start = block.used;
    this.#end = block.used;
    return block;
  }

  #endAt(block: Block, end: number): void {
    this.#end = end;
    block.used = end;
  }

  /** @param content written behind the responses, without a copy */
  #flush(content: Uint8Array | undefined): void {
    const block = this.#block;
    const socket = this.#socket;
    const responses = block?.bytes.subarray(this.#start, this.#end);
    this.#block = undefined;
    this.#end = this.#start;
    // A write may wake the client, and wait until it has read the response.
    this.#exchange.left();
    if (!socket.destroyed) {
      if (content) socket.cork();
      if (responses) socket.write(responses);
      if (content) {
        socket.write(content);
        socket.uncork();
      }
    }
    if (block) releaseBlock(block, socket.destroyed || socket.writableLength === 0);
  }
}
