/** The life of a server: open the store, listen, serve, drain, close. */
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Server as TlsServer } from 'node:tls';
import {
  type Limits,
  makeLimits,
  maxDeletionsPerPage,
  rangeDeletionShare,
} from '../config/limits.js';
import { openStore } from '../store/open.js';
import { type StartBackup, type Store, StoreError } from '../store/store.js';
import { Access } from './access/access.js';
import { Door, isLoopback, type Scheme } from './access/door.js';
import { asksNobody, exposureText, isExposed } from './access/exposure.js';
import { type Reload, reloadText } from './access/reload.js';
import type { Tokens } from './access/tokens.js';
import { bytesPerLine } from './api/batch/line-cost.js';
import { overloaded } from './api/problem.js';
import { admitConnections } from './connection/admission.js';
import { ByteSemaphore } from './connection/byte-semaphore.js';
import { Connections } from './connection/connections.js';
import { ContentRate } from './connection/content-rate.js';
import { freeDescriptors } from './connection/descriptors.js';
import { Handshakes } from './connection/handshakes.js';
import { InFlight } from './connection/in-flight.js';
import { connectionEvent } from './connection/lane.js';
import { isLingering } from './connection/lingering.js';
import { MemoryBudget } from './connection/memory-budget.js';
import { SliceScheduler } from './connection/slice-scheduler.js';
import { leaveAll } from './fast-lane/end-of-turn.js';
import { putFastLaneBefore } from './fast-lane/fast-lane.js';
import { fullLane } from './full-lane/full-lane.js';
import { ListenError, type ListenPlace, listenError } from './listen-error.js';
import { checkOptions, type ServeOptions } from './options.js';
import { AccessLog } from './statistics/access-log.js';
import { RequestStatistics } from './statistics/request-statistics.js';
import type { ServerStatistics } from './statistics/server-statistics.js';

export { ListenError } from './listen-error.js';
export type { ServeOptions } from './options.js';

const defaultHost = '127.0.0.1';

export interface RunningServer {
  /** Where it listens, for example `http://127.0.0.1:8080`. */
  readonly url: string;
  /** Requests that are running now. */
  readonly running: number;
  /** Those that it asks for, for an admin port of the same process; undefined: none. */
  readonly tokens: Tokens | undefined;
  /** Makes a backup of the store, for an admin port; undefined: the store makes none. */
  readonly backup: StartBackup | undefined;
  /**
   * Reads the files of tokens and certificates again. If one can't be used, what it had stays.
   * `onReload` is told either way. Open connections stay.
   */
  reload(): void;
  /** The figures of now. */
  statistics(): ServerStatistics;
  /**
   * Refuses new requests with 503, lets running ones finish for at most `limits.drainMs`, waits for
   * their clients for at most `limits.lingerMs`, and closes the store. May be called twice.
   * @returns the number of requests that were cut off; none of them was acknowledged.
   */
  close(): Promise<number>;
}

/**
 * Starts a server on the store at `data`, or on a cluster. It takes no signals: closing it is the
 * caller's.
 * @throws StoreError `in-use`, `unusable`, `damaged`; ListenError; AccessError; TypeError on an
 *   option that is wrong
 */
export async function serve(options: ServeOptions): Promise<RunningServer> {
  checkOptions(options);
  const { data, store: location = data ?? '', cassandra = {} } = options;
  const limits = makeLimits(options.limits);
  // A wrong name or origin is told before the store is opened.
  new Door(options.allowHosts, options.cors);
  const report = eachOnce(options.report ?? toStandardError);
  const { host = defaultHost, fd } = options;
  if (fd === undefined && (await isExposed(host, options)))
    throw new ListenError(exposureText(host));
  const access = accessOf(options, limits, report);
  const store = await openStore(location, limits, {
    access: cassandra,
    onLost: report,
    ...(options.onFull && { onFull: options.onFull }),
    onWarning: (message) => report(`warning: ${message}`),
  }).catch((error: unknown) => {
    access.close();
    throw error;
  });
  try {
    return await serveStore(store, limits, { ...options, report }, access);
  } catch (error) {
    access.close();
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
  access = accessOf(options, limits, options.report ?? toStandardError),
): Promise<RunningServer> {
  const { port = 8080, host = defaultHost, fd, report = toStandardError, accessLog } = options;
  const service = { store, draining: false };
  const inFlight = new InFlight();
  const scheme = access.tls ? 'https' : 'http';
  const door = new Door(options.allowHosts, options.cors, scheme);
  const places = Math.min(limits.maxConnections, freeDescriptors());
  const handshakes = new Handshakes(places);
  const connections = new Connections(
    access.tls ? Math.max(1, places - handshakes.maxCount) : places,
  );
  const lane = {
    service,
    limits,
    door,
    tokens: access.tokens,
    tls: access.tls,
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
  admitConnections(http, connectionEvent(lane), connections, limits, door.cors.common, statistics);
  // Behind TLS it is one, whatever its type says.
  const secure = http as unknown as TlsServer;
  if (access.tls) handshakes.watch(secure);
  const address = await listen(http, fd === undefined ? { port, host } : { fd }, options);
  door.listensOn(address.address, fd === undefined ? host : address.address);
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
    handshakes.cut();
    await closed;
    access.close();
    storeIsOpen = false;
    await store.close();
    return cutOff;
  };
  return {
    url: urlOf(scheme, address),
    tokens: access.tokens,
    backup: store.backup?.bind(store),
    reload: () => access.reload(secure),
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

/** @throws ListenError */
async function listen(
  http: Server,
  place: ListenPlace,
  options: Pick<ServeOptions, 'tokens' | 'tls' | 'insecure'>,
): Promise<AddressInfo> {
  http.listen(place);
  try {
    await once(http, 'listening');
  } catch (error) {
    throw listenError(error as NodeJS.ErrnoException, place);
  }
  const address = http.address();
  // Whoever made the socket chose its address, which is known only now.
  const refusal =
    typeof address !== 'object' || address === null
      ? listenError(new Error('it is not a socket of TCP'), place)
      : 'fd' in place && asksNobody(options) && !isLoopback(address.address)
        ? new ListenError(exposureText(address.address))
        : undefined;
  if (refusal) {
    http.close();
    throw refusal;
  }
  return address as AddressInfo;
}

/** @throws AccessError */
function accessOf(
  options: Pick<ServeOptions, 'tokens' | 'tls' | 'onReload'>,
  { headerTimeoutMs }: Limits,
  report: (error: unknown) => void,
): Access {
  const reportRefusal = (reload: Reload) => {
    if (reload.refusal !== undefined) report(`warning: ${reloadText(reload)}`);
  };
  return new Access(options, headerTimeoutMs, options.onReload ?? reportRefusal);
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

function urlOf(scheme: Scheme, { address, family, port }: AddressInfo): string {
  return `${scheme}://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}
