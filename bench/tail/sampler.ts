/**
 * Looks at the threads of other processes every 10 ms, and at all other processes every 100 ms,
 * through /proc of Linux. It runs in the bench, so that it costs the threads nothing.
 */
import { closeSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import type { Clock } from '#dist/lab/load/generator/clock.js';
import type { Busy, Evidence, Sample, ThreadSample, Who } from './evidence.js';

const everyMs = 10;
/** Other processes are looked at once in so many samples. */
const othersEvery = 10;
/** Less CPU time than this is not worth a name. */
const minBusyUs = 1000;
/** The unit of /proc/stat, on every Linux that Node runs on. */
const tickUs = 10_000;

const buffer = Buffer.alloc(4096);

/** A file of /proc that stays open. @throws Error once its process has ended */
function reread(descriptor: number): string {
  return buffer.toString('latin1', 0, readSync(descriptor, buffer, 0, buffer.length, 0));
}

class Thread {
  readonly #schedule: number;
  readonly #stat: number | undefined;
  #last: ThreadSample;

  /** @param cpuOnly keeps one file open instead of two, and knows nothing else */
  constructor(pid: number, tid: number, cpuOnly = false) {
    this.#schedule = openSync(`/proc/${pid}/task/${tid}/schedstat`, 'r');
    this.#stat = cpuOnly ? undefined : openSync(`/proc/${pid}/task/${tid}/stat`, 'r');
    this.#last = this.#counters();
  }

  /** All that it did since the last call. */
  sample(): ThreadSample {
    const before = this.#last;
    const now = this.#counters();
    this.#last = now;
    return {
      cpuUs: now.cpuUs - before.cpuUs,
      waitUs: now.waitUs - before.waitUs,
      faults: now.faults - before.faults,
      stopped: before.stopped || now.stopped,
    };
  }

  #counters(): ThreadSample {
    const [cpuUs = 0, waitUs = 0] = reread(this.#schedule)
      .split(' ')
      .map((ns) => Number(ns) / 1000);
    // The name before it, in brackets, may contain anything.
    const fields = this.#stat ? reread(this.#stat).split(') ').at(-1)?.split(' ') : undefined;
    return { cpuUs, waitUs, faults: Number(fields?.[9]), stopped: /^[Tt]/.test(fields?.[0] ?? '') };
  }

  close(): void {
    closeSync(this.#schedule);
    if (this.#stat) closeSync(this.#stat);
  }
}

export class Sampler {
  readonly #clock: Clock;
  readonly #stat = openSync('/proc/stat', 'r');
  readonly #threads = new Map<Who, Thread>();
  readonly #others = new Map<string, Thread>();
  readonly #timer: NodeJS.Timeout;
  #samples: Sample[] = [];
  #busy: Busy[] = [];
  #number = 0;
  #last: { us: number; stealUs: number };

  constructor(clock: Clock) {
    this.#clock = clock;
    for (const pid of readdirSync('/proc').map(Number))
      if (pid > 0 && pid !== process.pid) this.#watchOther(pid);
    this.#last = { us: clock.now(), stealUs: this.#stealUs() };
    this.#timer = setInterval(() => this.#sample(), everyMs);
  }

  watch(who: Who, pid: number, tid: number): void {
    this.#threads.get(who)?.close();
    this.#threads.set(who, new Thread(pid, tid));
  }

  /** Watches all threads of the process but its main one. */
  watchHelpers(pid: number): void {
    const tids = readdirSync(`/proc/${pid}/task`).map(Number);
    for (const [index, tid] of tids.filter((tid) => tid !== pid).entries())
      this.watch(`helper ${index}`, pid, tid);
  }

  /** All that was seen since the last call. */
  take(): Omit<Required<Evidence>, 'stretches'> {
    const taken = { samples: this.#samples, others: this.#busy };
    this.#samples = [];
    this.#busy = [];
    return taken;
  }

  stop(): void {
    clearInterval(this.#timer);
    for (const thread of [...this.#threads.values(), ...this.#others.values()]) thread.close();
    closeSync(this.#stat);
  }

  /** The kernel's threads that pass packets on when interrupts may not are watched closely. */
  #watchOther(pid: number): void {
    try {
      const name = readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
      const [, cpu] = /^ksoftirqd\/(\d+)$/.exec(name) ?? [];
      if (cpu !== undefined) this.watch(`network ${Number(cpu)}`, pid, pid);
      this.#others.set(`${pid} ${name}`, new Thread(pid, pid, true));
    } catch {
      // It has just ended.
    }
  }

  #sample(): void {
    const { us: fromUs, stealUs } = this.#last;
    const threads = Object.fromEntries(sampleAll(this.#threads));
    this.#last = { us: this.#clock.now(), stealUs: this.#stealUs() };
    const { us: toUs } = this.#last;
    this.#samples.push({ fromUs, toUs, stealUs: this.#last.stealUs - stealUs, threads });
    if (++this.#number % othersEvery !== 0) return;
    const span = { fromUs: toUs - othersEvery * everyMs * 1000, toUs };
    for (const [key, { cpuUs }] of sampleAll(this.#others))
      if (cpuUs >= minBusyUs)
        this.#busy.push({ name: key.slice(key.indexOf(' ') + 1), ...span, cpuUs });
  }

  #stealUs(): number {
    const [, ...ticks] = (reread(this.#stat).split('\n')[0] ?? '').split(/\s+/);
    return Number(ticks[7] ?? 0) * tickUs;
  }
}

/** Forgets threads that have ended. */
function sampleAll<Key>(threads: Map<Key, Thread>): [Key, ThreadSample][] {
  return [...threads].flatMap(([key, thread]) => {
    try {
      return [[key, thread.sample()]];
    } catch {
      thread.close();
      threads.delete(key);
      return [];
    }
  });
}
