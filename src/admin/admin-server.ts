/**
 * The admin port: an HTTP server of its own, off the port that the program serves, through which its process can be profiled.
 * It listens on loopback only and asks for no password, so it also turns away what a browser sends for a page of somebody
 * else's (an Origin, or a Host that is not this machine): a profile tells what a program does.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ProfileError } from '../lab/profile/profile-errors.js';
import { connectHere } from '../lab/profile/sampling/local-session.js';
import type { Recording } from '../lab/profile/sampling/recording.js';
import { sampleKind } from '../lab/profile/sampling/sample.js';

interface DebugServerOptions {
  /** 0 takes a free one. */
  readonly port: number;
}

export interface DebugServer {
  /** Such as `http://127.0.0.1:9000`. */
  readonly url: string;
  /** Ends a sampling that runs, whose client gets no answer. */
  close(): Promise<void>;
}

export interface DebugStatus {
  readonly pid: number;
  readonly versions: NodeJS.ProcessVersions;
  readonly uptimeSeconds: number;
  readonly memory: NodeJS.MemoryUsage;
  readonly profiling: boolean;
}

export const mostSeconds = 600;

/** @throws ProfileError `listen` */
export async function startDebugServer({ port }: DebugServerOptions): Promise<DebugServer> {
  const host = '127.0.0.1';
  const sampling = new OneSampling();
  const server = createServer((request, response) => {
    answer(request, response, sampling).catch((error: Error) =>
      refuse(response, 500, error.message),
    );
  });
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    throw listenError(error as NodeJS.ErrnoException, port);
  }
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}`,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await Promise.all([closed, sampling.idle]);
    },
  };
}

function listenError(error: NodeJS.ErrnoException, port: number): ProfileError {
  const why = error.code === 'EADDRINUSE' ? 'it is in use' : error.message;
  const message = `can't listen on the admin port ${port}: ${why}; choose another with --admin-port`;
  return new ProfileError('listen', message, { cause: error });
}

/** Two samplings at once would each sample the other. */
class OneSampling {
  idle: Promise<unknown> = Promise.resolve();
  running = false;

  take(kind: Recording['kind'], seconds: number, signal: AbortSignal): Promise<Recording> {
    this.running = true;
    const connection = connectHere();
    const taken = sampleKind(kind, connection, { seconds, signal }).finally(() => {
      connection.close();
      this.running = false;
    });
    this.idle = taken.catch(() => {});
    return taken;
  }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  sampling: OneSampling,
): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://127.0.0.1');
  const method = { '/debug/profile': 'POST', '/debug/status': 'GET' }[pathname];
  if (
    request.headers.origin !== undefined ||
    !/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(request.headers.host ?? '')
  )
    refuse(response, 403, 'only programs on this machine may ask, not pages in a browser');
  else if (method === undefined)
    refuse(
      response,
      404,
      'there is POST /debug/profile?kind=cpu|alloc&seconds=N, and GET /debug/status',
    );
  else if (request.method !== method)
    refuse(response.setHeader('allow', method), 405, `${pathname} takes ${method}`);
  else if (pathname === '/debug/status') send(response, 200, status(sampling.running));
  else await profile(searchParams, response, sampling);
}

async function profile(
  query: URLSearchParams,
  response: ServerResponse,
  sampling: OneSampling,
): Promise<void> {
  const { kind, seconds } = { kind: query.get('kind'), seconds: query.get('seconds') ?? '15' };
  const others = [...query.keys()].filter(
    (name, index, all) => !['kind', 'seconds'].includes(name) || all.indexOf(name) !== index,
  );
  if (others.length > 0)
    return refuse(
      response,
      400,
      `there is no use for '${others[0]}': kind and seconds are taken, each once`,
    );
  if (kind !== 'cpu' && kind !== 'alloc')
    return refuse(response, 400, `kind is cpu or alloc, got '${kind ?? ''}'`);
  if (!/^\d{1,3}$/.test(seconds) || Number(seconds) < 1 || Number(seconds) > mostSeconds)
    return refuse(
      response,
      400,
      `seconds is a whole number from 1 to ${mostSeconds}, got '${seconds}'`,
    );
  if (sampling.running)
    return refuse(response, 409, 'another sampling is running; ask again when it is over');
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  const recording = await sampling.take(kind, Number(seconds), gone.signal);
  if (!gone.signal.aborted) send(response, 200, recording);
}

function status(profiling: boolean): DebugStatus {
  const { pid, versions } = process;
  return {
    pid,
    versions,
    uptimeSeconds: process.uptime(),
    memory: process.memoryUsage(),
    profiling,
  };
}

function send(
  response: ServerResponse,
  code: number,
  body: object,
  type = 'application/json',
): void {
  response
    .writeHead(code, { 'content-type': type, 'cache-control': 'no-store' })
    .end(JSON.stringify(body));
}

/** As the service itself refuses: RFC 9457. */
function refuse(response: ServerResponse, status: number, detail: string): void {
  if (!response.headersSent) send(response, status, { status, detail }, 'application/problem+json');
}
