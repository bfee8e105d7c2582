/** Looks at threads of other processes every 10 ms, by what Linux tells of them in /proc. Out here, so that it costs them nothing. */
import { readdirSync, readFileSync } from 'node:fs';
import type { Clock } from '#dist/lab/load/generator/clock.js';
import type { Busy, Sample, ThreadSample, Who } from './evidence.js';
import { OtherProcesses } from './others.js';
import { ProcFile } from './proc-file.js';

const everyMs = 10;
/** Of /proc/stat, on every Linux that Node runs on. */
const tickUs = 10_000;

interface Counters {
  readonly cpuUs: number;
  readonly waitUs: number;
  readonly faults: number;
  readonly stopped: boolean;
}

class WatchedThread {
  readonly who: Who;
  readonly #schedule: ProcFile;
  readonly #stat: ProcFile;
  #last: Counters;

  constructor(who: Who, pid: number, tid: number) {
    this.who = who;
    this.#schedule = new ProcFile(`/proc/${pid}/task/${tid}/schedstat`);
    this.#stat = new ProcFile(`/proc/${pid}/task/${tid}/stat`);
    this.#last = this.#read();
  }

  sample(): ThreadSample {
    const before = this.#last;
    const now = this.#read();
    this.#last = now;
    return {
      cpuUs: now.cpuUs - before.cpuUs,
      waitUs: now.waitUs - before.waitUs,
      faults: now.faults - before.faults,
      stopped: before.stopped || now.stopped,
    };
  }

  #read(): Counters {
    const [cpuNs, waitNs] = this.#schedule.read().split(' ');
    // The name before it, in brackets, may contain anything.
    const fields = this.#stat.read().split(') ').at(-1)?.split(' ') ?? [];
    return {
      cpuUs: Number(cpuNs) / 1000,
      waitUs: Number(waitNs) / 1000,
      faults: Number(fields[9]),
      stopped: /^[Tt]/.test(fields[0] ?? ''),
    };
  }

  close(): void {
    this.#schedule.close();
    this.#stat.close();
  }
}

export class Sampler {
  readonly #clock: Clock;
  readonly #stat = new ProcFile('/proc/stat');
  readonly #threads = new Map<Who, WatchedThread>();
  readonly #others: OtherProcesses;
  #samples: Sample[] = [];
  #lastUs: number;
  #lastStealUs: number;
  readonly #timer: NodeJS.Timeout;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#others = new OtherProcesses(clock);
    this.#lastUs = clock.now();
    this.#lastStealUs = this.#stealUs();
    for (const [cpu, pid] of networkThreads()) this.watch(`network ${cpu}`, pid, pid);
    this.#timer = setInterval(() => this.#sample(), everyMs);
  }

  watch(who: Who, pid: number, tid: number): void {
    this.#threads.get(who)?.close();
    this.#threads.set(who, new WatchedThread(who, pid, tid));
  }

  /** Watches the threads that the process has beside its main one. */
  watchHelpers(pid: number): void {
    const tids = readdirSync(`/proc/${pid}/task`).map(Number);
    for (const [index, tid] of tids.filter((tid) => tid !== pid).entries())
      this.watch(`helper ${index}`, pid, tid);
  }

  /** What was seen since the last call. */
  take(): { samples: readonly Sample[]; others: readonly Busy[] } {
    const samples = this.#samples;
    this.#samples = [];
    return { samples, others: this.#others.take() };
  }

  stop(): void {
    this.#others.stop();
    clearInterval(this.#timer);
    this.#stat.close();
    for (const thread of this.#threads.values()) thread.close();
  }

  #sample(): void {
    const threads: Partial<Record<Who, ThreadSample>> = {};
    for (const thread of this.#threads.values()) {
      try {
        threads[thread.who] = thread.sample();
      } catch {
        // The thread has ended.
        thread.close();
        this.#threads.delete(thread.who);
      }
    }
    const [fromUs, toUs] = [this.#lastUs, this.#clock.now()];
    const stealUs = this.#stealUs();
    this.#samples.push({ fromUs, toUs, stealUs: stealUs - this.#lastStealUs, threads });
    this.#lastUs = toUs;
    this.#lastStealUs = stealUs;
  }

  #stealUs(): number {
    const [, ...ticks] = (this.#stat.read().split('\n')[0] ?? '').split(/\s+/);
    return Number(ticks[7] ?? 0) * tickUs;
  }
}

/** By CPU. Packets of loopback wait for them when there are too many for the interrupt that brought them. */
function networkThreads(): Map<number, number> {
  const threads = new Map<number, number>();
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const [, cpu] = /^ksoftirqd\/(\d+)$/m.exec(readFileSync(`/proc/${pid}/comm`, 'utf8')) ?? [];
      if (cpu !== undefined) threads.set(Number(cpu), Number(pid));
    } catch {
      // It has ended meanwhile.
    }
  }
  return threads;
}
