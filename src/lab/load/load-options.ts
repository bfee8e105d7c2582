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

/** A request of a list: a method and a request target, such as `/a?b`. */
export interface ListedRequest {
  readonly method: string;
  readonly target: string;
}

/** The same request over and over, a GET of the URL, or requests of a list in turns. */
export interface PlainWork {
  readonly kind: 'plain';
  /** For the URL, and for listed requests that have none. Default: POST with content, else GET. */
  readonly method?: string;
  /** Sent with each request. */
  readonly content?: Uint8Array;
  /** Taken in turns by all threads together, in place of the URL's path. */
  readonly list?: readonly ListedRequest[];
}

export type Work = PlainWork | ScriptWork | Workload;

/** A part of a run: its rate is constant, or rises or falls evenly. Requests per second. */
export interface Stage {
  readonly fromRate: number;
  readonly toRate: number;
  readonly durationMs: number;
}

/** A response that is not so is a failure. Without it, statuses above 399 are. */
export interface Expectation {
  /** One of these, if there are any: ranges with both ends. */
  readonly statuses: readonly (readonly [from: number, to: number])[];
  /** The content, as UTF-8, matches each. */
  readonly patterns: readonly { readonly source: string; readonly flags: string }[];
}

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
  /**
   * HTTP/2: over TLS by ALPN, else with prior knowledge. Each of the streams has the place that a
   * connection has in HTTP/1.1: at most one request in flight.
   */
  readonly http2?: {
    /** Requests in flight at most, on each connection. */
    readonly streams: number;
  };
  readonly durationMs: number;
  /** Requests per second, over all connections. With stages: their mean. */
  readonly rate: number;
  /** They fill the duration. Each is judged by itself. */
  readonly stages?: readonly Stage[];
  /** Requests are due at random, as from many clients that know nothing of each other. */
  readonly arrivals?: { readonly kind: 'poisson'; readonly seed: number };
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
  /** Lists what an explanation needs: slow requests, the tail without slowMs, and standstills. */
  readonly tail?: boolean;
  readonly expect?: Expectation;
  readonly work: Work;
}

/** The part of the options that says how many requests are due when. */
export type RateOptions = Pick<LoadOptions, 'rate' | 'warmupMs' | 'stages'>;

/**
 * The options of a caller; the others have the defaults of the command. Stages give the rate and
 * the duration.
 */
export type GivenOptions = Pick<LoadOptions, 'url'> &
  Partial<LoadOptions> &
  ({ readonly rate: number } | { readonly stages: readonly Stage[] });

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

/** @throws TypeError */
export function completeOptions(given: GivenOptions): LoadOptions {
  const { stages } = given;
  const options = { ...defaultOptions, rate: 0, ...given, ...(stages && totalOf(stages)) };
  if (!URL.canParse(options.url) || !(options.rate > 0))
    throw new TypeError('runLoad needs url, and rate in requests per second, or stages');
  return options;
}

/** The time of all stages, and the mean of their rates. */
export function totalOf(stages: readonly Stage[]): Pick<LoadOptions, 'rate' | 'durationMs'> {
  const durationMs = stages.reduce((sum, stage) => sum + stage.durationMs, 0);
  const requestMs = stages.reduce(
    (sum, { fromRate, toRate, durationMs: ms }) => sum + ((fromRate + toRate) / 2) * ms,
    0,
  );
  return { durationMs, rate: requestMs / durationMs };
}

export const loadLimits = {
  threads: 256,
  /** With HTTP/2: of streams of all connections. */
  connections: 16_384,
  /** A day, which is also the longest latency that a histogram holds. */
  durationMs: 24 * 3600 * 1000,
  rate: 10_000_000,
  /** Each takes 450 KiB of memory per thread. */
  stages: 50,
  listedRequests: 1_000_000,
  listBytes: 64 * 1024 * 1024,
  keySpace: 2 ** 40,
  valueBytes: 16 * 1024 * 1024,
  /** Largest request that a script may return, and largest content for its response(). */
  messageBytes: 16 * 1024 * 1024,
  /** Listed slow requests, in all and per thread and second: a stall must not crowd out others. */
  slowRequests: 50_000,
  slowInSecond: 10_000,
  standstills: 100_000,
} as const;
