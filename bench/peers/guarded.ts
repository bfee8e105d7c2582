/** Evenkeel with tokens and an admin port that is scraped, and without. Both start again filled. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeToken } from '#dist/server/access/token-file.js';
import { runWrk } from '../support/wrk.js';
import { startFilled } from './filled.js';
import type { Peer, PeerOptions } from './peer.js';

type Token = ReturnType<typeof makeToken>;
/** Prometheus asks every 15 s to 60 s. */
const scrapeMs = 1000;

export function startGuarded(options: PeerOptions): Promise<Peer> {
  const [wrk, prometheus] = (['write', 'admin'] as const).map((access) =>
    makeToken(access, access, undefined),
  ) as [Token, Token];
  const tokens = join(options.directory, 'tokens.json');
  writeFileSync(tokens, `[${wrk.line},${prometheus.line}]`, { mode: 0o600 });
  const flags = ['--tokens', tokens, '--admin-port', '0'];
  return startAgain(options, flags, wrk.token, prometheus.token);
}

export function startUnguarded(options: PeerOptions): Promise<Peer> {
  return startAgain(options, []);
}

async function startAgain(
  options: PeerOptions,
  flags: readonly string[],
  token?: string,
  adminToken?: string,
): Promise<Peer> {
  const fields = token === undefined ? [] : [`Authorization: Bearer ${token}`];
  const headers = { authorization: `Bearer ${adminToken}` };
  const apart = { ...options, directory: join(options.directory, 'store') };
  return startFilled(apart, flags, async ({ url, adminUrl }, peak) => {
    const scrape = async () => {
      const { status } = await fetch(`${adminUrl}/metrics`, { headers });
      if (status !== 200) throw new Error(`a scrape got ${status}`);
    };
    const timer = adminToken && setInterval(scrape, scrapeMs);
    try {
      return await runWrk(url, ['/v0/entity?id=', ''], peak, fields);
    } finally {
      clearInterval(timer);
    }
  });
}
