/** What a load run is: where to, how many, how fast, how long, and which requests. Checked before a socket opens. */

/** Requests of our own making, without a script. */
export interface Workload {
  readonly kind: 'workload';
  /** Share of PUTs: 1 is `put`, 0 is `get`, 0.1 is `mixed:90/10` (GETs/PUTs). */
  readonly putShare: number;
  /** Order in which keys are chosen: rising, all alike likely, or a few of them much more often (YCSB's zipfian). */
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
  /** What follows `--` on the command line. */
  readonly args: readonly string[];
}

/** The same request over and over: a GET of the URL. */
export interface PlainWork {
  readonly kind: 'plain';
}

export type Work = PlainWork | ScriptWork | Workload;

export interface LoadOptions {
  /** http: or https:, with the path of the plain request. */
  readonly url: string;
  readonly threads: number;
  /** Over all threads. Each has the same number, so a remainder is not opened (as in wrk2). */
  readonly connections: number;
  readonly durationMs: number;
  /** Requests a second, over all connections. */
  readonly rate: number;
  /** A request without an answer after this time is counted as timed out, once; its answer is still waited for. */
  readonly timeoutMs: number;
  /** Sent before the run at the same rate and recorded nowhere. */
  readonly warmupMs: number;
  /** Added to each request. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Connects to this socket in the file system; the URL then gives Host and path only. */
  readonly unixSocket?: string;
  /** Takes any TLS certificate. */
  readonly insecure: boolean;
  /** Requests that take so long are listed one by one; undefined: none. */
  readonly slowMs?: number;
  readonly work: Work;
}

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

/** Bounds of a run. */
export const loadLimits = {
  threads: 256,
  connections: 16_384,
  /** A day, which is also the longest latency that a histogram holds. */
  durationMs: 24 * 3600 * 1000,
  rate: 10_000_000,
  keySpace: 2 ** 40,
  valueBytes: 16 * 1024 * 1024,
  /** Largest request a script may return, and largest body handed to its response(). */
  messageBytes: 16 * 1024 * 1024,
  /** Slow requests that are listed; and of one thread in one second, so that a stall does not crowd out those before and after it. */
  slowRequests: 50_000,
  slowInSecond: 10_000,
} as const;
