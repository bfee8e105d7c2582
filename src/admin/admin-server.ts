/**
 * The admin port: an HTTP server apart from the port that the program serves, through which its
 * process can be profiled and its store be backed up. It listens on loopback only. The door of the
 * server refuses what pages in a browser ask. If the server takes tokens only, so does this port:
 * those of an admin.
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
import type { StartBackup } from '../store/backup/start-backup.js';
import { backupPath, sendBackup } from './backup.js';

export interface AdminServer {
  /** For example `http://127.0.0.1:9001`. */
  readonly url: string;
  /** Ends a sampling or backup that runs; its client gets no whole response. */
  close(): Promise<void>;
}

/**
 * @param options.port 0 takes a free one
 * @param options.allowHosts names that requests may use, as of the server
 * @param options.tokens of the server; undefined: none are asked for
 * @param options.backup of the store; undefined: it makes none
 * @throws ProfileError `listen`
 */
export async function startAdminServer({
  port,
  allowHosts,
  tokens,
  backup,
}: {
  readonly port: number;
  readonly allowHosts?: readonly string[];
  readonly tokens?: Tokens | undefined;
  readonly backup?: StartBackup | undefined;
}): Promise<AdminServer> {
  const door = new Door(allowHosts);
  const host = '127.0.0.1';
  const sampling = new OneSampling();
  const server = createServer((request, response) => {
    respond(request, response, { door, tokens, sampling, backup }).catch((error: Error) =>
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

function listenError(cause: NodeJS.ErrnoException, port: number): ProfileError {
  const why = cause.code === 'EADDRINUSE' ? 'it is in use' : cause.message;
  const what = `can't listen on the admin port ${port}: ${why}`;
  return new ProfileError('listen', `${what}; choose another with --admin-port`, { cause });
}

/** Two samplings at once would each sample the other. */
class OneSampling {
  idle: Promise<unknown> = Promise.resolve();
  running = false;

  take(kind: Recording['kind'], seconds: number, signal: AbortSignal): Promise<Recording> {
    this.running = true;
    const connection = localSession();
    const taken = sampleKind(kind, connection, { seconds, signal }).finally(() => {
      connection.close();
      this.running = false;
    });
    this.idle = taken.catch(() => {});
    return taken;
  }
}

interface AdminPort {
  readonly door: Door;
  readonly tokens: Tokens | undefined;
  readonly sampling: OneSampling;
  readonly backup: StartBackup | undefined;
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  { door, tokens, sampling, backup }: AdminPort,
): Promise<void> {
  try {
    door.check(visitorOf(request));
    if (tokens) permitOf(request, tokens).mustBeAdmin();
  } catch (error) {
    const { status, message, headers } = problemOf(error);
    for (const name in headers) response.setHeader(name, headers[name] as string);
    return refuse(response, status, message);
  }
  const { url = '', method } = request;
  const { pathname, searchParams } = new URL(url, 'http://127.0.0.1');
  const allowed = methods[pathname];
  if (allowed === undefined) refuse(response, 404, usage);
  else if (method !== allowed)
    refuse(response.setHeader('allow', allowed), 405, `${pathname} takes ${allowed}`);
  else if (pathname === adminPaths.status) send(response, 200, status(sampling.running));
  else if (pathname === backupPath) await sendBackup(backup, response, refuse);
  else await profile(searchParams, response, sampling);
}

const methods: Readonly<Record<string, string>> = {
  [adminPaths.profile]: 'POST',
  [backupPath]: 'POST',
  [adminPaths.status]: 'GET',
};

const sampled = `${adminPaths.profile}?kind=cpu|alloc&seconds=N`;
const usage = `there is POST ${sampled}, POST ${backupPath}, and GET ${adminPaths.status}`;

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

function status(profiling: boolean): AdminStatus {
  const { pid, versions } = process;
  const uptimeSeconds = process.uptime();
  return { pid, versions, uptimeSeconds, memory: process.memoryUsage(), profiling };
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
