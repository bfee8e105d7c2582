/** One thread of the target, as the kernel tells of it: what it did since it was last looked at. */
import { readFileSync } from 'node:fs';
import { type ProcFile, procFile } from './files.js';
import { isSync, type Wait, waitOf } from './system-calls.js';

export interface Look {
  /** Since the last look: on a CPU, and ready to run without one. */
  readonly cpuUs: number;
  readonly waitUs: number;
  /** It has not run since the last look. */
  readonly still: boolean;
  /** It waits for the disk, now. */
  readonly wait: Wait | undefined;
  /** Pages that it read from the disk since the last look; known of the main thread only. */
  readonly faults: number;
  /** A debugger has it, or a signal has stopped it. */
  readonly stopped: boolean;
}

interface Counters {
  readonly cpuUs: number;
  readonly waitUs: number;
  readonly slices: number;
  readonly faults: number;
}

export class Thread {
  /** As `ps -L` shows it. */
  readonly name: string;
  readonly #schedule: ProcFile | undefined;
  readonly #stat: ProcFile | undefined;
  readonly #call: ProcFile | undefined;
  readonly #isMain: boolean;
  #last: Counters | undefined;

  /** @param isMain looks closer, which costs more */
  constructor(directory: string, isMain: boolean) {
    this.name = nameIn(directory);
    this.#schedule = procFile(`${directory}/schedstat`);
    this.#stat = procFile(`${directory}/stat`);
    this.#isMain = isMain;
    this.#call = procFile(`${directory}/syscall`);
  }

  /** Whether this user may see where it is blocked. */
  get isOpen(): boolean {
    return this.#call !== undefined;
  }

  /** @throws Error once the thread has ended */
  look(): Look {
    // It ended before its files were opened.
    if (!this.#schedule && !this.#stat) throw new Error('the kernel tells nothing of it');
    const schedule = this.#schedule?.read().split(' ') ?? [];
    const [cpuUs = 0, waitUs = 0, slices = 0] = schedule.map((text, index) =>
      index < 2 ? Number(text) / 1000 : Number(text),
    );
    const call = this.#call?.read() ?? '';
    const wait = waitOf(call);
    const { state, faults } =
      this.#isMain || wait !== undefined || !this.#call ? this.#status() : running;
    const now = { cpuUs, waitUs, slices, faults };
    const last = this.#last ?? now;
    this.#last = now;
    return {
      cpuUs: cpuUs - last.cpuUs,
      waitUs: waitUs - last.waitUs,
      still: slices === last.slices && cpuUs === last.cpuUs,
      wait: this.#call ? confirmed(wait, call, state) : guess(state, now.faults - last.faults),
      faults: now.faults - last.faults,
      // A tracer that holds a thread at the end of a sync makes the disk slow, not the thread.
      stopped: /^[Tt]/.test(state) && !isSync(call),
    };
  }

  #status() {
    // The name before it, in brackets, may contain anything.
    const fields = this.#stat?.read().split(') ').at(-1)?.split(' ') ?? [];
    return { state: fields[0] ?? '', faults: Number(fields[9] ?? 0) };
  }

  close(): void {
    for (const file of [this.#schedule, this.#stat, this.#call]) file?.close();
  }
}

/** The state of a thread that need not be asked. */
const running = { state: 'R', faults: 0 };

/** A read may wait for a peer, too. A wait for a disk can't be interrupted, but by a tracer. */
function confirmed(wait: Wait | undefined, call: string, state: string): Wait | undefined {
  return isSync(call) || /^[Dt]/.test(state) ? wait : undefined;
}

/** Without the right to see the call: its state tells that it waits for a disk, not for what. */
function guess(state: string, faults: number): Wait | undefined {
  if (state !== 'D') return undefined;
  return faults > 0 ? 'fault' : 'sync';
}

function nameIn(directory: string): string {
  try {
    return readFileSync(`${directory}/comm`, 'utf8').trim();
  } catch {
    return ''; // it has just ended
  }
}
