/**
 * Bytes of all connections read into one buffer. Otherwise Node makes a buffer of 64 KiB for each read, and shrinks it to what came: a
 * tenth of all that a GET costs (measured: ARCHITECTURE.md).
 *
 * Node has this for connections a program opens, as the option `onread` of net.Socket; net.Server makes the sockets of those it accepts
 * without. So what the option would have set is set afterwards. These are Node's internals: where they are not as expected, nothing
 * is touched, and bytes come as 'data', as ever.
 */
import type { Socket } from 'node:net';

/**
 * Serves what it can of bytes that are there until it returns.
 * @returns how many of them it is done with; the others come as 'data'
 */
export type Take = (bytes: Buffer) => number;

/** What libuv would have Node allocate for one read. */
const buffer = Buffer.allocUnsafeSlow(64 * 1024);

/** What `onread` sets: the properties of a socket whose symbols have these descriptions, and one call of its handle. */
interface Internals {
  _handle?: { useUserBuffer?: (buffer: Buffer) => unknown } | null;
  [symbol: symbol]: unknown;
}

/**
 * Has what comes on the socket read into the common buffer and given to `take`. To be called before the first read, as a server's
 * 'connection' event is.
 * @returns whether this Node can
 */
export function readIntoCommonBuffer(socket: Socket, take: Take): boolean {
  const internals = socket as unknown as Internals;
  const [kBuffer, kCallback, kGenerator] = ['kBuffer', 'kBufferCb', 'kBufferGen'].map(
    (description) =>
      Object.getOwnPropertySymbols(internals).find((symbol) => symbol.description === description),
  );
  if (kBuffer === undefined || kCallback === undefined || kGenerator === undefined) return false;
  // With `onread` they would be set; without, all are null.
  if ([kBuffer, kCallback, kGenerator].some((symbol) => internals[symbol] !== null)) return false;
  // From here on it reads into our buffer, or, if the call did not say 0, as ever.
  if (internals._handle?.useUserBuffer?.(buffer) !== 0) return false;
  internals[kBuffer] = buffer;
  internals[kCallback] = (length: number): boolean => {
    const bytes = buffer.subarray(0, length);
    // Nothing may overtake what waits in the socket: a paused one may read on, up to its high-water mark.
    const taken = socket.readableLength === 0 ? take(bytes) : 0;
    return taken === length || socket.push(Buffer.from(bytes.subarray(taken)));
  };
  return true;
}
