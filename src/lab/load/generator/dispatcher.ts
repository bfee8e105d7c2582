/**
 * Sends each request when it is due, and knows for each what it waited for. It has no sockets and
 * no clock of its own, so a scripted clock can drive it.
 *
 * Each connection makes its own sends in order, one at a time, and at once if it is late. A send is
 * done when it has its responses. If the connection breaks first, it is sent again, and its latency
 * still counts from the time at which it was due.
 */
import type { Latencies, Unanswered } from '../result/result.js';
import type { Schedule } from './schedule.js';
import type { Slot } from './slot.js';
import type { StageRecords } from './stage-records.js';
import { Unsent } from './unsent.js';

export interface DispatcherOptions {
  readonly schedule: Schedule;
  /** One for each connection of the schedule. */
  readonly slots: readonly Slot[];
  /** Requests in one send. */
  readonly requestsPerSend: number;
  readonly now: () => number;
  /** Moves the due time of the next send, in ms. */
  readonly delayMs?: (() => number) | undefined;
  /** Sends happen before this time only. */
  readonly endUs: number;
  readonly stages?: StageRecords | undefined;
}

export class Dispatcher {
  readonly #options: DispatcherOptions;
  /** The first send whose due time has not been looked at. */
  #sequence = 0;
  /** Slots whose due time was moved. */
  readonly #delayed = new Set<Slot>();
  #inFlight = 0;
  #sends = 0;
  #meanServiceUs = 0;

  constructor(options: DispatcherOptions) {
    this.#options = options;
    for (const slot of options.slots) this.#schedule(slot);
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  get sends(): number {
    return this.#sends;
  }

  /** How long a response takes: a moving mean in which the last ones count most. */
  get meanServiceUs(): number {
    return this.#meanServiceUs;
  }

  /** Sends what is due. Returns when the next send will be. */
  sendDue(nowUs: number): number {
    const { schedule } = this.#options;
    const { connections } = schedule;
    let us = nowUs;
    for (let looked = 0; looked < connections && schedule.dueUs(this.#sequence) <= us; looked++) {
      this.#trySend(this.#slotOf(this.#sequence), us);
      this.#sequence++;
      us = this.#options.now();
    }
    // All slots have been looked at: those still due are busy, and send once they are ready.
    if (schedule.dueUs(this.#sequence) <= us) this.#sequence = schedule.sendsBefore(us);
    let next = this.#nextDueUs();
    for (const slot of this.#delayed) {
      if (slot.dueUs <= us) this.#trySend(slot, us);
      else next = Math.min(next, slot.dueUs);
    }
    return next;
  }

  /** When the next send of a slot that is not busy is due; a busy one sends on its response. */
  #nextDueUs(): number {
    const { schedule } = this.#options;
    const end = this.#sequence + schedule.connections;
    for (let sequence = this.#sequence; sequence < end; sequence++)
      if (this.#slotOf(sequence).pending === 0) return schedule.dueUs(sequence);
    return Number.POSITIVE_INFINITY;
  }

  /** The slot can send. @param opened its connection was opened; else it has all its responses */
  ready(slot: Slot, nowUs: number, opened: boolean): void {
    // A response at the end was none: its request stays in flight, as it was sent.
    if (slot.pending > 0) return;
    if (opened) slot.opened(nowUs);
    this.#trySend(slot, nowUs);
  }

  /** A response came. Returns its latency; undefined if it repeats one to an earlier attempt. */
  received(slot: Slot, nowUs: number, into: Latencies): number | undefined {
    const { requestsPerSend, schedule } = this.#options;
    this.#meanServiceUs += (nowUs - slot.sentUs - this.#meanServiceUs) / 64;
    const latencyUs = slot.received(nowUs, requestsPerSend, into);
    if (slot.pending === 0) {
      this.#inFlight--;
      slot.sequence += schedule.connections;
      this.#schedule(slot);
    }
    return latencyUs;
  }

  /** The slot's send in flight will get no response; it is made again. */
  failed(slot: Slot): void {
    if (slot.pending > 0) this.#inFlight--;
    slot.failed(this.#options.requestsPerSend);
  }

  /** How many requests passed this age since the last call. Each counts once, and stays pending. */
  timedOut(nowUs: number, timeoutUs: number): number {
    let count = 0;
    for (const slot of this.#options.slots) count += this.timedOutIn(slot, nowUs, timeoutUs);
    return count;
  }

  /** The same of one slot: a late response counts even if nobody looked since it became so. */
  timedOutIn(slot: Slot, nowUs: number, timeoutUs: number): number {
    if (slot.pending === 0 || slot.timedOut || nowUs - slot.sentUs <= timeoutUs) return 0;
    slot.timedOut = true;
    return slot.pending;
  }

  /** Records all that was due before the end and has no response, as late as it is at the end. */
  finish(endUs: number, into: Latencies): Unanswered {
    const { schedule, slots, requestsPerSend: times, stages } = this.#options;
    let inFlight = 0;
    let unsent = 0;
    for (const slot of slots) {
      const idealSentUs = slot.idealSentUntil(endUs);
      // Those behind it are taken to be moved by a delay as far as it was.
      const plannedUs = schedule.dueUs(slot.sequence);
      // The last stage may be a pause: then nothing is due any more, at infinity.
      const movedUs = plannedUs === slot.dueUs ? 0 : slot.dueUs - plannedUs;
      if (slot.pending > 0) {
        for (let request = 0; request < slot.pending; request++) slot.record(endUs, into);
        stages?.at(slot.dueUs)?.count('inFlight', slot.pending);
        inFlight += slot.pending;
        slot.sequence += schedule.connections;
      }
      const sends = Unsent.before(endUs, schedule, slot.sequence, movedUs);
      unsent += sends.count * times;
      sends.recordLateness(into.latency, endUs, times);
      // Without the lag they would have been sent by now: the rest of their lateness is the wait.
      sends.recordLateness(into.latencyWithoutLag, idealSentUs, times);
      sends.recordLateness(into.wait, idealSentUs, times);
      sends.recordLags(into.lag, endUs, idealSentUs, times);
      for (const [stage, stageBeginUs, stageEndUs] of stages?.spans ?? []) {
        const part = sends.slice(sends.before(stageBeginUs), sends.before(stageEndUs));
        part.recordLateness(stage.latency, endUs, times);
        part.recordLateness(stage.latencyWithoutLag, idealSentUs, times);
        stage.count('unsent', part.count * times);
      }
    }
    return { inFlight, unsent };
  }

  #slotOf(sequence: number): Slot {
    const { slots, schedule } = this.#options;
    return slots[sequence % schedule.connections] as Slot;
  }

  #schedule(slot: Slot): void {
    const { schedule, delayMs } = this.#options;
    const dueUs = schedule.dueUs(slot.sequence);
    if (!delayMs) {
      slot.dueUs = dueUs;
      return;
    }
    // Not before the one in front of it, which may have been moved further.
    slot.dueUs = Math.max(dueUs + delayMs() * 1000, slot.dueUs);
    this.#delayed.add(slot);
  }

  #trySend(slot: Slot, nowUs: number): void {
    if (slot.pending > 0 || slot.dueUs > nowUs) return;
    if (nowUs >= this.#options.endUs) return;
    if (!slot.sender.ready) {
      slot.sender.queue?.();
      return;
    }
    this.#delayed.delete(slot);
    this.#inFlight++;
    this.#sends++;
    slot.send(this.#options.requestsPerSend);
  }
}
