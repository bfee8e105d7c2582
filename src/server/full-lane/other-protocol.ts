/**
 * Finds requests of RTSP, which look like those of HTTP. llhttp takes `GET / RTSP/1.0` for a
 * request of HTTP/1.0, and node:http does not pass the name on. So the bytes that llhttp has in
 * hand are looked at: those of the last read. A request line that came in an earlier read than the
 * end of its head is not seen, and is served as one of HTTP.
 */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

/** The parser of node:http, which its types do not show. */
interface Parsed {
  readonly parser?: { getCurrentBuffer?(): Buffer } | null;
}

/** A read, which may hold many requests. */
interface Read {
  /** The bytes of the connection up to its end. */
  readonly end: number;
  /** Undefined if no request of RTSP can be in it. */
  readonly suspect: Buffer | undefined;
  /** Where the request line of the next request may begin. */
  next: number;
}

/** The last read of each connection. */
const reads = new WeakMap<Socket, Read>();

/** To be asked in the event of the request, while llhttp still has its bytes. */
export function isOtherProtocol({ method, url, socket }: IncomingMessage): boolean {
  // The other methods that llhttp takes for RTSP are not taken here.
  if (method !== 'GET') return false;
  const known = reads.get(socket);
  const read = known?.end === socket.bytesRead ? known : readOf(socket);
  if (!read.suspect) return false;
  const line = `GET ${url} `;
  const at = read.suspect.indexOf(line, read.next, 'latin1');
  if (at < 0) return false;
  read.next = at + line.length;
  return read.suspect.toString('latin1', read.next, read.next + 5) === 'RTSP/';
}

function readOf(socket: Socket): Read {
  const bytes = (socket as Parsed).parser?.getCurrentBuffer?.();
  const suspect = bytes?.includes(' RTSP/') ? bytes : undefined;
  const read = { end: socket.bytesRead, suspect, next: 0 };
  reads.set(socket, read);
  return read;
}
