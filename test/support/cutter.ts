/** A proxy that cuts connections off, as a network does. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { onTestFinished } from 'vitest';

export interface Cutter {
  readonly url: string;
  /** How many have been made. */
  readonly connections: () => number;
}

/**
 * Passes connections to a server, but only so many bytes of what comes back on each.
 * @param ends whether the client sees an end then; otherwise nothing more comes
 */
export async function startCutter(
  url: string,
  bytesOf: (connection: number) => number,
  ends: boolean,
): Promise<Cutter> {
  const target = new URL(url);
  let connections = 0;
  const server = createServer((client) => {
    let left = bytesOf(connections++);
    const upstream = connect(Number(target.port), target.hostname);
    for (const socket of [client, upstream]) socket.on('error', () => {});
    client.pipe(upstream);
    client.once('close', () => upstream.destroy());
    upstream.on('data', (piece) => {
      client.write(piece.subarray(0, left));
      left -= Math.min(left, piece.length);
      if (left > 0) return;
      upstream.destroy();
      if (ends) client.end();
    });
    upstream.once('end', () => client.end());
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => {
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, connections: () => connections };
}
