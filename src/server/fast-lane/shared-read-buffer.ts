/**
 * Reads the bytes of all connections into one buffer. Node's own way, a buffer of 64 KiB for each
 * read, takes a noticeable part of the time of a GET.
 *
 * Node offers this to sockets that a program opens, as the option `onread` of net.Socket, but not
 * to those that net.Server accepts. So the internals that the option sets are set afterwards. Where
 * they are not as expected nothing is touched, and bytes come as 'data'.
 */
import type { Socket } from 'node:net';

/**
 * Serves bytes, which stay in place only until it returns.
 * @returns how many of them it is done with; the others come as 'data'
 */
export type Take = (bytes: Buffer) => number;

/** The size that libuv suggests for one read. */
const buffer = Buffer.allocUnsafeSlow(64 * 1024);

/** The internals that `onread` sets: three properties of a socket, and one call of its handle. */
interface Internals {
  _handle?: { useUserBuffer?: (buffer: Buffer) => unknown } | null;
  [symbol: symbol]: unknown;
}

/**
 * Reads the socket into the shared buffer, for `take`. To be called before the first read: in the
 * server's 'connection' event.
 * @returns whether this Node can
 */
export function readIntoSharedBuffer(socket: Socket, take: Take): boolean {
  const internals = socket as unknown as Internals;
  const [kBuffer, kCallback, kGenerator] = ['kBuffer', 'kBufferCb', 'kBufferGen'].map(
    (description) =>
      Object.getOwnPropertySymbols(internals).find((symbol) => symbol.description === description),
  );
  if (kBuffer === undefined || kCallback === undefined || kGenerator === undefined) return false;
  // Null without the option `onread`.
  if ([kBuffer, kCallback, kGenerator].some((symbol) => internals[symbol] !== null)) return false;
  // From here on it reads into our buffer; if the call did not return 0, as before.
  if (internals._handle?.useUserBuffer?.(buffer) !== 0) return false;
  internals[kBuffer] = buffer;
  internals[kCallback] = (length: number): boolean => {
    const bytes = buffer.subarray(0, length);
    // Bytes may not overtake those that wait in the socket: a paused one still reads some.
    const taken = socket.readableLength === 0 ? take(bytes) : 0;
    return taken === length || socket.push(Buffer.from(bytes.subarray(taken)));
  };
  return true;
}
