/** The types for authors of scripts in JavaScript or TypeScript. Hooks and names are wrk's. */
import type { Address } from './address.js';
import type { DoneSummary } from './script.js';

export type { Address } from './address.js';
export type { DoneSummary } from './script.js';

/**
 * The exports of a script, each for itself or as one default object; all are optional. The module
 * is loaded once in each worker and once in the main thread, where setup() and done() run. Only
 * setup(), init() and done() may be async.
 */
export interface LoadScript {
  /** In the main thread, for each thread before its init(). */
  setup?(thread: Thread, wrk: Wrk): void | Promise<void>;
  /** In each thread. @param args the URL, then what follows `--` on the command line */
  init?(args: readonly string[], wrk: Wrk): void | Promise<void>;
  /** A whole HTTP/1.1 request, or several; text is sent as UTF-8. Without it: wrk.format(). */
  request?(wrk: Wrk): string | Uint8Array;
  /** Called with each response; without it, only the status is read. */
  response?(
    status: number,
    headers: Readonly<Record<string, string>>,
    body: Uint8Array,
    wrk: Wrk,
  ): void;
  /** Milliseconds by which the next request is late on purpose. */
  delay?(wrk: Wrk): number;
  /** In the main thread, when all threads have ended. Latencies are in µs, rates per second. */
  done?(
    summary: DoneSummary,
    latency: Statistics,
    requests: Statistics,
    wrk: Wrk,
  ): void | Promise<void>;
}

export interface Thread {
  /** Where it connects to instead of the URL's address. */
  addr: Address | undefined;
  /** A value of the thread: one in its `wrk.vars`, or else an export of its module. */
  get(name: string): unknown;
  /** Puts a copy into the thread's `wrk.vars`; functions cannot be copied. */
  set(name: string, value: unknown): void;
  /** Ends the thread's run. */
  stop(): void;
}

export interface Statistics {
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly stdev: number;
  readonly count: number;
  percentile(percent: number): number;
  /** The nth of the sorted samples, from 1. */
  at(n: number): number;
}

export type Headers = Record<string, string | number>;
export type Body = string | Uint8Array;

/** The last argument of each hook. Its fields are the request that format() makes by default. */
export interface Wrk {
  readonly scheme: string;
  readonly host: string;
  readonly port: string | undefined;
  method: string;
  path: string;
  /** Those of `-H`, and the script's. */
  headers: Headers;
  body: Body | undefined;
  /** The thread that the hook runs in; not in setup() and done(). */
  readonly thread: Thread | undefined;
  /** This thread's values that Thread.get() and set() work on. */
  readonly vars: Record<string, unknown>;
  /** A request, with Host and Content-Length; defaults are the fields. Bytes if the body is. */
  format(method?: string, path?: string, headers?: Headers, body?: Body): string | Uint8Array;
  /** Blocks. @param service a port, or a name such as http */
  lookup(host: string, service?: string | number): readonly Address[];
  /** Blocks. Returns whether anything accepts connections there. */
  connect(address: Address): boolean;
  /** µs since 1970. */
  time_us(): number;
}
