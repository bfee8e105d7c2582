/** The end of a connection whose client may still be sending. */
import type { Socket } from 'node:net';

const lingering = new WeakSet<Socket>();

/** Whether a connection has been ended so. It closes by itself. */
export function isLingering(socket: Socket): boolean {
  return lingering.has(socket);
}

/**
 * Ends our side, and discards further bytes for a while. A close with unread bytes would reset the
 * connection, and the client could lose the last response (RFC 9112 § 9.6).
 */
export function endLingering(socket: Socket, lingerMs: number): void {
  if (lingering.has(socket)) return;
  lingering.add(socket);
  // No parser may see further bytes.
  socket.removeAllListeners('data');
  socket.on('data', () => {});
  socket.resume();
  socket.end();
  const timer = setTimeout(() => socket.destroy(), lingerMs);
  socket.once('close', () => clearTimeout(timer));
}
