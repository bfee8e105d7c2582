/** The requests of the admin port: the paths, and who may ask. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type AdminStatus, adminPaths } from '../lab/profile/attach/admin-protocol.js';
import { permitOf } from '../server/access/bearer.js';
import { type Door, visitorOf } from '../server/access/door.js';
import type { Tokens } from '../server/access/tokens.js';
import { Problem } from '../server/api/problem.js';
import type { ServerStatistics } from '../server/statistics/server-statistics.js';
import type { StartBackup } from '../store/backup/start-backup.js';
import { backupPath, sendBackup } from './backup.js';
import { dashboard } from './dashboard/page.js';
import type { Metrics } from './metrics/metrics.js';
import type { Profiling } from './profiling.js';
import { refuse, send, sendText } from './send.js';
import type { StatsHistory } from './stats/history.js';
import { statsFor } from './stats/stats.js';

export interface AdminParts {
  readonly door: Door;
  readonly tokens: Tokens | undefined;
  readonly profiling: Profiling;
  readonly metrics: Metrics;
  readonly history: StatsHistory;
  readonly statistics: () => ServerStatistics;
  readonly version: string;
  readonly backup: StartBackup | undefined;
}

/** The paths, and the method of each. */
const methods: Readonly<Record<string, string>> = {
  '/': 'GET',
  [adminPaths.profile]: 'POST',
  [backupPath]: 'POST',
  [adminPaths.status]: 'GET',
  '/metrics': 'GET',
  '/stats': 'GET',
  '/healthz': 'GET',
  '/readyz': 'GET',
};

/**
 * No token is asked for these. A supervisor has none, and probes tell whether the server is well
 * and nothing else. A browser cannot send one as it opens a page, and the page is the same file
 * for everybody: all that it shows, it asks for with the token that its reader gives it.
 */
const open: ReadonlySet<string> = new Set(['/', '/healthz', '/readyz']);

export async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  parts: AdminParts,
): Promise<void> {
  const { url = '', method } = request;
  const base = 'http://127.0.0.1';
  const target = new URL(URL.canParse(url, base) ? url : '', base);
  const { pathname } = target;
  try {
    parts.door.check(visitorOf(request));
    if (parts.tokens && !open.has(pathname)) permitOf(request, parts.tokens).mustBeAdmin();
    const allowed = Object.hasOwn(methods, pathname) ? methods[pathname] : undefined;
    if (allowed === undefined) throw new Problem(404, usage);
    if (method !== allowed)
      throw new Problem(405, `${pathname} takes ${allowed}`, { headers: { Allow: allowed } });
    await perform(target, response, parts);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const { status, message, headers } = error;
    for (const name in headers) response.setHeader(name, headers[name] as string);
    refuse(response, status, message);
  }
}

async function perform(
  { pathname, searchParams }: URL,
  response: ServerResponse,
  { profiling, metrics, history, statistics, version, backup }: AdminParts,
): Promise<void> {
  switch (pathname) {
    case '/': {
      const { html, fields } = dashboard();
      for (const [name, value] of Object.entries(fields)) response.setHeader(name, value);
      return sendText(response, 200, html, 'text/html; charset=utf-8');
    }
    case '/metrics': {
      const { type, text } = await metrics.scrape();
      return sendText(response, 200, text, type);
    }
    case '/stats':
      return send(response, 200, statsFor(searchParams, history, version));
    case '/healthz':
      return send(response, 200, { status: 'alive' });
    case '/readyz': {
      const { state } = statistics();
      return send(response, state === 'serving' ? 200 : 503, { status: state });
    }
    case adminPaths.status:
      return send(response, 200, status(profiling.running, statistics().requests.total));
    case backupPath:
      return sendBackup(backup, response);
    default:
      await profiling.respond(searchParams, response);
  }
}

const sampled = `${adminPaths.profile}?kind=cpu|alloc&seconds=N`;
const gets = Object.keys(methods).filter((path) => methods[path] === 'GET');
const usage = `there is POST ${sampled}, POST ${backupPath}, and GET ${gets.join(', ')}`;

function status(profiling: boolean, requests: number): AdminStatus {
  const { pid, versions } = process;
  const uptimeSeconds = process.uptime();
  return { pid, versions, uptimeSeconds, memory: process.memoryUsage(), requests, profiling };
}
