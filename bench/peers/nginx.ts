/**
 * One nginx worker that returns the same bytes to every request: the nearest thing to what the
 * kernel's loopback and HTTP allow. The load benches measure the generator against it.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { childrenOf, cpuSecondsOf } from '../support/proc.js';
import { freePort, listening, start } from '../support/process.js';
import { requirePrograms } from '../support/programs.js';
import { httpPeer, type Peer, type PeerOptions } from './peer.js';

/** nginx takes strings of up to 4 KiB from its configuration, so content is put together. */
const pieceBytes = 1024;

interface NginxOptions {
  /** The CPU that its worker may use; by default any. */
  readonly core?: number;
  readonly contentBytes?: number;
  /** Files of its certificate and key; by default it speaks in the clear. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** Takes HTTP/2 alone; in the clear with prior knowledge. */
  readonly http2?: boolean;
}

export async function startNginx({ core, contentBytes = 3, tls, http2 }: NginxOptions = {}) {
  requirePrograms(['nginx']);
  const port = await freePort();
  const directory = mkdtempSync(join(tmpdir(), 'evenkeel-bench-'));
  process.once('exit', () => rmSync(directory, { recursive: true }));
  const errors = join(directory, 'error.log');
  const rest = 'v'.repeat(contentBytes % pieceBytes);
  const content = '$piece'.repeat(contentBytes / pieceBytes) + rest;
  const certificate = tls
    ? `ssl_protocols TLSv1.3; ssl_certificate ${tls.cert}; ssl_certificate_key ${tls.key};`
    : '';
  const listen = `127.0.0.1:${port}${tls ? ' ssl' : ''}${http2 ? ' http2' : ''}`;
  writeFileSync(
    join(directory, 'nginx.conf'),
    `worker_processes 1; daemon off; pid ${directory}/pid; error_log ${errors};
    events { worker_connections 4096; }
    http { access_log off; keepalive_requests 1000000000; keepalive_timeout 600;
      server { listen ${listen}; ${certificate}
        set $piece "${'v'.repeat(pieceBytes)}";
        location / { return 200 "${content}"; } } }`,
  );
  const flags = ['-c', join(directory, 'nginx.conf'), '-p', directory, '-e', errors];
  const pinned = core === undefined ? [] : ['taskset', '-c', String(core)];
  const nginx = start([...pinned, 'nginx', ...flags]);
  await listening(port, 'nginx');
  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}/`,
    /** CPU that its worker has used. */
    cpuSeconds: () =>
      childrenOf(nginx.pid as number).reduce((sum, child) => sum + cpuSecondsOf(child), 0),
    stop: nginx.stop,
  };
}

export async function startConstant({ valueBytes }: PeerOptions): Promise<Peer> {
  return httpPeer(await startNginx({ contentBytes: valueBytes }));
}
