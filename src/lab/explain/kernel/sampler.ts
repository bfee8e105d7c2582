/**
 * Looks at the threads of the target every 2 ms, through /proc of Linux, and writes down only what
 * can have held somebody up. It runs in a thread of its own, so that it costs the target nothing
 * but the kernel's locks.
 */
import { readdirSync } from 'node:fs';
import { lengthUs, overlapUs, type Seen, type Span } from '../evidence.js';
import { ProcFile } from './files.js';
import { SpanLog } from './span-log.js';
import { Takers } from './takers.js';
import { type Look, Thread } from './thread.js';

export const everyMs = 2;
/** Threads come and go: they are listed this often. */
const listEvery = 100;
/** Shorter waits for a CPU are ordinary. */
const minWaitUs = 200;
/** A wait is as long as these looks at most, as far as the target's own threads are concerned. */
const maxOwn = 100;
/** The unit of /proc/stat, on every Linux that Node runs on. */
const tickUs = 10_000;

export class Sampler {
  readonly #directory: string;
  readonly #now: () => number;
  readonly #main: Thread;
  readonly #others = new Map<string, Thread>();
  readonly #stat = new ProcFile('/proc/stat');
  readonly #log = new SpanLog();
  readonly #takers: Takers;
  /** CPU time that the target's other threads took of late. */
  readonly #own: (Span & { readonly cpuUs: number })[] = [];
  #number = 0;
  #lastUs: number;
  #stealUs: number;
  #ended: string | undefined;

  /** @param now the system's monotonic clock, in µs @throws Error if no process has this id */
  constructor(pid: number, now: () => number) {
    this.#directory = `/proc/${pid}/task`;
    this.#now = now;
    this.#main = new Thread(`${this.#directory}/${pid}`, true);
    this.#takers = new Takers(pid, now);
    this.#list(pid);
    this.#stealUs = this.#steal();
    this.#lastUs = now();
    this.#main.look();
  }

  /** Whether this user may see where the threads are blocked. */
  get isOpen(): boolean {
    return this.#main.isOpen;
  }

  sample(): void {
    if (this.#ended !== undefined) return;
    const main = this.#lookAtMain();
    if (main === undefined) return;
    const fromUs = this.#lastUs;
    const toUs = this.#now();
    this.#lastUs = toUs;
    const cpuUs = this.#lookAtOthers(fromUs, toUs);
    this.#own.push({ fromUs, toUs, cpuUs });
    if (this.#own.length > maxOwn) this.#own.shift();
    this.#noteMain(main, fromUs, toUs);
    this.#noteHost(toUs);
    if (++this.#number % listEvery === 0) this.#list();
    this.#takers.look();
  }

  /** So far. */
  seen(): readonly Seen[] {
    return this.#log.all();
  }

  /** @returns all of it, and why it ended before, if it did */
  end() {
    for (const thread of [this.#main, ...this.#others.values()]) thread.close();
    this.#stat.close();
    return { seen: this.#log.all(), takers: this.#takers.end(), ended: this.#ended };
  }

  #lookAtMain(): Look | undefined {
    try {
      return this.#main.look();
    } catch (error) {
      this.#ended = isGone(error) ? 'the process ended' : (error as Error).message;
      return undefined;
    }
  }

  #noteMain(look: Look, fromUs: number, toUs: number): void {
    this.#log.state('main', 'stopped', look.stopped, fromUs, toUs, look.still);
    this.#log.state('main', 'sync', look.wait === 'sync', fromUs, toUs, look.still);
    this.#log.state('main', 'fault', look.wait === 'fault', fromUs, toUs, look.still);
    if (look.waitUs >= minWaitUs) this.#noteWait(waitSpan(look.waitUs, fromUs, toUs));
    if (look.faults > 0 && look.wait === undefined && !look.still)
      this.#log.add(faultSpan(look, fromUs, toUs));
  }

  /** Threads of the target itself are not others: V8 collects garbage with several. */
  #noteWait(wait: Span): void {
    const ownUs = this.#own.reduce((sum, own) => {
      return sum + (own.cpuUs * overlapUs(own, wait)) / Math.max(1, lengthUs(own));
    }, 0);
    const toUs = wait.toUs - Math.min(ownUs, lengthUs(wait));
    if (toUs - wait.fromUs >= minWaitUs) this.#log.add({ kind: 'cpu', ...wait, toUs });
  }

  /** @returns their time on CPUs */
  #lookAtOthers(fromUs: number, toUs: number): number {
    let cpuUs = 0;
    for (const [id, thread] of this.#others) {
      try {
        const look = thread.look();
        cpuUs += look.cpuUs;
        const { wait, still } = look;
        const note = thread.name;
        this.#log.state(id, 'thread-sync', wait === 'sync', fromUs, toUs, still, note);
        this.#log.state(id, 'thread-fault', wait === 'fault', fromUs, toUs, still, note);
      } catch {
        thread.close();
        this.#others.delete(id);
      }
    }
    return cpuUs;
  }

  /** The time that the host took is counted in ticks, some time after it was taken. */
  #noteHost(toUs: number): void {
    const stealUs = this.#steal();
    const takenUs = stealUs - this.#stealUs;
    this.#stealUs = stealUs;
    if (takenUs > 0)
      this.#log.add({ kind: 'host', fromUs: toUs - takenUs, toUs, note: 'by the host' });
  }

  #steal(): number {
    const [, ...ticks] = (this.#stat.read().split('\n')[0] ?? '').split(/\s+/);
    return Number(ticks[7] ?? 0) * tickUs;
  }

  #list(pid = Number(this.#directory.split('/')[2])): void {
    for (const id of idsIn(this.#directory)) {
      if (id === String(pid) || this.#others.has(id)) continue;
      const thread = new Thread(`${this.#directory}/${id}`, false);
      // Its first look only remembers.
      try {
        thread.look();
        this.#others.set(id, thread);
      } catch {
        thread.close();
      }
    }
  }
}

/** None once the process has ended: the next look at its main thread says so. */
function idsIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    if (isGone(error)) return [];
    throw error;
  }
}

function isGone(error: unknown): boolean {
  const { code = '' } = error as NodeJS.ErrnoException;
  return code === 'ESRCH' || code === 'ENOENT';
}

/**
 * The kernel adds a wait to its figures when it ends. So a wait longer than the time between two
 * looks ended in it, and a shorter one lies somewhere within.
 */
function waitSpan(waitUs: number, fromUs: number, toUs: number): Span {
  const spareUs = Math.max(0, toUs - fromUs - waitUs) / 2;
  return { fromUs: toUs - spareUs - waitUs, toUs: toUs - spareUs };
}

/** It read pages, and no look met it at that: the time in which it neither ran nor waited. */
function faultSpan({ cpuUs, waitUs }: Look, fromUs: number, toUs: number): Seen {
  const blockedUs = Math.max(0, toUs - fromUs - cpuUs - waitUs);
  const spareUs = (toUs - fromUs - blockedUs) / 2;
  return { kind: 'fault', fromUs: fromUs + spareUs, toUs: toUs - spareUs };
}
