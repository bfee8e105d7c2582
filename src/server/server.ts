/** The life of a server: open the store, listen, serve, drain, close. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import {
  type Limits,
  makeLimits,
  maxDeletionsPerPage,
  rangeDeletionShare,
} from '../config/limits.js';
import { type ClusterAccess, isCluster, openStore } from '../store/open.js';
import { type Store, StoreError } from '../store/store.js';
import { Door } from './access/door.js';
import { bytesPerLine } from './api/batch/line-cost.js';
import { overloaded } from './api/problem.js';
import { admitConnections } from './connection/admission.js';
import { ByteSemaphore } from './connection/byte-semaphore.js';
import { Connections } from './connection/connections.js';
import { ContentRate } from './connection/content-rate.js';
import { freeDescriptors } from './connection/descriptors.js';
import { InFlight } from './connection/in-flight.js';
import { isLingering } from './connection/lingering.js';
import { MemoryBudget } from './connection/memory-budget.js';
import { SliceScheduler } from './connection/slice-scheduler.js';
import { leaveAll } from './fast-lane/end-of-turn.js';
import { putFastLaneBefore } from './fast-lane/fast-lane.js';
import { fullLane } from './full-lane/full-lane.js';
import { AccessLog, type AccessLogOptions, isAccessLog } from './statistics/access-log.js';
import { RequestStatistics } from './statistics/request-statistics.js';
import type { ServerStatistics } from './statistics/server-statistics.js';

export interface ServeOptions {
  /**
   * The directory of the data, created if absent. One server at a time may have it open. Left out
   * if there is a `store`.
   */
  readonly data?: string | undefined;
  /** The URL of a cluster that holds the data: `cassandra://HOST,HOST/KEYSPACE?dc=NAME`. */
  readonly store?: string | undefined;
  /** For a cluster: the user, and the certificate of its nodes' authority as PEM. */
  readonly cassandra?: ClusterAccess;
  /** TCP port; 0 takes a free one. Default 8080. */
  readonly port?: number;
  /** Address to listen on. Default 127.0.0.1: the service has no authentication of its own. */
  readonly host?: string;
  /**
   * Host names that requests may name in addition to addresses and localhost. Default: none on
   * loopback, and any name beyond it.
   */
  readonly allowHosts?: readonly string[];
  /**
   * Origins whose pages in a browser may use the store, such as `https://app.example` (CORS). Each
   * of their pages can read and write all data. Default: none.
   */
  readonly cors?: readonly string[];
  /**
   * `both` (the default): plain requests for entities take the fast lane, a parser of our own; all
   * others take `node:http`. `full`: all take `node:http`. The responses are the same.
   */
  readonly lanes?: 'both' | 'full';
  /** Bounds to change, see {@link Limits}. */
  readonly limits?: Partial<Limits>;
  /** Called with each error that needs the operator, once. Default: a line on standard error. */
  readonly report?: (error: unknown) => void;
  /** Called when writes begin to get 507 because the disk is full, and when that is over. */
  readonly onFull?: (isFull: boolean) => void;
  /** Called with a share of the requests, each when it is over. It must not throw. */
  readonly accessLog?: AccessLogOptions;
}

export interface RunningServer {
  /** Where it listens, for example `http://127.0.0.1:8080`. */
  readonly url: string;
  /** Requests that are running now. */
  readonly running: number;
  /** The figures of now. */
  statistics(): ServerStatistics;
  /**
   * Refuses new requests with 503, lets running ones finish for at most `limits.drainMs`, waits for
   * their clients for at most `limits.lingerMs`, and closes the store. May be called twice.
   * @returns the number of requests that were cut off; none of them was acknowledged.
   */
  close(): Promise<number>;
}

