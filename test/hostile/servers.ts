/** The servers that get the inputs: Evenkeel with either setting of its lanes, and peers. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { type AddressInfo, connect, createServer as createPlainServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { serve } from '#dist/server/server.js';

export interface Subject {
  readonly name: string;
  readonly url: string;
  /** @returns what the inputs did that none of them may do */
  close(): Promise<string[]>;
}

/** A long head takes its time byte by byte, and lateness is not what is tried. */
const limits = {
  headerTimeoutMs: 600_000,
  requestTimeoutMs: 600_000,
  stallMs: 600_000,
  minContentBytesPerSecond: 1,
};

/** Evenkeel on a store in which the entity k is `v`. */
export async function evenkeel(lanes: 'both' | 'full'): Promise<Subject> {
  const data = await mkdtemp(join(tmpdir(), 'evenkeel-hostile-'));
  const reports: unknown[] = [];
  const report = (error: unknown) => void reports.push(error);
  const server = await serve({ data, port: 0, lanes, report, limits });
  await fetch(`${server.url}/v0/entity?id=k`, { method: 'PUT', body: 'v' });
  const read = async (id: string) => {
    const response = await fetch(`${server.url}/v0/entity?id=${id}`);
    return response.status === 200 ? response.text() : String(response.status);
  };
  return {
    name: `lanes: ${lanes}`,
    url: server.url,
    close: async () => {
      const faults = reports.map((error) => `an error for the operator: ${error}`);
      if ((await read('hidden')) !== '404') faults.push('a hidden request was carried out');
      if ((await read('k')) !== 'v') faults.push('an entity was changed that no input may change');
      await server.close();
      await rm(data, { recursive: true });
      return faults;
    },
  };
}

/** Node's server by itself: the handler looks at method and target alone. */
export async function nodeHttp(): Promise<Subject> {
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      const isAbsent = request.url?.includes('absent');
      const status = { PUT: 201, DELETE: 202 }[request.method ?? ''] ?? (isAbsent ? 404 : 200);
      response.writeHead(status, { 'Content-Type': 'text/plain' }).end('v');
    });
  });
  server.on('connect', (_, socket) => socket.end('HTTP/1.1 405 Not Allowed\r\n\r\n'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    name: 'node:http',
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      return [];
    },
  };
}

const nginxPath = ['/usr/sbin/nginx', '/usr/local/sbin/nginx', '/usr/bin/nginx'].find(existsSync);

const nginxSettings = (port: number, directory: string) => `
daemon off; master_process off; pid ${directory}/pid; error_log /dev/null crit;
events {}
http {
  access_log off; client_body_temp_path ${directory}/body; proxy_temp_path ${directory}/proxy;
  fastcgi_temp_path ${directory}/fcgi; uwsgi_temp_path ${directory}/uwsgi;
  scgi_temp_path ${directory}/scgi; default_type text/plain;
  server {
    listen 127.0.0.1:${port};
    location / {
      if ($request_method = PUT) { return 201; }
      if ($request_method = DELETE) { return 202; }
      if ($arg_id = absent) { return 404; }
      return 200 "v";
    }
  }
}
`;

/** Undefined if nginx is not installed. */
export async function nginx(): Promise<Subject | undefined> {
  if (nginxPath === undefined) return undefined;
  const directory = await mkdtemp(join(tmpdir(), 'evenkeel-nginx-'));
  const port = await freePort();
  await writeFile(join(directory, 'conf'), nginxSettings(port, directory));
  const child = spawn(nginxPath, ['-p', directory, '-c', join(directory, 'conf')], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  while (!(await listens(port))) {
    if (child.exitCode !== null) throw new Error(`nginx ended with ${child.exitCode}`);
    await sleep(20);
  }
  return {
    name: 'nginx',
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
      await rm(directory, { recursive: true });
      return [];
    },
  };
}

async function freePort(): Promise<number> {
  const server = createPlainServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
