/** The options of a load run. They are checked before a socket opens. */

/** Requests of our own making, without a script. */
export interface Workload {
  readonly kind: 'workload';
  /** Share of PUTs: 1 is `put`, 0 is `get`, 0.1 is `mixed:90/10` (GETs/PUTs). */
  readonly putShare: number;
  /** Rising, all alike likely, or a few much more often than others (YCSB's zipfian). */
  readonly keys: 'sequential' | 'uniform' | 'zipfian';
  /** Number of different keys. */
  readonly keySpace: number;
  /** Size of a PUT's value. */
  readonly valueBytes: number;
  /** All that is random follows from it and the thread's number. */
  readonly seed: number;
}

/** A Lua script of wrk or wrk2, or a module in JavaScript or TypeScript with the same hooks. */
export interface ScriptWork {
  readonly kind: 'script';
  readonly file: string;
  /** The words after `--` on the command line. */
  readonly args: readonly string[];
}

/** Plain is the same request over and over: a GET of the URL. */
export type Work = { readonly kind: 'plain' } | ScriptWork | Workload;

export interface Certificates {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** The name that the server's certificate must carry. Default: the host of the URL. */
  readonly servername?: string;
}

export interface LoadOptions {
  /** http: or https:, with the path of the plain request. */
  readonly url: string;
  readonly threads: number;
  /** Over all threads. Each has the same number, so a remainder is not opened (as in wrk2). */
  readonly connections: number;
  readonly durationMs: number;
  /** Requests per second, over all connections. */
  readonly rate: number;
  /** A request without a response for so long is timed out, once; its response is still awaited. */
  readonly timeoutMs: number;
  /** Sent before the run at the same rate and recorded nowhere. */
  readonly warmupMs: number;
  /** Added to each request. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Connects to this socket in the file system; the URL then gives Host and path only. */
  readonly unixSocket?: string;
  /** Takes any TLS certificate. */
  readonly insecure: boolean;
  /** For TLS, as PEM: the authority of the server, and who we are. */
  readonly certificates?: Certificates;
  /** Requests that take so long are listed one by one; undefined: none. */
  readonly slowMs?: number;
  readonly work: Work;
}

/** The options of a caller; the others have the defaults of the command. */
export type GivenOptions = Pick<LoadOptions, 'url' | 'rate'> & Partial<LoadOptions>;

export const defaultOptions = {
  threads: 2,
  connections: 10,
  durationMs: 10_000,
  timeoutMs: 2_000,
  warmupMs: 0,
  headers: [],
  insecure: false,
  work: { kind: 'plain' },
} as const satisfies Partial<LoadOptions>;

export const loadLimits = {
  threads: 256,
  connections: 16_384,
  /** A day, which is also the longest latency that a histogram holds. */
  durationMs: 24 * 3600 * 1000,
  rate: 10_000_000,
  keySpace: 2 ** 40,
  valueBytes: 16 * 1024 * 1024,
  /** Largest request that a script may return, and largest content for its response(). */
  messageBytes: 16 * 1024 * 1024,
  /** Listed slow requests, in all and per thread and second: a stall must not crowd out others. */
  slowRequests: 50_000,
  slowInSecond: 10_000,
} as const;
