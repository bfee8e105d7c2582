/**
 * What a script is to the rest of the load generator, whatever its language: in each worker a source of requests, in the
 * main thread setup() and done().
 */

import type { Histogram } from '../histogram/histogram.js';
import type { RequestSource } from '../request/request-source.js';
import type { Address } from './address.js';
import type { LineEnd } from './blocking.js';
import type { ScriptThread } from './channel.js';

/** What a generator thread is given for its script. */
export interface ScriptStart {
  /** Of readScript(). */
  readonly text: string;
  /** thread.addr until setup() sets another. */
  readonly address: Address | undefined;
  /** How setup() and done(), in the main thread, reach this thread. */
  readonly line: LineEnd;
}

interface CommonOptions {
  /** As the user gave it: messages name it so. .js, .mjs, .cjs, .ts and .mts are modules, everything else is Lua. */
  readonly file: string;
  /** Of readScript(). */
  readonly text: string;
  readonly url: string;
  /** In the script's wrk.headers before it runs. */
  readonly headers: readonly (readonly [name: string, value: string])[];
}

export interface ScriptSourceOptions extends CommonOptions {
  /** From 0. As in wrk2, the first request() of thread 0 is made for the check before the run and never sent. */
  readonly thread: number;
  /** thread.addr until setup() sets another. */
  readonly address?: Address | undefined;
}

export interface ScriptMainOptions extends CommonOptions {
  /** Addresses of the URL's host, as wrk.addrs has them; the first is the default of each thread's. */
  readonly addresses?: readonly Address[];
}

/** A script in a worker. Created, then set up through its ScriptThread side, then init(), then used. */
export interface ScriptSource extends RequestSource, ScriptThread {
  readonly stopped: boolean;
  /** Where setup() sent this thread; nothing if it left the default, for which the URL's host stands. */
  readonly ownAddress: Address | undefined;
  /**
   * Runs the script's init() and looks at which hooks there are: onResponse and delayMs are right from here on, and
   * requestsPerSend too in thread 0; in the others it is right from the first next() on.
   *
   * @param args what follows `--`; the script sees the URL before them
   * @throws ScriptError
   */
  init(args: readonly string[]): Promise<void>;
}

/** The state of a script in a worker, by its language. */
export interface WorkerState {
  getGlobal(name: string): unknown;
  setGlobal(name: string, value: unknown): void;
  /** Runs the script's init(). */
  init(args: readonly string[]): Promise<Hooks>;
}

/** The hooks that a script has in a worker. What they return has not been checked. */
export interface Hooks {
  /** The script has no request(): the one request is made of `wrk`'s fields. */
  readonly fixed: boolean;
  /** Text is one byte a character. */
  request(): string | Uint8Array;
  readonly response: RequestSource['onResponse'];
  readonly delay: (() => unknown) | undefined;
}

/** What done() is told; shape and names are wrk's. */
export interface DoneSummary {
  /** µs. */
  readonly duration: number;
  readonly requests: number;
  readonly bytes: number;
  readonly errors: {
    readonly connect: number;
    readonly read: number;
    readonly write: number;
    readonly status: number;
    readonly timeout: number;
  };
}

/** A script in the main thread. */
export interface ScriptMain {
  /** Called for each thread, before the init() of its source. @throws ScriptError */
  setup(thread: ScriptThread): Promise<void>;
  /** Latencies in µs, request rates in requests a second. Does nothing without a done(). @throws ScriptError */
  done(summary: DoneSummary, latency: Histogram, requests: Histogram): Promise<void>;
}
