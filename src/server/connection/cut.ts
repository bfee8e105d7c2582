/** Ends a connection at once, whatever waits for its client. */
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

export function cut(socket: Socket): void {
  // Node resets connections of TCP alone.
  if (socket instanceof TLSSocket) socket.destroy();
  else socket.resetAndDestroy();
}
