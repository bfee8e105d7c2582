/**
 * Gives `node:http` the bytes of a connection in slices, one per turn of the event loop. One read
 * is up to 64 KiB: it may bring 1 500 requests, or 10 000 chunks, and node:http takes all of them
 * at once. With some hundred such connections a turn would take longer than clients wait.
 *
 * Bytes beyond the slice go back to the socket, whose own buffer is bounded. Their order, and the
 * end behind them, stay as they are.
 */
import type { Socket } from 'node:net';
import { isLingering } from '../connection/lingering.js';

/** Heads: some tens of requests. */
const headBytes = 2 * 1024;
const minChunkedBytes = 1024;
/** Chunks may get short at any time: even then a slice takes a few milliseconds at most. */
const maxChunkedBytes = 16 * 1024;
/**
 * A slice with more pieces of content was too long, one with fewer than a quarter too short. One
 * without any says nothing: nobody reads the content.
 */
const maxPieces = 128;

/** How far a connection may be read, as its owner sees it. */
export interface ReadState {
  /** No bytes may be read now. The owner resumes the socket when they may. */
  readonly isHeld: boolean;
  /** Bytes of content before the next head, or a little more; undefined: it comes in chunks. */
  readonly contentLeft: number | undefined;
  /** Pieces of content so far, over all requests. */
  readonly pieces: number;
  /** Called before each slice. */
  onSlice(bytes: number): void;
}

/** To be called when node:http has begun to listen to the socket, and before its first byte. */
export function readInSlices(socket: Socket, state: ReadState): void {
  const listeners = socket.listeners('data') as ((piece: Buffer) => void)[];
  for (const listener of listeners) socket.off('data', listener);
  let chunkedBytes = headBytes;
  /** This turn's slice was given. node:http resumes the socket whenever content is read. */
  let waits = false;
  const resume = () => {
    waits = false;
    if (!state.isHeld) resumeReading(socket);
  };
  const onData = (bytes: Buffer) => {
    if (waits || state.isHeld || isPausedByHttp(socket)) {
      socket.pause();
      socket.unshift(bytes);
      return;
    }
    const { contentLeft, pieces } = state;
    const slice = bytes.subarray(
      0,
      contentLeft === undefined ? chunkedBytes : contentLeft + headBytes,
    );
    state.onSlice(slice.length);
    for (const listener of listeners) listener.call(socket, slice);
    if (contentLeft === undefined) {
      const came = state.pieces - pieces;
      if (came > maxPieces) chunkedBytes = Math.max(chunkedBytes / 2, minChunkedBytes);
      else if (came > 0 && came < maxPieces / 4)
        chunkedBytes = Math.min(chunkedBytes * 2, maxChunkedBytes);
    }
    if (slice.length === bytes.length || socket.destroyed || isLingering(socket)) return;
    socket.pause();
    socket.unshift(bytes.subarray(slice.length));
    waits = true;
    setImmediate(resume);
  };
  socket.on('data', onData);
}

/** node:http pauses a socket while too many bytes wait to be sent, and resumes it by itself. */
function isPausedByHttp(socket: Socket): boolean {
  return (socket as Socket & { _paused?: boolean })._paused === true;
}

export function resumeReading(socket: Socket): void {
  if (!isPausedByHttp(socket)) socket.resume();
}
