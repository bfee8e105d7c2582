/**
 * The admin port: an HTTP server apart from the port that the program serves, which gives the
 * figures of its process, and through which it can be profiled and its store be backed up. It
 * listens on loopback only. The door of the server refuses what pages in a browser ask. If the
 * server takes tokens only, so does this port: those of an admin. Probes need none.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ProfileError } from '../lab/profile/profile-errors.js';
import { Door } from '../server/access/door.js';
import type { Tokens } from '../server/access/tokens.js';
import type { ServerStatistics } from '../server/statistics/server-statistics.js';
import type { StartBackup } from '../store/backup/start-backup.js';
import { Metrics } from './metrics/metrics.js';
import { Profiling } from './profiling.js';
import { respond } from './respond.js';
import { refuse } from './send.js';
import { StatsHistory } from './stats/history.js';

export interface AdminServer {
  /** For example `http://127.0.0.1:9001`. */
  readonly url: string;
  /** Ends a sampling or backup that runs; its client gets no whole response. */
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
  /** Begins a backup of the store; undefined: it makes none. */
  readonly backup?: StartBackup | undefined;
}

/** @throws ProfileError `listen` */
export async function startAdminServer(options: AdminOptions): Promise<AdminServer> {
  const { port, version, allowHosts, tokens, backup } = options;
  const statistics = () => options.server.statistics();
  const host = '127.0.0.1';
  const history = new StatsHistory(statistics);
  const metrics = await Metrics.load(history, version);
  const profiling = new Profiling(() => statistics().requests.total);
  const door = new Door(allowHosts);
  const parts = { door, tokens, profiling, metrics, history, statistics, version, backup };
  const server = createServer((request, response) => {
    respond(request, response, parts).catch((error: Error) => refuse(response, 500, error.message));
  });
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    history.stop();
    throw listenError(error as NodeJS.ErrnoException, port);
  }
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}`,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      history.stop();
      await Promise.all([closed, profiling.idle]);
    },
  };
}

function listenError(cause: NodeJS.ErrnoException, port: number): ProfileError {
  const why = cause.code === 'EADDRINUSE' ? 'it is in use' : cause.message;
  const what = `can't listen on the admin port ${port}: ${why}`;
  return new ProfileError('listen', `${what}; choose another with --admin-port`, { cause });
}
