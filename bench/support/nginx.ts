/** The constant responder: one nginx worker that returns three bytes. The nearest thing to what loopback and kernel allow. */
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pinned, which } from './programs.js';

export interface Peer {
  readonly url: string;
  readonly version: string;
  stop(): Promise<void>;
}

/** @param core the CPU that its worker may use; undefined: any */
export async function startNginx(port: number, core?: number): Promise<Peer> {
  const program = which('nginx', "Debian's nginx: apt-get install nginx-light");
  const folder = mkdtempSync(join(tmpdir(), 'evenkeel-bench-'));
  const config = join(folder, 'nginx.conf');
  writeFileSync(
    config,
    `worker_processes 1; daemon off; pid ${folder}/pid; error_log ${folder}/error.log;
    events { worker_connections 4096; }
    http { access_log off; keepalive_requests 1000000000; keepalive_timeout 600;
      server { listen 127.0.0.1:${port}; location / { return 200 "ok\\n"; } } }`,
  );
  const [command, args] = pinned(core, program, [
    '-c',
    config,
    '-p',
    folder,
    '-e',
    join(folder, 'error.log'),
  ]);
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await listening(port, child.pid);
  return {
    url: `http://127.0.0.1:${port}/`,
    version: execFileSync('sh', ['-c', `${program} -v 2>&1`], { encoding: 'utf8' }).trim(),
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function listening(port: number, pid: number | undefined): Promise<void> {
  if (pid === undefined) throw new Error('nginx did not start');
  for (let attempt = 0; attempt < 100; attempt++) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false));
      socket.on('connect', () => socket.destroy());
    });
    if (open) return;
    await sleep(50);
  }
  throw new Error(`nginx does not listen on port ${port} after 5 s`);
}
