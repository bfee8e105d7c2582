/**
 * Starts bench/peers/fastify. It has a package and a lock file of its own, so that who develops or installs Evenkeel does
 * not get the packages of a peer; the bench installs them the first time it needs them.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { httpPut } from '../support/fill.js';
import { start } from '../support/process.js';
import { entityPath } from './evenkeel.js';
import { httpPeer, type Peer, type StartOptions } from './peer.js';

const home = fileURLToPath(new URL('../../../bench/peers/fastify', import.meta.url));

export function installFastify(): void {
  if (existsSync(join(home, 'node_modules', '.package-lock.json'))) return;
  process.stdout.write('Installing the Fastify peer (npm ci in bench/peers/fastify) …\n');
  execFileSync('npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: home,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

export async function startFastify({ folder, valueBytes }: StartOptions): Promise<Peer> {
  const running = start(process.execPath, [join(home, 'server.js'), join(folder, 'data.mdb')]);
  const { url } = JSON.parse(await running.firstLine);
  const language = httpPut(entityPath, 'v'.repeat(valueBytes));
  return httpPeer({
    url,
    path: [entityPath, ''],
    filled: { port: Number(new URL(url).port), language },
    stop: running.stop,
  });
}
