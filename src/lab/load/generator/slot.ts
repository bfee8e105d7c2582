/**
 * The request that a connection is at, and the split of its latency. The generator may be late once and everything behind it
 * late for that: so the split does not ask when the connection was free, but when it would have been, had the generator always been on
 * time. What the generator did is lag, for each request that it delayed, and nothing of it passes for the service's doing.
 */
import type { Latencies } from '../result/result.js';
import type { SlowLog } from './slow-log.js';

/** What the dispatcher needs of a connection. */
export interface Lane {
  /** Whether send() may be called: it is open, and nothing is in flight. */
  readonly ready: boolean;
  /** Sends the next request, or several at once. Returns when it began to write them, once they had been made. */
  send(): number;
}

export class Turn {
  readonly lane: Lane;
  readonly #connection: number;
  readonly #slow: SlowLog | undefined;
  /** Slower ones are written down one by one. */
  readonly #slowUs: number;
  slot: number;
  dueUs = 0;
  sentUs = 0;
  /** Answers that its send still lacks; 0 if nothing is in flight. */
  unanswered = 0;
  timedOut = false;
  /** When the lane would have been able to send. */
  #idealFreeUs = 0;
  /** Answers to this slot that an earlier send of it has had, before it broke: they count once. */
  #answeredBefore = 0;

  /** @param connection its number, and that of its first slot */
  constructor(lane: Lane, connection: number, slow?: SlowLog) {
    this.lane = lane;
    this.slot = connection;
    this.#connection = connection;
    this.#slow = slow;
    this.#slowUs = slow?.fromUs ?? Number.POSITIVE_INFINITY;
  }

  send(requests: number): void {
    this.timedOut = false;
    this.unanswered = requests;
    this.sentUs = this.lane.send();
  }

  /** The lane was opened. */
  opened(nowUs: number): void {
    this.#idealFreeUs = Math.max(this.#idealFreeUs, nowUs);
  }

  /** What was in flight will not be answered. */
  failed(requests: number): void {
    if (this.unanswered > 0)
      this.#answeredBefore = Math.max(this.#answeredBefore, requests - this.unanswered);
    this.unanswered = 0;
  }

  /** Takes an answer. Returns its latency; undefined if it repeats one that was taken. */
  answered(nowUs: number, requests: number, into: Latencies): number | undefined {
    const repeated = requests - this.unanswered < this.#answeredBefore;
    if (!repeated) this.record(nowUs, into);
    this.unanswered--;
    if (this.unanswered === 0) {
      this.#idealFreeUs = this.#idealSentUs + nowUs - this.sentUs;
      this.#answeredBefore = 0;
    }
    return repeated ? undefined : nowUs - this.dueUs;
  }

  /** Writes down a request that was sent, as answered at this time. */
  record(answeredUs: number, into: Latencies): void {
    const idealSentUs = this.#idealSentUs;
    const lagUs = Math.max(0, this.sentUs - idealSentUs);
    into.latency.record(answeredUs - this.dueUs);
    into.latencyWithoutLag.record(answeredUs - this.dueUs - lagUs);
    into.wait.record(idealSentUs - this.dueUs);
    into.lag.record(lagUs);
    into.service.record(answeredUs - this.sentUs);
    if (answeredUs - this.dueUs >= this.#slowUs)
      this.#slow?.add(this.#connection, this.dueUs, idealSentUs, this.sentUs, answeredUs);
  }

  get #idealSentUs(): number {
    return Math.max(this.dueUs, this.#idealFreeUs);
  }

  /** When the generator could have sent a request that is unsent at the end; the end itself if the service held it up. */
  idealSentUntil(endUs: number): number {
    return this.unanswered === 0 && this.lane.ready ? Math.min(endUs, this.#idealSentUs) : endUs;
  }
}
