/**
 * Sends each request when it is due, and knows for each what it waited for. It has no sockets and no clock of its own, so that
 * a scripted clock can drive it.
 *
 * Each connection works off its own slots of the schedule in order, one at a time. A connection that is late with its slot
 * sends at once. A slot is done when it is answered: if the connection breaks, the slot is sent again, and
 * its latency still counts from the time at which it was due.
 */
import type { Latencies, Unanswered } from '../result.js';
import type { Histogram } from '../statistics/histogram.js';
import { recordAnswer } from './recorder.js';
import type { Schedule } from './schedule.js';

/** What the dispatcher needs of a connection. */
export interface Lane {
  /** Whether send() may be called: it is open, and nothing is in flight. */
  readonly ready: boolean;
  /** Sends the next request, or several at once. Returns when it began to write them, once they had been made. */
  send(): number;
}

interface Turn {
  readonly lane: Lane;
  slot: number;
  dueUs: number;
  /** When the lane was last able to send. */
  freeUs: number;
  sentUs: number;
  /** Answers that its send still lacks; 0 if nothing is in flight. */
  unanswered: number;
  timedOut: boolean;
}

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

  constructor(options: DispatcherOptions) {
    this.#options = options;
    this.#turns = options.lanes.map((lane, slot) => {
      return { lane, slot, dueUs: 0, freeUs: 0, sentUs: 0, unanswered: 0, timedOut: false };
    });
    for (const turn of this.#turns) this.#schedule(turn);
  }

  /** Sends that are not answered in full. */
  get inFlight(): number {
    return this.#inFlight;
  }

  get sends(): number {
    return this.#sends;
  }

  /** Sends what is due. Returns when the next slot will be. */
  sendDue(nowUs: number): number {
    const { schedule } = this.#options;
    let us = nowUs;
    for (let looked = 0; looked < schedule.connections && schedule.dueUs(this.#slot) <= us; looked++) {
      this.#trySend(this.#turns[this.#slot % schedule.connections] as Turn, us);
      this.#slot++;
      us = this.#options.now();
    }
    // All lanes have been looked at: what is still due belongs to lanes that are busy, which send once they are ready.
    if (schedule.dueUs(this.#slot) <= us) this.#slot = schedule.slotsBefore(us);
    let next = schedule.dueUs(this.#slot);
    for (const turn of this.#delayed) {
      if (turn.dueUs <= us) this.#trySend(turn, us);
      else next = Math.min(next, turn.dueUs);
    }
    return next;
  }

  /** The lane is able to send: opened, or answered in full. */
  ready(index: number, nowUs: number): void {
    const turn = this.#turns[index] as Turn;
    // An answer that came at the end was none: its request stays in flight, as it was sent.
    if (turn.unanswered > 0) return;
    turn.freeUs = nowUs;
    this.#trySend(turn, nowUs);
  }

  /** An answer came. Returns its latency. */
  answered(index: number, nowUs: number, into: Latencies): number {
    const turn = this.#turns[index] as Turn;
    recordAnswer(into, turn, nowUs);
    const latencyUs = nowUs - turn.dueUs;
    turn.unanswered--;
    if (turn.unanswered === 0) {
      this.#inFlight--;
      turn.slot += this.#options.schedule.connections;
      this.#schedule(turn);
    }
    return latencyUs;
  }

  /** What the lane had in flight will not be answered; the slot is sent again. */
  failed(index: number): void {
    const turn = this.#turns[index] as Turn;
    if (turn.unanswered > 0) this.#inFlight--;
    turn.unanswered = 0;
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
    const due = schedule.slotsBefore(endUs);
    let inFlight = 0;
    let unsent = 0;
    for (const turn of this.#turns) {
      const ready = turn.unanswered === 0 && turn.lane.ready;
      if (turn.unanswered > 0) {
        for (let request = 0; request < turn.unanswered; request++) recordAnswer(into, turn, endUs);
        inFlight += turn.unanswered;
        turn.slot += schedule.connections;
        turn.dueUs = schedule.dueUs(turn.slot);
      }
      // A delay may have moved some of them past the end: those were not due.
      const sends = Math.min(
        Math.ceil((due - turn.slot) / schedule.connections),
        Math.ceil((endUs - turn.dueUs) / schedule.periodUs),
      );
      if (sends <= 0) continue;
      unsent += sends * requestsPerSend;
      // A lane that could have sent was kept waiting by the generator, any other by the service.
      const waitedUs = ready ? turn.freeUs - turn.dueUs : endUs - turn.dueUs;
      into.lag.record(ready ? endUs - Math.max(turn.dueUs, turn.freeUs) : 0, requestsPerSend);
      recordRamp(into.latency, endUs - turn.dueUs, schedule.periodUs, sends, requestsPerSend);
      recordRamp(into.wait, waitedUs, schedule.periodUs, sends, requestsPerSend);
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
    if (turn.unanswered > 0 || turn.dueUs > nowUs || nowUs >= this.#options.endUs || !turn.lane.ready) return;
    this.#delayed.delete(turn);
    turn.timedOut = false;
    turn.unanswered = this.#options.requestsPerSend;
    this.#inFlight++;
    this.#sends++;
    turn.sentUs = turn.lane.send();
  }
}

/**
 * Records the durations first, first − step, first − 2·step, … Neighbours that one bucket of the histogram can't tell apart are
 * recorded at once, so that even an hour of unsent requests takes a moment.
 */
function recordRamp(into: Histogram, firstUs: number, stepUs: number, steps: number, times: number): void {
  let us = firstUs;
  for (let left = steps; left > 0; ) {
    const alike = Math.min(left, Math.max(1, Math.floor(us / 2048 / stepUs)));
    into.record(us, alike * times);
    us -= alike * stepUs;
    left -= alike;
  }
}
