/**
 * The source of a thread's requests: a plain URL, a workload, or a script. Each is asked for when
 * it is about to be sent. It is bytes that nobody changes afterwards, or text of one byte per
 * character.
 */
export interface RequestSource {
  /** How many requests one call of next() returns, back to back; above 1 they are pipelined. */
  readonly requestsPerSend: number;
  /** @throws ScriptError */
  next(): string | Uint8Array;
  /** Which requests of the last next() are HEAD. Absent: there is one, and its method tells. */
  readonly heads?: readonly boolean[];
  /** Moves the next request's due time by this many ms (wrk's delay()). Absent: 0. */
  readonly delayMs?: (() => number) | undefined;
  /** Called with each response; absent: headers and content are skipped unread. */
  readonly onResponse?:
    | ((status: number, headers: Readonly<Record<string, string>>, body: Uint8Array) => void)
    | undefined;
  /** Set once the script has asked its thread to end. */
  readonly stopped?: boolean;
}
