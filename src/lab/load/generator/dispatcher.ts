/**
 * Sends each request when it is due, and knows for each what it waited for. It has no sockets and no clock of its own, so that
 * a scripted clock can drive it.
 *
 * Each connection works off its own slots of the schedule in order, one at a time. A connection that is late with its slot
 * sends at once. A slot is done when it is answered: if the connection breaks, the slot is sent again, and
 * its latency still counts from the time at which it was due.
 */
import type { Latencies, Unanswered } from '../result/result.js';
import { recordLags, recordRamp } from './ramp.js';
import type { Schedule } from './schedule.js';
import { type Lane, Turn } from './slot.js';
import type { SlowLog } from './slow-log.js';

export interface DispatcherOptions {
  readonly schedule: Schedule;
  readonly lanes: readonly Lane[];
  /** Requests in one send. */
  readonly requestsPerSend: number;
  readonly now: () => number;
  /** Moves the due time of the next send, in ms. */
  readonly delayMs?: (() => number) | undefined;
  /** Sends happen before this time only. */
  readonly endUs: number;
  /** Takes those that were slow. */
  readonly slow?: SlowLog | undefined;
}

export class Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #turns: readonly Turn[];
  /** The first slot whose due time has not been looked at. */
  #slot = 0;
  /** Turns whose due time was moved. */
  readonly #delayed = new Set<Turn>();
  #inFlight = 0;
  #sends = 0;
  #usualServiceUs = 0;

  constructor(options: DispatcherOptions) {
    this.#options = options;
    this.#turns = options.lanes.map((lane, index) => new Turn(lane, index, options.slow));
    for (const turn of this.#turns) this.#schedule(turn);
  }

  /** Sends that are not answered in full. */
  get inFlight(): number {
    return this.#inFlight;
  }

  get sends(): number {
    return this.#sends;
  }

  /** How long an answer took of late: a mean in which the last ones count most. */
  get usualServiceUs(): number {
    return this.#usualServiceUs;
  }

  /** Sends what is due. Returns when the next slot will be. */
  sendDue(nowUs: number): number {
    const { schedule } = this.#options;
    let us = nowUs;
    for (
      let looked = 0;
      looked < schedule.connections && schedule.dueUs(this.#slot) <= us;
      looked++
    ) {
      this.#trySend(this.#turns[this.#slot % schedule.connections] as Turn, us);
      this.#slot++;
      us = this.#options.now();
    }
    // All lanes have been looked at: what is still due belongs to lanes that are busy, which send once they are ready.
    if (schedule.dueUs(this.#slot) <= us) this.#slot = schedule.slotsBefore(us);
    let next = this.#nextDueUs();
    for (const turn of this.#delayed) {
      if (turn.dueUs <= us) this.#trySend(turn, us);
      else next = Math.min(next, turn.dueUs);
    }
    return next;
  }

  /** When the next slot of a lane that is not busy is due. A busy one sends when it has its answer, which nobody has to wait for here. */
  #nextDueUs(): number {
    const { schedule } = this.#options;
    for (let ahead = 0; ahead < schedule.connections; ahead++) {
      const slot = this.#slot + ahead;
      if ((this.#turns[slot % schedule.connections] as Turn).unanswered === 0)
        return schedule.dueUs(slot);
    }
    return Number.POSITIVE_INFINITY;
  }

  /** The lane is able to send. @param opened it was opened; else, it has all its answers */
  ready(index: number, nowUs: number, opened: boolean): void {
    const turn = this.#turns[index] as Turn;
    // An answer that came at the end was none: its request stays in flight, as it was sent.
    if (turn.unanswered > 0) return;
    if (opened) turn.opened(nowUs);
    this.#trySend(turn, nowUs);
  }

  /** An answer came. Returns its latency; undefined if it repeats the answer to a request that was sent again. */
  answered(index: number, nowUs: number, into: Latencies): number | undefined {
    const { requestsPerSend, schedule } = this.#options;
    const turn = this.#turns[index] as Turn;
    this.#usualServiceUs += (nowUs - turn.sentUs - this.#usualServiceUs) / 64;
    const latencyUs = turn.answered(nowUs, requestsPerSend, into);
    if (turn.unanswered === 0) {
      this.#inFlight--;
      turn.slot += schedule.connections;
      this.#schedule(turn);
    }
    return latencyUs;
  }

  /** What the lane had in flight will not be answered; the slot is sent again. */
  failed(index: number): void {
    const turn = this.#turns[index] as Turn;
    if (turn.unanswered > 0) this.#inFlight--;
    turn.failed(this.#options.requestsPerSend);
  }

  /** How many requests passed this age since the last call. Each counts once; its answer is still waited for. */
  timedOut(nowUs: number, timeoutUs: number): number {
    let count = 0;
    for (let index = 0; index < this.#turns.length; index++)
      count += this.timedOutOn(index, nowUs, timeoutUs);
    return count;
  }

  /** The same of one lane: an answer that comes too late counts, even if nobody has looked since it became so. */
  timedOutOn(index: number, nowUs: number, timeoutUs: number): number {
    const turn = this.#turns[index] as Turn;
    if (turn.unanswered === 0 || turn.timedOut || nowUs - turn.sentUs <= timeoutUs) return 0;
    turn.timedOut = true;
    return turn.unanswered;
  }

  /** Records all that was due before the end and has no answer, as at least as late as it is at the end. */
  finish(endUs: number, into: Latencies): Unanswered {
    const { schedule, requestsPerSend } = this.#options;
    const { periodUs } = schedule;
    const due = schedule.slotsBefore(endUs);
    let inFlight = 0;
    let unsent = 0;
    for (const turn of this.#turns) {
      const idealSentUs = turn.idealSentUntil(endUs);
      if (turn.unanswered > 0) {
        for (let request = 0; request < turn.unanswered; request++) turn.record(endUs, into);
        inFlight += turn.unanswered;
        // Those behind it are taken to be moved by a delay as far as it was.
        const movedUs = turn.dueUs - schedule.dueUs(turn.slot);
        turn.slot += schedule.connections;
        turn.dueUs = schedule.dueUs(turn.slot) + movedUs;
      }
      // A delay may have moved some of them past the end: those were not due.
      const slots = Math.ceil((due - turn.slot) / schedule.connections);
      const sends = Math.min(slots, Math.ceil((endUs - turn.dueUs) / periodUs));
      if (sends <= 0) continue;
      unsent += sends * requestsPerSend;
      recordRamp(into.latency, endUs - turn.dueUs, periodUs, sends, requestsPerSend);
      // Without the lag they would have been sent by now: what is left of their lateness is the wait.
      for (const part of [into.wait, into.latencyWithoutLag])
        recordRamp(part, idealSentUs - turn.dueUs, periodUs, sends, requestsPerSend);
      recordLags(into.lag, endUs, {
        idealSentUs,
        dueUs: turn.dueUs,
        periodUs,
        sends,
        times: requestsPerSend,
      });
    }
    return { inFlight, unsent };
  }

  #schedule(turn: Turn): void {
    const { schedule, delayMs } = this.#options;
    const dueUs = schedule.dueUs(turn.slot);
    if (!delayMs) {
      turn.dueUs = dueUs;
      return;
    }
    // Not before the one in front of it, which may have been moved further.
    turn.dueUs = Math.max(dueUs + delayMs() * 1000, turn.dueUs);
    this.#delayed.add(turn);
  }

  #trySend(turn: Turn, nowUs: number): void {
    if (
      turn.unanswered > 0 ||
      turn.dueUs > nowUs ||
      nowUs >= this.#options.endUs ||
      !turn.lane.ready
    )
      return;
    this.#delayed.delete(turn);
    this.#inFlight++;
    this.#sends++;
    turn.send(this.#options.requestsPerSend);
  }
}
