/**
 * From what `perf script -F tid,period,ip,sym,dso` prints to stacks, line by line, because it may
 * be long: for each sample a line with the thread and the ns it stands for, then a line a frame,
 * the innermost first, then an empty one.
 */
import type { JitMap } from '../native/jit-map.js';
import type { Frame, Stack } from '../profile.js';
import { frameNaming, type Original } from './frame-naming.js';
import { codeFrame, namelessCode, symbolFrame } from './native-frames.js';

interface PerfSource {
  readonly pid: number;
  /** V8's list of code, if it writes one. */
  readonly code?: JitMap | undefined;
  /** The directory of the program's package. */
  readonly root?: string | undefined;
  /** Tells where generated code came from. */
  readonly original?: Original | undefined;
}

interface Sum {
  readonly frames: readonly Frame[];
  ns: number;
  samples: number;
}

export class PerfScript {
  readonly #source: PerfSource;
  readonly #naming;
  /** By the line without what differs between samples of one function. */
  readonly #frames = new Map<string, Frame | undefined>();
  readonly #numbers = new Map<Frame, number>();
  readonly #threads = new Map<number, Map<string, Sum>>();
  #sample: { readonly thread: number; readonly ns: number; readonly frames: Frame[] } | undefined;

  constructor(source: PerfSource) {
    this.#source = source;
    this.#naming = frameNaming({ ...source, kind: 'cpu' });
  }

  add(line: string): void {
    const [, thread, ns] = /^\s*(\d+)\s+(\d+)\s*$/.exec(line) ?? [];
    if (thread !== undefined) {
      this.#end();
      this.#sample = { thread: Number(thread), ns: Number(ns), frames: [] };
    } else if (line !== '') {
      const frame = this.#frameOf(line);
      if (frame && this.#sample && !isLoop(frame, this.#sample.frames))
        this.#sample.frames.push(frame);
    }
  }

  /** The main thread's stand by themselves; others' on a frame that tells their purpose. */
  stacks(): Stack[] {
    this.#end();
    return [...this.#threads].flatMap(([thread, sums]) => {
      const stacks = [...sums.values()].map(({ frames, ns, samples }) => ({
        frames: frames.toReversed(),
        value: ns / 1000,
        samples,
      }));
      if (thread === this.#source.pid) return stacks;
      const root = threadFrame(stacks);
      return stacks.map((stack) => ({ ...stack, frames: [root, ...stack.frames] }));
    });
  }

  #end(): void {
    if (!this.#sample) return;
    const { thread, ns, frames } = this.#sample;
    this.#sample = undefined;
    const key = frames.map((frame) => this.#numberOf(frame)).join();
    const sums = this.#threads.get(thread) ?? new Map<string, Sum>();
    const sum = sums.get(key) ?? { frames, ns: 0, samples: 0 };
    sum.ns += ns;
    sum.samples++;
    this.#threads.set(thread, sums.set(key, sum));
  }

  #numberOf(frame: Frame): number {
    const number = this.#numbers.get(frame) ?? this.#numbers.size;
    this.#numbers.set(frame, number);
    return number;
  }

  /** Undefined for data, which perf takes for a caller where code has no frame pointers. */
  #frameOf(line: string): Frame | undefined {
    const [, address = '', symbol = '', object = ''] =
      /^\s*([0-9a-f]+) (.*?) \(([/[].*)\)$/.exec(line) ?? [];
    const isCode = /^\/tmp\/perf-\d+\.map$|^\/\/anon|^\[anon/.test(object);
    const key = isCode ? address : `${symbol} ${object}`;
    const known = this.#frames.get(key);
    if (known || this.#frames.has(key)) return known;
    const frame = isCode ? this.#codeAt(address) : nativeFrame(symbol, object);
    this.#frames.set(key, frame);
    return frame;
  }

  #codeAt(address: string): Frame {
    const name = this.#source.code?.nameAt(Number.parseInt(address, 16));
    return name === undefined ? namelessCode : codeFrame(name, this.#naming);
  }
}

/** V8 is leaving optimized code, and until it has, its frame names itself as its caller. */
function isLoop(frame: Frame, inner: readonly Frame[]): boolean {
  return frame.name.startsWith('Builtins_Deoptimization') && inner.at(-1) === frame;
}

function nativeFrame(symbol: string, object: string): Frame | undefined {
  return object === '' || object === '[unknown]' ? undefined : symbolFrame(symbol, object);
}

/** A thread's first function tells its purpose; its number differs from run to run. */
const threadKinds: readonly (readonly [RegExp, Frame])[] = [
  [/^node::worker::Worker::/, { name: 'worker threads', kind: 'application' }],
  [/^worker$/, { name: "libuv's thread pool", kind: 'native' }],
  [/^v8::|PlatformWorkerThread/, { name: "V8's helper threads", kind: 'v8' }],
];
const otherThreads: Frame = { name: 'other threads', kind: 'native' };

/** Not every stack of a thread reaches down to where it began. */
function threadFrame(stacks: readonly Stack[]): Frame {
  const names = new Set(stacks.flatMap(({ frames }) => frames.map(({ name }) => name)));
  const [, frame] =
    threadKinds.find(([pattern]) => [...names].some((name) => pattern.test(name))) ?? [];
  return frame ?? otherThreads;
}
