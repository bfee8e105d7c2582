/** Another process's inspector: its commands and events over the WebSocket that it listens on. */
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { ProfileError } from '../profile-errors.js';
import type { InspectorConnection } from '../sampling/inspector-connection.js';
import { Pending } from '../sampling/pending.js';

/** @throws ProfileError `inspector` */
export async function connectTo(url: string): Promise<InspectorConnection> {
  // A profile may be one message of many MB, and compression would cost the sampled process CPU.
  const options = { perMessageDeflate: false, maxPayload: 0, handshakeTimeout: 5_000 };
  const socket = new WebSocket(url, options);
  const pending = new Pending((text) => socket.send(text));
  socket.on('message', (data: Buffer) => pending.receive(data.toString('utf8')));
  const lose = (why: string) => pending.lose(new ProfileError('gone', why));
  socket.on('close', () => lose('the process ended, or its inspector was closed'));
  await once(socket, 'open').catch((cause: Error) => {
    const why = `its inspector does not let us in: ${cause.message}`;
    throw new ProfileError('inspector', why, { cause });
  });
  socket.on('error', ({ message }) => lose(`its inspector broke off: ${message}`));
  return pending.connection(() => socket.close());
}
