/**
 * Evenkeel with tokens and an admin port, and without. Both are filled without them, and then serve
 * the same store: a server that was just started has a smaller journal.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeToken } from '#dist/server/access/token-file.js';
import { fill, httpPut } from '../support/fill.js';
import { runWrk } from '../support/wrk.js';
import { startServer } from './evenkeel.js';
import type { Peer, PeerOptions } from './peer.js';

export function startGuarded(options: PeerOptions): Promise<Peer> {
  const { token, line } = makeToken('wrk', 'write', undefined);
  const tokens = join(options.directory, 'tokens.json');
  writeFileSync(tokens, `[${line}]`, { mode: 0o600 });
  const flags = ['--tokens', tokens, '--admin-port', '0'];
  return startAgain(options, flags, [`Authorization: Bearer ${token}`]);
}

export function startUnguarded(options: PeerOptions): Promise<Peer> {
  return startAgain(options, [], []);
}

async function startAgain(
  { directory, valueBytes }: PeerOptions,
  flags: readonly string[],
  fields: readonly string[],
): Promise<Peer> {
  const store = join(directory, 'store');
  let server = await startServer(store);
  return {
    fill: async (entities) => {
      await fill({ port: server.port, entities, protocol: httpPut(valueBytes) });
      await server.stop();
      server = await startServer(store, { flags });
    },
    peak: (peak) => runWrk(server.url, ['/v0/entity?id=', ''], peak, fields),
    stop: () => server.stop(),
  };
}