/** The server can't listen on the address. The message says which, why, and what to do. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
}

const isFunction = (value: unknown) => typeof value === 'function';
const isText = (value: unknown) => typeof value === 'string' && value !== '';
const optionRules: Readonly<Record<string, readonly [string, (value: unknown) => boolean]>> = {
  data: ['a directory', isText],
  store: ['the URL of a cluster', (value) => isText(value) && isCluster(String(value))],
  cassandra: ['an object', (value) => value instanceof Object],
  port: ['a port number', (value) => Number.isInteger(value)],
  host: ['an address, for example 127.0.0.1', isText],
  allowHosts: ['an array of host names', Array.isArray],
  cors: ['an array of origins', Array.isArray],
  lanes: ["'both' or 'full'", (value) => value === 'both' || value === 'full'],
  limits: ['an object', (value) => value instanceof Object],
  report: ['a function', isFunction],
  onFull: ['a function', isFunction],
  accessLog: ['a share above 0 and up to 1, and a function onRequest', isAccessLog],
};

/**
 * Starts a server on the store at `data`, or on a cluster. It takes no signals: closing it is the
 * caller's.
 * @throws StoreError `in-use`, `unusable`, `damaged`; ListenError; TypeError on a wrong option
 */
export async function serve(options: ServeOptions): Promise<RunningServer> {
  for (const [name, value] of Object.entries({ ...options, data: options?.data })) {
    const [what, holds] = optionRules[name] ?? [];
    if (!holds)
      throw new TypeError(`serve takes no ${name}, only ${Object.keys(optionRules).join(', ')}`);
    const isMissing = name === 'data' && options?.store === undefined;
    if (value === undefined ? isMissing : !holds(value))
      throw new TypeError(`the option ${name} takes ${what}, got ${JSON.stringify(value)}`);
  }
  const { data, store: location = data ?? '', cassandra = {} } = options;
  if (data !== undefined && options.store !== undefined)
    throw new TypeError('serve takes data or store, not both');
  const limits = makeLimits(options.limits);
  // A wrong name or origin is told before the store is opened.
  new Door(options.allowHosts, options.cors);
  const report = eachOnce(options.report ?? toStandardError);
  const store = await openStore(location, limits, {
    access: cassandra,
    onLost: report,
    ...(options.onFull && { onFull: options.onFull }),
    onWarning: (message) => report(`warning: ${message}`),
  });
  try {
    return await serveStore(store, limits, { ...options, report });
  } catch (error) {
    await store.close();
    throw error;
  }
}

/**
 * Puts the lanes in front of an open store, which is closed with the server.
 * @throws ListenError; the store stays open then
 */
