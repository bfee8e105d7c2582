/** The run itself, once the connections are open: what happens in each turn of the thread, and with each answer. */

import type { FailureKind } from '../http/connection.js';
import { Dispatcher } from './dispatcher.js';
import type { Causes } from './failure-causes.js';
import type { GeneratorOptions } from './generator.js';
import type { Finished } from './messages.js';
import type { Pacer, Work } from './pacer.js';
import type { Phases } from './phases.js';
import { RateSampler } from './rate-sampler.js';
import { Schedule } from './schedule.js';
import { Seconds } from './seconds.js';
import type { Lane } from './slot.js';
import { SlowLog } from './slow-log.js';

/** How often the requests in flight are looked through for one that is out of time. */
const timeoutCheckUs = 50_000;

export interface RunOptions {
  readonly lanes: readonly Lane[];
  readonly requestsPerSend: number;
  readonly phases: Phases;
  readonly causes: Causes;
  readonly pacer: Pacer;
  /** Whether a connection is about to open, which is waited for as attentively as an answer. */
  readonly opening: () => boolean;
}

export class Run implements Work {
  readonly #given: GeneratorOptions;
  readonly #requestsPerSend: number;
  readonly #phases: Phases;
  readonly #causes: Causes;
  readonly #pacer: Pacer;
  readonly #dispatcher: Dispatcher;
  readonly #seconds: Seconds;
  readonly #sampler: RateSampler;
  readonly #opening: () => boolean;
  /** Pieces of answers and failures: whatever took time. */
  #arrivals = 0;
  #completed = 0;
  #nextTimeoutCheckUs = 0;
  #endedUs: number | undefined;
  #endedEarly: Finished['endedEarly'];

