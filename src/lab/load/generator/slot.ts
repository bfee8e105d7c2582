/**
 * One connection's place in the schedule: the send that it is at, and the split of its latency.
 *
 * The generator may be late once, and everything behind that send late with it. So the split does
 * not ask when the connection was free, but when it would have been with a generator always on
 * time. The generator's share is lag, for each request that it delayed; none of it passes for the
 * service's doing.
 */
import type { Latencies } from '../result/result.js';
import type { SlowLog } from './slow-log.js';
import type { StageRecords } from './stage-records.js';

export interface Sender {
  /** Whether send() may be called: it is open, and nothing is in flight. */
  readonly ready: boolean;
  /** A send is due and it is not ready: those that share a connection are ready in this order. */
  queue?(): void;
  /** Sends the next request, or several at once. Returns when it began to write them. */
  send(): number;
}

export class Slot {
  readonly sender: Sender;
  readonly #connection: number;
  readonly #slow: SlowLog | undefined;
  readonly #stages: StageRecords | undefined;
  /** Which send of the thread it is at. */
  sequence: number;
  dueUs = 0;
  sentUs = 0;
  /** Responses that its send still lacks; 0 if nothing is in flight. */
  pending = 0;
  timedOut = false;
  /** When the sender would have been free with a generator always on time. */
  #idealFreeUs = 0;
  /** Responses that an earlier attempt of this send had before it broke: they count once. */
  #receivedBefore = 0;

  /** @param connection its number, which is the sequence of its first send */
  constructor(sender: Sender, connection: number, slow?: SlowLog, stages?: StageRecords) {
    this.sender = sender;
    this.sequence = connection;
    this.#connection = connection;
    this.#slow = slow;
    this.#stages = stages;
  }

  send(requests: number): void {
    this.timedOut = false;
    this.pending = requests;
    this.sentUs = this.sender.send();
  }

  opened(nowUs: number): void {
    this.#idealFreeUs = Math.max(this.#idealFreeUs, nowUs);
  }

  /** The send in flight will get no response. */
  failed(requests: number): void {
    if (this.pending > 0)
      this.#receivedBefore = Math.max(this.#receivedBefore, requests - this.pending);
    this.pending = 0;
  }

  /** Takes a response. Returns its latency; undefined if it repeats one that was taken. */
  received(nowUs: number, requests: number, into: Latencies): number | undefined {
    const repeated = requests - this.pending < this.#receivedBefore;
    if (!repeated) this.record(nowUs, into);
    this.pending--;
    if (this.pending === 0) {
      this.#idealFreeUs = this.#idealSentUs + nowUs - this.sentUs;
      this.#receivedBefore = 0;
    }
    return repeated ? undefined : nowUs - this.dueUs;
  }

  /** Records a request that was sent, with its response at this time. */
  record(receivedUs: number, into: Latencies): void {
    const idealSentUs = this.#idealSentUs;
    const lagUs = Math.max(0, this.sentUs - idealSentUs);
    into.latency.record(receivedUs - this.dueUs);
    into.latencyWithoutLag.record(receivedUs - this.dueUs - lagUs);
    const stage = this.#stages?.at(this.dueUs);
    stage?.latency.record(receivedUs - this.dueUs);
    stage?.latencyWithoutLag.record(receivedUs - this.dueUs - lagUs);
    into.wait.record(idealSentUs - this.dueUs);
    into.lag.record(lagUs);
    into.service.record(receivedUs - this.sentUs);
    const slow = this.#slow;
    if (slow !== undefined && receivedUs - this.dueUs >= slow.fromUs)
      slow.add(this.#connection, this.dueUs, idealSentUs, this.sentUs, receivedUs);
  }

  get #idealSentUs(): number {
    return Math.max(this.dueUs, this.#idealFreeUs);
  }

  /** When a request unsent at the end could have been sent; the end if the service held it up. */
  idealSentUntil(endUs: number): number {
    return this.pending === 0 && this.sender.ready ? Math.min(endUs, this.#idealSentUs) : endUs;
  }
}
