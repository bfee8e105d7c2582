/** The limit: what the kernel's loopback and HTTP at its least allow, with an answer of the same length and nothing kept. */
import { startNginx } from '../support/nginx.js';
import { freePort } from '../support/process.js';
import { entityPath } from './evenkeel.js';
import { httpPeer, type Peer, type StartOptions } from './peer.js';

export async function startConstant({ valueBytes }: StartOptions): Promise<Peer> {
  const { url, stop } = await startNginx(await freePort(), { bodyBytes: valueBytes });
  return httpPeer({ url, path: [entityPath, ''], stop });
}
