/**
 * Starts bench/peers/fastify. It has a lock file of its own, so that nobody who installs Evenkeel
 * gets the packages of a peer. The bench installs them when it first needs them.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { httpPut } from '../support/fill.js';
import { start } from '../support/process.js';
import { httpPeer, type Peer, type PeerOptions } from './peer.js';

const home = fileURLToPath(new URL('../../../bench/peers/fastify', import.meta.url));

export async function startFastify({ directory, valueBytes }: PeerOptions): Promise<Peer> {
  if (!existsSync(join(home, 'node_modules', '.package-lock.json'))) {
    process.stdout.write('Installing the Fastify peer (npm ci in bench/peers/fastify) …\n');
    execFileSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: home, stdio: 'ignore' });
  }
  const file = join(directory, 'data.mdb');
  const { firstLine, stop } = start([process.execPath, join(home, 'server.js'), file]);
  const { url } = JSON.parse(await firstLine);
  const filled = { port: Number(new URL(url).port), protocol: httpPut(valueBytes) };
  return httpPeer({ url, filled, stop });
}
