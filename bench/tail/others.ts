/** What takes the CPU beside server and generator: all processes that were there at the start, kernel threads among them, looked at ten times a second. */
import { readdirSync, readFileSync } from 'node:fs';
import type { Clock } from '#dist/lab/load/generator/clock.js';
import type { Busy } from './evidence.js';
import { ProcFile } from './proc-file.js';

const everyMs = 100;
/** Less is not worth a name. */
const leastUs = 1000;

interface Process {
  readonly name: string;
  readonly schedule: ProcFile;
  cpuUs: number;
}

export class OtherProcesses {
  readonly #clock: Clock;
  readonly #processes = new Set<Process>();
  readonly #timer: NodeJS.Timeout;
  #busy: Busy[] = [];
  #lastUs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#lastUs = clock.now();
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      if (Number(pid) === process.pid) continue;
      try {
        const name = readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
        const schedule = new ProcFile(`/proc/${pid}/schedstat`);
        this.#processes.add({ name, schedule, cpuUs: cpuUsOf(schedule) });
      } catch {
        // It has ended meanwhile.
      }
    }
    this.#timer = setInterval(() => this.#look(), everyMs);
  }

  /** What was seen since the last call. */
  take(): readonly Busy[] {
    const busy = this.#busy;
    this.#busy = [];
    return busy;
  }

  stop(): void {
    clearInterval(this.#timer);
    for (const { schedule } of this.#processes) schedule.close();
  }

  #look(): void {
    const [fromUs, toUs] = [this.#lastUs, this.#clock.now()];
    this.#lastUs = toUs;
    for (const process of this.#processes) {
      try {
        const before = process.cpuUs;
        process.cpuUs = cpuUsOf(process.schedule);
        const cpuUs = process.cpuUs - before;
        if (cpuUs >= leastUs) this.#busy.push({ name: process.name, fromUs, toUs, cpuUs });
      } catch {
        process.schedule.close();
        this.#processes.delete(process);
      }
    }
  }
}

/** Of a process's first thread, which of a kernel thread is all. */
function cpuUsOf(schedule: ProcFile): number {
  return Number(schedule.read().split(' ')[0]) / 1000;
}
