/** The end of a connection whose client may still be sending. */
import type { Socket } from 'node:net';

const lingering = new WeakSet<Socket>();

/** Whether a connection has been ended so. It goes by itself. */
export function isLingering(socket: Socket): boolean {
  return lingering.has(socket);
}

/**
 * Ends our side, and goes on reading for a while, into nowhere: a close with unread bytes would reset the connection and
 * could destroy the last answer on its way (RFC 9112 § 9.6).
 */
export function endLingering(socket: Socket, lingerMs: number): void {
  if (lingering.has(socket)) return;
  lingering.add(socket);
  // From here on the bytes go nowhere, not even through a parser.
  socket.removeAllListeners('data');
  socket.on('data', () => {});
  socket.resume();
  socket.end();
  const timer = setTimeout(() => socket.destroy(), lingerMs);
  socket.once('close', () => clearTimeout(timer));
}
