/**
 * A script as the rest of the load generator sees it, whatever its language: in each worker a
 * source of requests, in the main thread setup() and done().
 */
import type { Histogram } from '../histogram/histogram.js';
import type { RequestSource } from '../request/request-source.js';
import type { Errors } from '../result/result.js';
import type { Address } from './address.js';
import type { LineEnd } from './blocking.js';
import type { ScriptThread } from './channel.js';

/** Given to a generator thread for its script. */
export interface ScriptStart {
  /** From readScript(). */
  readonly text: string;
  /** thread.addr until setup() sets another. */
  readonly address: Address | undefined;
  /** How setup() and done(), in the main thread, reach this thread. */
  readonly line: LineEnd;
}

interface CommonOptions extends Pick<ScriptStart, 'text'> {
  /** As the user named it, for messages. .js, .mjs, .cjs, .ts and .mts are modules; else Lua. */
  readonly file: string;
  readonly url: string;
  /** In the script's wrk.headers before it runs. */
  readonly headers: readonly (readonly [name: string, value: string])[];
}

export interface ScriptSourceOptions extends CommonOptions, Partial<Pick<ScriptStart, 'address'>> {
  /** As in wrk2, the first request() of thread 0 is made for the check before the run, not sent. */
  readonly thread: number;
}

export interface ScriptMainOptions extends CommonOptions {
  /** The URL's host, as in wrk.addrs; the first is the default of each thread. */
  readonly addresses?: readonly Address[];
}

/** A script in a worker: created, set up through its ScriptThread side, init(), then used. */
export interface ScriptSource extends RequestSource, ScriptThread {
  readonly stopped: boolean;
  /** Where setup() sent this thread; undefined if it left the default, the URL's host. */
  readonly ownAddress: Address | undefined;
  /**
   * Runs the script's init() and looks at which hooks there are. onResponse and delayMs are right
   * from here on; so is requestsPerSend in thread 0, in the others from the first next() on.
   * @param args what follows `--`; the script sees the URL before them @throws ScriptError
   */
  init(args: readonly string[]): Promise<void>;
  /** Says how many requests each send must have: as many as the first one of thread 0. */
  agree(requestsPerSend: number): void;
}

/** The state of a script in a worker, by its language. */
export interface WorkerState extends Pick<ScriptThread, 'getGlobal' | 'setGlobal'> {
  init(args: readonly string[]): Promise<Hooks>;
}

/** The hooks that a script has in a worker. Their results have not been checked. */
export interface Hooks {
  /** The script has no request(): its one request is made of `wrk`'s fields. */
  readonly fixed: boolean;
  /** Text is one byte a character. */
  request(): string | Uint8Array;
  readonly response: RequestSource['onResponse'];
  readonly delay: (() => unknown) | undefined;
}

/** The first argument of done(); shape and names are wrk's. */
export interface DoneSummary {
  /** µs. */
  readonly duration: number;
  readonly requests: number;
  readonly bytes: number;
  readonly errors: Errors;
}

/** A script in the main thread. */
export interface ScriptMain {
  /** Called for each thread, before the init() of its source. @throws ScriptError */
  setup(thread: ScriptThread): Promise<void>;
  /** Latencies in µs, request rates per second. Nothing without a done(). @throws ScriptError */
  done(summary: DoneSummary, latency: Histogram, requests: Histogram): Promise<void>;
}