  constructor(given: GeneratorOptions, options: RunOptions) {
    const { lanes, requestsPerSend, phases, causes, pacer, opening } = options;
    this.#opening = opening;
    const { options: load, thread, source, clock, records } = given;
    this.#given = given;
    this.#phases = phases;
    this.#causes = causes;
    this.#pacer = pacer;
    this.#requestsPerSend = requestsPerSend;
    const { delayMs } = source;
    const schedule = new Schedule({
      beginUs: phases.beginUs,
      rate: load.rate / requestsPerSend,
      threads: load.threads,
      thread,
      connections: lanes.length,
    });
    const now = () => clock.now();
    const slow =
      load.slowMs === undefined ? undefined : new SlowLog(load.slowMs * 1000, phases.countFromUs);
    this.#dispatcher = new Dispatcher({
      schedule,
      lanes,
      requestsPerSend,
      now,
      delayMs,
      endUs: phases.endUs,
      slow,
    });
    this.#seconds = new Seconds(records, phases, given.tell, slow);
    this.#sampler = new RateSampler(phases.calibratedUs, phases.endUs);
  }

  get awaited(): number {
    return this.#dispatcher.inFlight + (this.#opening() ? 1 : 0);
  }

  get usualServiceUs(): number {
    return this.#dispatcher.usualServiceUs;
  }

  get events(): number {
    return this.#dispatcher.sends + this.#arrivals;
  }

  turn(nowUs: number): number | undefined {
    if (nowUs >= this.#phases.endUs) return this.#end(this.#phases.endUs, undefined);
    if (this.#given.control.stopping) return this.#end(nowUs, 'signal');
    if (this.#given.source.stopped) return this.#end(nowUs, 'script');
    this.#passSeconds(nowUs);
    if (this.#sampler.sample(nowUs)) this.#tellCalibration();
    if (nowUs >= this.#nextTimeoutCheckUs) this.#checkTimeouts(nowUs);
    const sends = this.#dispatcher.sends;
    const nextUs = this.#dispatcher.sendDue(nowUs);
    this.#count('sent', (this.#dispatcher.sends - sends) * this.#requestsPerSend);
    return Math.min(nextUs, this.#phases.endUs);
  }

  ready(index: number, opened: boolean): void {
    this.#arrivals++;
    const nowUs = this.#given.clock.now();
    if (this.#endedUs !== undefined || nowUs >= this.#phases.endUs) return;
    this.#passSeconds(nowUs);
    const sends = this.#dispatcher.sends;
    this.#dispatcher.ready(index, nowUs, opened);
    this.#count('sent', (this.#dispatcher.sends - sends) * this.#requestsPerSend);
  }

  /** Returns whether the answer counts. */
  answered(index: number, status: number): boolean {
    const nowUs = this.#given.clock.now();
    // An answer after the end is none: the request was in flight when the run ended.
    if (this.#endedUs !== undefined || nowUs >= this.#phases.endUs) return false;
    this.#passSeconds(nowUs);
    this.#countTimeouts(
      this.#dispatcher.timedOutOn(index, nowUs, this.#given.options.timeoutMs * 1000),
    );
    const latencyUs = this.#dispatcher.answered(index, nowUs, this.#seconds.current);
    if (latencyUs === undefined) return false;
    this.#sampler.answer(latencyUs);
    this.#count('completed');
    if (this.#seconds.warm) this.#completed++;
    if (status > 399) {
      this.#count('status');
      this.#causes.add(`answered with status ${status}`);
    }
    return true;
  }

  failed(index: number, kind: FailureKind, cause: string): void {
    this.#arrivals++;
    const nowUs = this.#given.clock.now();
    // Like an answer, a failure after the end is none.
    if (this.#endedUs !== undefined || nowUs >= this.#phases.endUs) return;
    this.#passSeconds(nowUs);
    this.#count(kind);
    this.#causes.add(`${kind}: ${cause}`);
    this.#dispatcher.failed(index);
  }

  received(bytes: number): void {
    this.#arrivals++;
    this.#count('bytesRead', bytes);
  }

  /** What remains to be told once the run has ended. */
  finish(): Finished {
    const { countFromUs, endUs: plannedEndUs } = this.#phases;
    const endUs = this.#endedUs ?? plannedEndUs;
    const { warm } = this.#seconds;
    // Of a run that ended in its warm-up nothing counts.
    if (!warm) this.#causes.clear();
    const unanswered = warm
      ? this.#dispatcher.finish(endUs, this.#given.records.unanswered)
      : { inFlight: 0, unsent: 0 };
    const { busyUs, standstills } = this.#pacer;
    return {
      kind: 'finished',
      last: this.#seconds.last(endUs),
      endUs,
      unanswered,
      causes: this.#causes.counts,
      rates: this.#sampler.slots,
      endedEarly: this.#endedEarly,
      thread: {
        calibrationMeanUs: this.#sampler.calibrationMeanUs,
        samplingMs: this.#sampler.samplingMs,
        completed: this.#completed,
        busy: endUs > countFromUs ? busyUs / (endUs - countFromUs) : 0,
        standstills,
      },
    };
  }

  #end(endUs: number, early: Finished['endedEarly']): undefined {
    this.#endedUs = endUs;
    this.#endedEarly = early;
    this.#checkTimeouts(endUs);
  }

  #count(name: Parameters<Seconds['current']['count']>[0], times = 1): void {
    if (times > 0) this.#seconds.current.count(name, times);
  }

  #passSeconds(nowUs: number): void {
    if (nowUs < this.#seconds.boundaryUs) return;
    const { warm } = this.#seconds;
    this.#seconds.pass(nowUs);
    if (warm === this.#seconds.warm) return;
    // The warm-up is over: what failed in it is forgotten like the rest.
    this.#causes.clear();
    this.#pacer.restart();
  }

  #checkTimeouts(nowUs: number): void {
    this.#countTimeouts(this.#dispatcher.timedOut(nowUs, this.#given.options.timeoutMs * 1000));
    this.#nextTimeoutCheckUs = nowUs + timeoutCheckUs;
  }

  #countTimeouts(count: number): void {
    if (count === 0) return;
    this.#count('timeout', count);
    this.#causes.add(`timeout: no answer within ${this.#given.options.timeoutMs} ms`, count);
  }

  #tellCalibration(): void {
    const { calibrationMeanUs, samplingMs } = this.#sampler;
    this.#given.tell({ kind: 'calibrated', calibrationMeanUs, samplingMs });
  }
}
