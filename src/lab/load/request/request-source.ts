/** Where a thread's requests come from: a plain URL, a workload, or a script. */

/**
 * One for each thread; called for each request when it is about to be sent.
 * A request is its bytes: an array that nobody changes afterwards, or text of one byte a character (latin1).
 */
export interface RequestSource {
  /** How many requests one call of next() returns, back to back: more than 1 means pipelining. */
  readonly requestsPerSend: number;
  /** @throws ScriptError */
  next(): string | Uint8Array;
  /** Moves the next request's due time by this many ms (wrk's delay()). Absent: 0. */
  readonly delayMs?: (() => number) | undefined;
  /** Called with each answer; absent: nobody wants headers and bodies, and they are skipped unread. */
  readonly onResponse?:
    | ((status: number, headers: Readonly<Record<string, string>>, body: Uint8Array) => void)
    | undefined;
  /** Set once the script has asked its thread to end. */
  readonly stopped?: boolean;
}
