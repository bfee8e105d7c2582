/**
 * Evenkeel in two steps: a plain server is filled in the clear, then one with other flags serves
 * that store. A server that was just started has a smaller journal, so compare it with its like.
 */
import { fill, httpPut } from '../support/fill.js';
import type { Peak, PeakFigures } from '../support/wrk.js';
import { startServer } from './evenkeel.js';
import type { Peer, PeerOptions } from './peer.js';

type Server = Awaited<ReturnType<typeof startServer>>;

export async function startFilled(
  { directory, valueBytes }: PeerOptions,
  flags: readonly string[],
  run: (server: Server, peak: Peak) => Promise<PeakFigures>,
): Promise<Peer> {
  let server = await startServer(directory);
  return {
    fill: async (entities) => {
      await fill({ port: server.port, entities, protocol: httpPut(valueBytes) });
      await server.stop();
      server = await startServer(directory, { flags });
    },
    peak: (peak) => run(server, peak),
    stop: () => server.stop(),
  };
}
