/** A store of bench/write-path/, the trial of other write paths, behind Evenkeel's own lanes. */
import { fileURLToPath } from 'node:url';
import { httpPut } from '../support/fill.js';
import { start } from '../support/process.js';
import { entityPath } from './evenkeel.js';
import { httpPeer, type Peer, type StartOptions } from './peer.js';

const program = fileURLToPath(new URL('../write-path/serve.js', import.meta.url));

export async function startVariant(name: string, { folder, valueBytes }: StartOptions): Promise<Peer> {
  const running = start(process.execPath, [program, name, folder]);
  try {
    const { url } = JSON.parse(await running.firstLine);
    const language = httpPut(entityPath, 'v'.repeat(valueBytes));
    const filled = { port: Number(new URL(url).port), language };
    return httpPeer({ url, path: [entityPath, ''], filled, stop: running.stop });
  } catch (error) {
    await running.stop();
    throw error;
  }
}
