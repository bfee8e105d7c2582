/** The constant responder: one nginx worker that returns the same bytes. The nearest thing to what loopback and kernel allow. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listening, start } from './process.js';
import { pinned, which } from './programs.js';

export interface Responder {
  readonly url: string;
  readonly version: string;
  stop(): Promise<void>;
}

export interface NginxOptions {
  /** The CPU that its worker may use. Default: any. */
  readonly core?: number;
  /** Length of what it returns. Default: three bytes. */
  readonly bodyBytes?: number;
}

/** nginx takes no string beyond 4 KiB from its configuration, so the body is put together of shorter ones. */
const pieceBytes = 1024;

export async function startNginx(
  port: number,
  { core, bodyBytes = 3 }: NginxOptions = {},
): Promise<Responder> {
  const program = which('nginx', "Debian's nginx: apt-get install nginx-light");
  const folder = mkdtempSync(join(tmpdir(), 'evenkeel-bench-'));
  const config = join(folder, 'nginx.conf');
  const body =
    '$piece'.repeat(Math.floor(bodyBytes / pieceBytes)) + 'v'.repeat(bodyBytes % pieceBytes);
  writeFileSync(
    config,
    `worker_processes 1; daemon off; pid ${folder}/pid; error_log ${folder}/error.log;
    events { worker_connections 4096; }
    http { access_log off; keepalive_requests 1000000000; keepalive_timeout 600;
      server { listen 127.0.0.1:${port}; set $piece "${'v'.repeat(pieceBytes)}"; location / { return 200 "${body}"; } } }`,
  );
  const nginx = start(
    ...pinned(core, program, ['-c', config, '-p', folder, '-e', join(folder, 'error.log')]),
  );
  await listening(port, 'nginx');
  return {
    url: `http://127.0.0.1:${port}/`,
    version: execFileSync('sh', ['-c', `${program} -v 2>&1`], { encoding: 'utf8' }).trim(),
    stop: async () => {
      await nginx.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
