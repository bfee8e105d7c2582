/** nginx and Evenkeel behind TLS, with one certificate, and how a client agrees with each. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { runWrk } from '../support/wrk.js';
import { startFilled } from './filled.js';
import { startNginx } from './nginx.js';
import { httpPeer, type Peer, type PeerOptions } from './peer.js';

const fileOf = (name: string) =>
  fileURLToPath(new URL(`../../../test/support/certificates/${name}.pem`, import.meta.url));
const tls = { cert: fileOf('server'), key: fileOf('server-key') };

export async function startConstantTls({ valueBytes }: PeerOptions): Promise<Peer> {
  const nginx = await startNginx({ contentBytes: valueBytes, tls });
  await agree(nginx.url);
  return httpPeer(nginx);
}

export function startEvenkeelTls(options: PeerOptions): Promise<Peer> {
  const flags = ['--tls-cert', tls.cert, '--tls-key', tls.key];
  return startFilled(options, flags, async ({ url }, peak) => {
    await agree(url);
    return runWrk(url, ['/v0/entity?id=', ''], peak);
  });
}

/** Version and cipher of all connections so far, for example `TLSv1.3, TLS_AES_256_GCM_SHA384`. */
export let agreed: string | undefined;

/**
 * Notes what a client agrees on with a server. wrk is linked with the library of `openssl`, and
 * leaves all to it.
 * @throws Error if another server agreed on something else: the two cannot be compared then
 */
async function agree(url: string): Promise<void> {
  const { host } = new URL(url);
  const client = ['s_client', '-brief', '-connect', host];
  const text = execFileSync('sh', ['-c', 'exec "$@" </dev/null 2>&1', 'sh', 'openssl', ...client], {
    encoding: 'utf8',
  });
  const [, version] = /^Protocol version: (\S+)$/m.exec(text) ?? [];
  const [, cipher] = /^Ciphersuite: (\S+)$/m.exec(text) ?? [];
  const both = `${version}, ${cipher}`;
  if (!version || !cipher) throw new Error(`no TLS with ${host}:\n${text}`);
  if (agreed !== undefined && agreed !== both)
    throw new Error(`${host} takes ${both}, and the server before took ${agreed}`);
  agreed = both;
}
