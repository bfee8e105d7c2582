/** The life of a server: open the store, listen, serve, drain, close. */
import { once } from 'node:events';
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
import { Door, type Scheme } from './access/door.js';
import { exposureText, isExposed } from './access/exposure.js';
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
import { checkOptions, type ServeOptions } from './options.js';

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
   * Reads the files of tokens and certificates again. If one can't be used, what it had stays, and
   * `report` is told. Open connections stay.
   */
  reload(): void;
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
  const { host = defaultHost } = options;
  if (await isExposed(host, options)) throw new ListenError(exposureText(host));
  const access = accessOf(options, limits, report);
  const store = await openStore(location, limits, {
    access: cassandra,
    onLost: report,
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
  const { port = 8080, host = defaultHost, report = toStandardError } = options;
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
  admitConnections(http, connectionEvent(lane), connections, limits, door.cors.common);
  // Behind TLS it is one, whatever its type says.
  const secure = http as unknown as TlsServer;
  if (access.tls) handshakes.watch(secure);
  http.listen(port, host);
  try {
    await once(http, 'listening');
  } catch (error) {
    throw listenError(error as NodeJS.ErrnoException, host, port);
  }
  const address = http.address() as AddressInfo;
  door.listensOn(address.address, host);
  let closing: Promise<number> | undefined;

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
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}

/** @throws AccessError */
function accessOf(
  options: Pick<ServeOptions, 'tokens' | 'tls'>,
  { headerTimeoutMs }: Limits,
  report: (error: unknown) => void,
): Access {
  return new Access(options, headerTimeoutMs, (message) => report(`warning: ${message}`));
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
