/**
 * The admin port: an HTTP server apart from the port that the program serves, which gives the
 * figures of its process, and through which it can be profiled. It listens on loopback only. A
 * profile shows what a program does, so the door of the server refuses what pages in a browser ask.
 * If the server takes tokens only, so does this port: those of an admin. Probes need none.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type AdminStatus, adminPaths, maxSeconds } from '../lab/profile/attach/admin-protocol.js';
import { ProfileError } from '../lab/profile/profile-errors.js';
import { localSession } from '../lab/profile/sampling/local-session.js';
import type { Recording } from '../lab/profile/sampling/recording.js';
import { sampleKind } from '../lab/profile/sampling/sample.js';
import { permitOf } from '../server/access/bearer.js';
import { Door, visitorOf } from '../server/access/door.js';
import type { Tokens } from '../server/access/tokens.js';
import { contentFields } from '../server/api/content-fields.js';
import { problemOf } from '../server/api/problem.js';
import type { ServerStatistics } from '../server/statistics/server-statistics.js';
import { Metrics } from './metrics/metrics.js';

export interface AdminServer {
  /** For example `http://127.0.0.1:9001`. */
  readonly url: string;
  /** Ends a sampling that runs; its client gets no response. */
  close(): Promise<void>;
}

export interface AdminOptions {
  /** 0 takes a free one. */
  readonly port: number;
  /** The server whose figures it gives. */
  readonly server: { statistics(): ServerStatistics };
  /** The package's. */
  readonly version: string;
  /** Names that requests may use, as of the server. */
  readonly allowHosts?: readonly string[];
  /** Those that the server takes; undefined: none are asked for. */
  readonly tokens?: Tokens | undefined;
}

/** @throws ProfileError `listen` */
export async function startAdminServer(options: AdminOptions): Promise<AdminServer> {
  const { port, version, allowHosts, tokens } = options;
  const statistics = () => options.server.statistics();
  const host = '127.0.0.1';
  const metrics = await Metrics.load(statistics, version);
  const sampling = new OneSampling(() => statistics().requests.total);
  const parts = { door: new Door(allowHosts), tokens, sampling, metrics, statistics };
  const server = createServer((request, response) => {
    respond(request, response, parts).catch((error: Error) => refuse(response, 500, error.message));
  });
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    metrics.stop();
    throw listenError(error as NodeJS.ErrnoException, port);
  }
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}`,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      metrics.stop();
      await Promise.all([closed, sampling.idle]);
    },
  };
}

function listenError(cause: NodeJS.ErrnoException, port: number): ProfileError {
  const why = cause.code === 'EADDRINUSE' ? 'it is in use' : cause.message;
  const what = `can't listen on the admin port ${port}: ${why}`;
  return new ProfileError('listen', `${what}; choose another with --admin-port`, { cause });
}

/** Two samplings at once would each sample the other. */
class OneSampling {
  readonly #requests: () => number;
  idle: Promise<unknown> = Promise.resolve();
  running = false;

  /** @param requests how many were served so far */
  constructor(requests: () => number) {
    this.#requests = requests;
  }

  take(kind: Recording['kind'], seconds: number, signal: AbortSignal): Promise<Recording> {
    this.running = true;
    const connection = localSession();
    const options = { seconds, signal, requests: this.#requests };
    const taken = sampleKind(kind, connection, options).finally(() => {
      connection.close();
      this.running = false;
    });
    this.idle = taken.catch(() => {});
    return taken;
  }
}

interface Parts {
  readonly door: Door;
  readonly tokens: Tokens | undefined;
  readonly sampling: OneSampling;
  readonly metrics: Metrics;
  readonly statistics: () => ServerStatistics;
}

/** The paths, and the method of each. */
const methods: Readonly<Record<string, string>> = {
  [adminPaths.profile]: 'POST',
  [adminPaths.status]: 'GET',
  '/metrics': 'GET',
  '/healthz': 'GET',
  '/readyz': 'GET',
};

/** A supervisor has no token for these. They tell whether the server is well, and nothing else. */
const probes: ReadonlySet<string> = new Set(['/healthz', '/readyz']);

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  { door, tokens, sampling, metrics, statistics }: Parts,
): Promise<void> {
  const { url = '', method } = request;
  const { pathname, searchParams } = new URL(url, 'http://127.0.0.1');
  try {
    door.check(visitorOf(request));
    if (tokens && !probes.has(pathname)) permitOf(request, tokens).mustBeAdmin();
  } catch (error) {
    const { status, message, headers } = problemOf(error);
    for (const name in headers) response.setHeader(name, headers[name] as string);
    return refuse(response, status, message);
  }
  const allowed = Object.hasOwn(methods, pathname) ? methods[pathname] : undefined;
  if (allowed === undefined) return refuse(response, 404, usage);
  if (method !== allowed)
    return refuse(response.setHeader('allow', allowed), 405, `${pathname} takes ${allowed}`);
  switch (pathname) {
    case '/metrics': {
      const { type, text } = await metrics.scrape();
      response.writeHead(200, { ...contentFields(type), 'Cache-Control': 'no-store' }).end(text);
      return;
    }
    case '/healthz':
      return send(response, 200, { status: 'alive' });
    case '/readyz': {
      const { state } = statistics();
      return send(response, state === 'serving' ? 200 : 503, { status: state });
    }
    case adminPaths.status:
      return send(response, 200, status(sampling.running, statistics().requests.total));
    default:
      await profile(searchParams, response, sampling);
  }
}

const sampled = `${adminPaths.profile}?kind=cpu|alloc&seconds=N`;
const gets = Object.keys(methods).filter((path) => methods[path] === 'GET');
const usage = `there is POST ${sampled}, and GET ${gets.join(', ')}`;

async function profile(
  query: URLSearchParams,
  response: ServerResponse,
  sampling: OneSampling,
): Promise<void> {
  const kind = query.get('kind') ?? '';
  const seconds = query.get('seconds') ?? '15';
  const unused = [...query.keys()].find(
    (name, index, all) => !['kind', 'seconds'].includes(name) || all.indexOf(name) !== index,
  );
  if (unused !== undefined)
    return refuse(response, 400, `'${unused}' is not used: kind and seconds are taken, each once`);
  if (kind !== 'cpu' && kind !== 'alloc')
    return refuse(response, 400, `kind is cpu or alloc, got '${kind}'`);
  const wanted = `seconds is a whole number from 1 to ${maxSeconds}`;
  if (!/^\d{1,3}$/.test(seconds) || Number(seconds) < 1 || Number(seconds) > maxSeconds)
    return refuse(response, 400, `${wanted}, got '${seconds}'`);
  if (sampling.running)
    return refuse(response, 409, 'another sampling is running; ask again when it is over');
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  const recording = await sampling.take(kind, Number(seconds), gone.signal);
  if (!gone.signal.aborted) send(response, 200, recording);
}

function status(profiling: boolean, requests: number): AdminStatus {
  const { pid, versions } = process;
  const uptimeSeconds = process.uptime();
  return { pid, versions, uptimeSeconds, memory: process.memoryUsage(), requests, profiling };
}

function send(response: ServerResponse, code: number, content: object, type = 'json'): void {
  response
    .writeHead(code, { ...contentFields(`application/${type}`), 'Cache-Control': 'no-store' })
    .end(JSON.stringify(content));
}

/** As the store itself refuses: RFC 9457. */
function refuse(response: ServerResponse, status: number, detail: string): void {
  if (!response.headersSent) send(response, status, { status, detail }, 'problem+json');
}
