/**
 * One thread's part of a run, once its connections are open. It owns them: their events come here,
 * each with the slot of its connection, and are counted and given to the dispatcher.
 */
import { faultFinder } from '../http/expectation.js';
import type { FailureKind, SlotConnection } from '../http/slot-connection.js';
import type { LoadOptions } from '../load-options.js';
import type { GeneratorOptions } from './connections.js';
import { Dispatcher } from './dispatcher.js';
import { FailureCauses } from './failure-causes.js';
import type { Finished } from './messages.js';
import { type PacedWork, Pacer } from './pacer.js';
import { type Phases, phasesOf } from './phases.js';
import { RateSampler } from './rate-sampler.js';
import type { CounterName } from './recorder.js';
import { Schedule } from './schedule.js';
import { Seconds } from './seconds.js';
import { Slot } from './slot.js';
import { SlowLog } from './slow-log.js';
import { StageRecords } from './stage-records.js';

/** How often the requests in flight are looked through for one that is out of time. */
const timeoutCheckUs = 50_000;

export interface RunOptions {
  readonly connections: readonly SlotConnection[];
  readonly beginUs: number;
  readonly requestsPerSend: number;
}

export class Run implements PacedWork {
  readonly #options: GeneratorOptions;
  readonly #connections: RunOptions['connections'];
  readonly #requestsPerSend: number;
  readonly #timeoutUs: number;
  readonly #phases: Phases;
  readonly #causes = new FailureCauses();
  readonly #pacer: Pacer;
  readonly #faultOf: ReturnType<typeof faultFinder>;
  readonly #schedule: Schedule;
  readonly #stages: StageRecords | undefined;
  readonly #dispatcher: Dispatcher;
  readonly #seconds: Seconds;
  readonly #sampler: RateSampler;
  /** Connections that are about to open. */
  #opening = 0;
  /** Pieces of responses and failures: whatever took time. */
  #arrivals = 0;
  #completed = 0;
  #nextTimeoutCheckUs = 0;
  #endedUs: number | undefined;
  #endedEarly: Finished['endedEarly'];

