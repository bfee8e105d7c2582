/**
 * The memory of a process, as Linux counts it in /proc. RssFile is the map of the data file, which
 * the system can drop.
 */
import { readdirSync, readFileSync } from 'node:fs';

export interface Memory {
  readonly rssAnonBytes: number;
  readonly rssFileBytes: number;
  readonly rssBytes: number;
}

export function memoryOf(pid: number): Memory {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  const bytes = (name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) * 1024;
  return {
    rssAnonBytes: bytes('RssAnon'),
    rssFileBytes: bytes('RssFile'),
    rssBytes: bytes('VmRSS'),
  };
}

export function openDescriptors(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

/** Samples every 50 ms and keeps the largest of each. */
export class PeakMemory {
  readonly #pid: number;
  readonly #timer: NodeJS.Timeout;
  #peak: Memory;

  constructor(pid: number) {
    this.#pid = pid;
    this.#peak = memoryOf(pid);
    this.#timer = setInterval(() => this.#sample(), 50);
  }

  /** Ends the sampling. */
  stop(): Memory {
    this.#sample();
    clearInterval(this.#timer);
    return this.#peak;
  }

  #sample(): void {
    const now = memoryOf(this.#pid);
    this.#peak = {
      rssAnonBytes: Math.max(this.#peak.rssAnonBytes, now.rssAnonBytes),
      rssFileBytes: Math.max(this.#peak.rssFileBytes, now.rssFileBytes),
      rssBytes: Math.max(this.#peak.rssBytes, now.rssBytes),
    };
  }
}