export async function serveStore(
  store: Store,
  limits: Limits,
  options: Omit<ServeOptions, 'data' | 'store' | 'cassandra' | 'limits'>,
): Promise<RunningServer> {
  const { port = 8080, host = '127.0.0.1', report = toStandardError, accessLog } = options;
  const service = { store, draining: false };
  const inFlight = new InFlight();
  const door = new Door(options.allowHosts, options.cors);
  const connections = new Connections(Math.min(limits.maxConnections, freeDescriptors()));
  const lane = {
    service,
    limits,
    door,
    inFlight,
    bookkeeping: {
      statistics: new RequestStatistics(),
      accessLog: accessLog && new AccessLog(accessLog),
    },
    connections,
    budget: new MemoryBudget(limits),
    largeWrites: largeWritesOf(limits),
    batchWrites: batchWritesOf(limits),
    rangeDeletions: rangeDeletionsOf(limits),
    contentRate: new ContentRate(limits),
    scheduler: new SliceScheduler(limits, leaveAll),
    report: eachOnce(report),
  };
  const http = fullLane(lane);
  if (options.lanes !== 'full') putFastLaneBefore(http, lane);
  const { statistics } = lane.bookkeeping;
  admitConnections(http, connections, limits, door.cors.common, statistics);
  http.listen(port, host);
  try {
    await once(http, 'listening');
  } catch (error) {
    throw listenError(error as NodeJS.ErrnoException, host, port);
  }
  const address = http.address() as AddressInfo;
  door.listensOn(address.address, host);
  let closing: Promise<number> | undefined;
  let storeIsOpen = true;

  const close = async (): Promise<number> => {
    service.draining = true;
    await inFlight.idle(limits.drainMs);
    const cutOff = inFlight.count;
    const closings = [...connections].map((socket) => {
      // A lingering socket has its last response on the way, and a time limit of its own.
      if (!isLingering(socket)) socket.destroy();
      return new Promise((resolve) => socket.once('close', resolve));
    });
    await Promise.all(closings);
    const closed = new Promise((resolve) => http.close(resolve));
    // Those that were accepted since.
    for (const socket of connections) socket.destroy();
    await closed;
    storeIsOpen = false;
    await store.close();
    return cutOff;
  };
  return {
    url: urlOf(address),
    get running() {
      return inFlight.count;
    },
    statistics: () => ({
      state: service.draining ? 'draining' : store.failure ? 'failed' : 'serving',
      requests: statistics,
      running: inFlight.count,
      connections: connections.statistics,
      contentBytes: lane.budget.takenBytes,
      store: storeIsOpen ? store.statistics?.read() : undefined,
    }),
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}

/** A quarter of the store's queue stays for small writes, unless one large one needs it. */
function largeWritesOf({ maxQueuedBytes, maxValueBytes, maxQueuedContents }: Limits) {
  return new ByteSemaphore(Math.max(0.75 * maxQueuedBytes, maxValueBytes), {
    maxWaiting: maxQueuedContents,
    maxWaitMs: Number.POSITIVE_INFINITY,
    refusal: () => overloaded('too many writes wait for the disk already; try again later'),
  });
}

/**
 * Half of the store's queue stays for others, by count and by bytes. A line that is larger has its
 * turn alone.
 */
function batchWritesOf({ maxQueuedBytes, maxQueuedWrites }: Limits) {
  const bytes = Math.min(0.5 * maxQueuedBytes, 0.5 * maxQueuedWrites * bytesPerLine);
  return new ByteSemaphore(bytes, {
    maxWaiting: Number.POSITIVE_INFINITY,
    maxWaitMs: Number.POSITIVE_INFINITY,
    refusal: () => overloaded('too many lines of batches wait already; try again later'),
  });
}

/** The rest of the store's queue stays for others. They wait like large contents. */
function rangeDeletionsOf({ maxQueuedWrites, maxQueuedContents, contentQueueMs }: Limits) {
  return new ByteSemaphore(Math.max(rangeDeletionShare * maxQueuedWrites, maxDeletionsPerPage), {
    maxWaiting: maxQueuedContents,
    maxWaitMs: contentQueueMs,
    refusal: () => overloaded('too many deletions of ranges are under way; try again later'),
  });
}

/** A failed store is the same error to every request that meets it. */
function eachOnce(report: (error: unknown) => void): (error: unknown) => void {
  const reported = new WeakSet<object>();
  return (error) => {
    if (typeof error === 'object' && error !== null) {
      if (reported.has(error)) return;
      reported.add(error);
    }
    report(error);
  };
}

function toStandardError(error: unknown): void {
  const text =
    error instanceof StoreError ? error.message : error instanceof Error ? error.stack : error;
  process.stderr.write(`evenkeel: ${text}\n`);
}

function urlOf({ address, family, port }: AddressInfo): string {
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): ListenError {
  const where = `port ${port} on ${host}`;
  const message =
    error.code === 'EADDRINUSE'
      ? `${where} is in use; stop the other program, or choose another with --port`
      : error.code === 'EACCES'
        ? `this user may not listen on ${where}; choose a port above 1023 with --port`
        : error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND'
          ? `${host} is not an address of this machine; choose another with --host`
          : `can't listen on ${where}: ${error.message}`;
  return new ListenError(message, { cause: error });
}