  constructor(options: GeneratorOptions, { connections, beginUs, requestsPerSend }: RunOptions) {
    const { load, thread, source, clock, records, control, post } = options;
    const phases = phasesOf(beginUs, load);
    this.#options = options;
    this.#connections = connections;
    this.#requestsPerSend = requestsPerSend;
    this.#timeoutUs = load.timeoutMs * 1000;
    this.#phases = phases;
    this.#faultOf = faultFinder(load.expect);
    const slow = slowLogOf(load, phases.countFromUs);
    this.#pacer = new Pacer(clock, control.wake, load.threads, (from, to) =>
      slow?.stoodStill(from, to),
    );
    this.#stages = load.stages && new StageRecords(load.stages, phases.countFromUs);
    this.#schedule = new Schedule({
      beginUs,
      load,
      thread,
      connections: connections.length,
      requestsPerSend,
    });
    this.#dispatcher = new Dispatcher({
      schedule: this.#schedule,
      stages: this.#stages,
      slots: connections.map((connection, number) => this.#slotOf(connection, number, slow)),
      requestsPerSend,
      now: () => clock.now(),
      delayMs: source.delayMs,
      endUs: phases.endUs,
    });
    this.#seconds = new Seconds(records, phases, post, slow);
    this.#sampler = new RateSampler(phases.calibratedUs, phases.endUs);
  }

  /** Runs to the end, and closes the connections. @throws ScriptError */
  async run(): Promise<Finished> {
    try {
      await this.#pacer.run(this);
      return this.finish();
    } finally {
      for (const connection of this.#connections) connection.close();
    }
  }

  /** A connection about to open is waited for as attentively as a response. */
  get pending(): number {
    return this.#dispatcher.inFlight + (this.#opening > 0 ? 1 : 0);
  }

  get meanServiceUs(): number {
    return this.#dispatcher.meanServiceUs;
  }

  get events(): number {
    return this.#dispatcher.sends + this.#arrivals;
  }

  turn(nowUs: number): number | undefined {
    if (nowUs >= this.#phases.endUs) return this.#end(this.#phases.endUs, undefined);
    if (this.#options.control.stopping) return this.#end(nowUs, 'signal');
    if (this.#options.source.stopped) return this.#end(nowUs, 'script');
    this.#passSeconds(nowUs);
    if (this.#sampler.sample(nowUs)) {
      const { calibrationMeanUs, samplingMs } = this.#sampler;
      this.#options.post({ kind: 'calibrated', calibrationMeanUs, samplingMs });
    }
    if (nowUs >= this.#nextTimeoutCheckUs) this.#checkTimeouts(nowUs);
    const nextUs = this.#countSends(() => this.#dispatcher.sendDue(nowUs));
    return Math.min(nextUs, this.#phases.endUs);
  }

  /** The last message, once the run has ended. */
  finish(): Finished {
    const { countFromUs, endUs: plannedEndUs } = this.#phases;
    const endUs = this.#endedUs ?? plannedEndUs;
    const { warm } = this.#seconds;
    // Nothing counts in a run that ended in its warm-up.
    if (!warm) this.#causes.clear();
    const unanswered = warm
      ? this.#dispatcher.finish(endUs, this.#options.records.unanswered)
      : { inFlight: 0, unsent: 0 };
    const { busyUs, stalls } = this.#pacer;
    const { calibrationMeanUs, samplingMs } = this.#sampler;
    return {
      kind: 'finished',
      last: this.#seconds.last(endUs),
      endUs,
      unanswered,
      causes: this.#causes.counts,
      rates: this.#sampler.rates,
      endedEarly: this.#endedEarly,
      due: this.#dueBefore(endUs) - this.#dueBefore(countFromUs),
      stages: this.#stages?.all.map(({ memory }) => memory),
      thread: {
        calibrationMeanUs,
        samplingMs,
        completed: this.#completed,
        busy: endUs > countFromUs ? busyUs / (endUs - countFromUs) : 0,
        standstills: stalls,
      },
    };
  }

  /** Requests of this thread that are due before a time. */
  #dueBefore(us: number): number {
    return this.#schedule.sendsBefore(us) * this.#requestsPerSend;
  }

  #slotOf(connection: RunOptions['connections'][number], number: number, slow?: SlowLog): Slot {
    const slot = new Slot(connection, number, slow, this.#stages);
    if (connection.opening) this.#opening++;
    connection.events = {
      onReady: (opened) => this.#ready(slot, opened),
      onResponse: (status, content) => this.#received(slot, status, content),
      onFailure: (kind, cause) => this.#failed(slot, kind, cause),
      onUnprocessed: () => this.#unprocessed(slot),
      onBytes: (bytes) => {
        this.#arrivals++;
        this.#count('bytesRead', bytes);
      },
      onOpening: (opening) => {
        this.#opening += opening ? 1 : -1;
      },
    };
    return slot;
  }

  #ready(slot: Slot, opened: boolean): void {
    this.#arrivals++;
    const nowUs = this.#nowBeforeEnd();
    if (nowUs === undefined) return;
    this.#passSeconds(nowUs);
    this.#countSends(() => this.#dispatcher.ready(slot, nowUs, opened));
  }

  /** Returns whether the response counts. One after the end does not: its request is in flight. */
  #received(slot: Slot, status: number, content: Uint8Array): boolean {
    const nowUs = this.#nowBeforeEnd();
    if (nowUs === undefined) return false;
    this.#passSeconds(nowUs);
    this.#countTimeouts(this.#dispatcher.timedOutIn(slot, nowUs, this.#timeoutUs), nowUs);
    const latencyUs = this.#dispatcher.received(slot, nowUs, this.#seconds.current);
    if (latencyUs === undefined) return false;
    this.#sampler.response(latencyUs);
    this.#count('completed');
    if (this.#seconds.warm) this.#completed++;
    this.#stages?.at(nowUs)?.count('answered');
    const fault = this.#faultOf(status, content);
    if (fault !== undefined) this.#countFailure('status', fault, nowUs);
    return true;
  }

  #failed(slot: Slot, kind: FailureKind, cause: string): void {
    this.#arrivals++;
    const nowUs = this.#nowBeforeEnd();
    if (nowUs === undefined) return;
    this.#passSeconds(nowUs);
    this.#countFailure(kind, `${kind}: ${cause}`, nowUs);
    this.#dispatcher.failed(slot);
  }

  /** It was not sent, as far as anybody can tell. */
  #unprocessed(slot: Slot): void {
    const nowUs = this.#nowBeforeEnd();
    if (nowUs === undefined) return;
    this.#passSeconds(nowUs);
    if (slot.sentUs >= this.#phases.countFromUs)
      this.#seconds.current.count('sent', -this.#requestsPerSend);
    this.#dispatcher.failed(slot);
  }

  /** The time; undefined once the run is over, when nothing counts any more. */
  #nowBeforeEnd(): number | undefined {
    const nowUs = this.#options.clock.now();
    return this.#endedUs !== undefined || nowUs >= this.#phases.endUs ? undefined : nowUs;
  }

  #end(endUs: number, early: Finished['endedEarly']): undefined {
    this.#endedUs = endUs;
    this.#endedEarly = early;
    this.#checkTimeouts(endUs);
  }

  #count(name: CounterName, times = 1): void {
    if (times > 0) this.#seconds.current.count(name, times);
  }

  #countSends<T>(send: () => T): T {
    const before = this.#dispatcher.sends;
    const result = send();
    this.#count('sent', (this.#dispatcher.sends - before) * this.#requestsPerSend);
    return result;
  }

  #passSeconds(nowUs: number): void {
    if (nowUs < this.#seconds.boundaryUs) return;
    const { warm } = this.#seconds;
    this.#seconds.pass(nowUs);
    if (warm === this.#seconds.warm) return;
    // The warm-up is over: its failures are forgotten like the rest of it.
    this.#causes.clear();
    this.#pacer.restart();
  }

  #checkTimeouts(nowUs: number): void {
    this.#countTimeouts(this.#dispatcher.timedOut(nowUs, this.#timeoutUs), nowUs);
    this.#nextTimeoutCheckUs = nowUs + timeoutCheckUs;
  }

  #countTimeouts(count: number, nowUs: number): void {
    if (count === 0) return;
    const cause = `timeout: no response within ${this.#options.load.timeoutMs} ms`;
    this.#countFailure('timeout', cause, nowUs, count);
  }

  #countFailure(kind: FailureKind | 'timeout' | 'status', cause: string, nowUs: number, times = 1) {
    this.#count(kind, times);
    this.#stages?.at(nowUs)?.count(kind, times);
    this.#causes.add(cause, times);
  }
}

function slowLogOf(
  { slowMs, tail }: Pick<LoadOptions, 'slowMs' | 'tail'>,
  startUs: number,
): SlowLog | undefined {
  if (slowMs !== undefined) return new SlowLog(slowMs * 1000, startUs);
  return tail ? new SlowLog('tail', startUs) : undefined;
}
