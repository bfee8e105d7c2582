/** Which processes take CPU time, every 200 ms: the target's own is left out. */
import { readdirSync, readFileSync } from 'node:fs';
import type { Taker } from '../evidence.js';
import { type ProcFile, procFile } from './files.js';

const everyUs = 200_000;
/** New processes are looked for this often, in looks. */
const listEvery = 10;
/** The unit of /proc/PID/stat, on every Linux that Node runs on. */
const tickUs = 10_000;
const maxTakers = 100_000;

interface Process {
  readonly name: string;
  readonly stat: ProcFile;
  cpuUs: number;
}

export class Takers {
  readonly #target: number;
  readonly #now: () => number;
  readonly #processes = new Map<number, Process>();
  readonly #takers: Taker[] = [];
  #lastUs: number;
  #number = 0;

  constructor(target: number, now: () => number) {
    this.#target = target;
    this.#now = now;
    this.#lastUs = now();
    this.#list();
  }

  /** Looks if it is time to. */
  look(): void {
    const [fromUs, toUs] = [this.#lastUs, this.#now()];
    if (toUs - fromUs < everyUs) return;
    this.#lastUs = toUs;
    for (const [pid, process] of this.#processes) {
      const before = process.cpuUs;
      try {
        process.cpuUs = cpuIn(process.stat.read());
      } catch {
        process.stat.close();
        this.#processes.delete(pid);
      }
      const cpuUs = process.cpuUs - before;
      if (cpuUs > 0 && this.#takers.length < maxTakers)
        this.#takers.push({ name: process.name, fromUs, toUs, cpuUs });
    }
    if (++this.#number % listEvery === 0) this.#list();
  }

  end(): readonly Taker[] {
    for (const { stat } of this.#processes.values()) stat.close();
    return this.#takers;
  }

  #list(): void {
    for (const pid of readdirSync('/proc').map(Number)) {
      if (!(pid > 0) || pid === this.#target || this.#processes.has(pid)) continue;
      const stat = procFile(`/proc/${pid}/stat`);
      try {
        const name = pid === process.pid ? 'this load' : nameOf(pid);
        if (stat) this.#processes.set(pid, { name, stat, cpuUs: cpuIn(stat.read()) });
      } catch {
        stat?.close(); // it has just ended
      }
    }
  }
}

function nameOf(pid: number): string {
  return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
}

/** In user mode and in the kernel, all threads. */
function cpuIn(stat: string): number {
  const fields = stat.split(') ').at(-1)?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * tickUs;
}
