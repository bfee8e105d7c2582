/** Another process's inspector: its commands and events over the WebSocket that it listens on. */
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { ProfileError } from '../profile-errors.js';
import type { InspectorConnection } from '../sampling/inspector-connection.js';
import { Pending } from '../sampling/pending.js';

/** @throws ProfileError `inspector` */
export async function connectTo(url: string): Promise<InspectorConnection> {
  // A profile of a large program is one message of many MB. Compression would cost the sampled
  // process CPU.
  const socket = new WebSocket(url, {
    perMessageDeflate: false,
    maxPayload: 0,
    handshakeTimeout: 5_000,
  });
  const pending = new Pending((text) => socket.send(text));
  socket.on('message', (data: Buffer) => pending.receive(data.toString('utf8')));
  socket.on('close', () =>
    pending.lose(new ProfileError('gone', 'the process ended, or its inspector was closed')),
  );
  try {
    await once(socket, 'open');
  } catch (error) {
    throw new ProfileError(
      'inspector',
      `its inspector does not let us in: ${(error as Error).message}`,
      {
        cause: error,
      },
    );
  }
  socket.on('error', (error) =>
    pending.lose(new ProfileError('gone', `its inspector broke off: ${error.message}`)),
  );
  return {
    post: (method, params) => pending.post(method, params),
    on: (event, listener) => pending.on(event, listener),
    lost: pending.lost,
    close: () => socket.close(),
  };
}
