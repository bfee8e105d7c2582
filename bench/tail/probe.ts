/**
 * Loaded into every thread of server and generator by `node --import`. It tells the bench which
 * thread this is, and what holds it up as far as that is visible from inside: garbage collections,
 * and turns of the event loop and commits that took long. Nothing is kept here.
 */
import { subscribe } from 'node:diagnostics_channel';
import { readlinkSync } from 'node:fs';
import { PerformanceObserver, performance } from 'node:perf_hooks';
import { BroadcastChannel, isMainThread, workerData } from 'node:worker_threads';
import { monotonicClock } from '#dist/lab/load/generator/clock.js';
import type { CommitEvent } from '#dist/store/lmdb/write/commit-channel.js';
import type { Stretch } from './evidence.js';

export type ProbeEvent =
  | {
      readonly event: 'thread';
      readonly pid: number;
      readonly tid: number;
      /** Its number, if it is a generator's thread. */
      readonly generator: number | undefined;
    }
  | { readonly event: 'stretch'; readonly tid: number; readonly stretch: Omit<Stretch, 'who'> };

/** Anything shorter holds nobody up for long. */
const minMs = { gc: 1, loop: 5, held: 5, commit: 5 } as const;
const tickMs = 2;
/** By the constants NODE_PERFORMANCE_GC_… of node:perf_hooks. */
const kinds: Record<number, string> = { 1: 'minor', 4: 'major', 8: 'incremental', 16: 'weak' };

/** From this thread's performance.now() to the clock that all processes of the machine share. */
const offsetUs = monotonicClock().now() - performance.now() * 1000;
const tid = Number(readlinkSync('/proc/thread-self').split('/').at(-1));
const channel = new BroadcastChannel('evenkeel-bench-tail');
channel.unref();
const publish = (event: ProbeEvent) => {
  if (isMainThread) process.send?.(event);
  else channel.postMessage(event);
};

function stretch(what: Stretch['what'], fromMs: number, toMs: number, note: string): void {
  if (toMs - fromMs < minMs[what]) return;
  const [fromUs, toUs] = [fromMs * 1000 + offsetUs, toMs * 1000 + offsetUs];
  publish({ event: 'stretch', tid, stretch: { what, fromUs, toUs, note } });
}

const generator = (workerData as { thread?: number } | null)?.thread;
publish({ event: 'thread', pid: process.pid, tid, generator });
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    const { startTime, duration, detail } = entry as typeof entry & { detail?: { kind?: number } };
    const kind = detail?.kind ?? 0;
    stretch('gc', startTime, startTime + duration, kinds[kind] ?? `kind ${kind}`);
  }
}).observe({ type: 'gc' });

// The checkpoint blocks during each commit, as it should. All others must get a turn soon.
if (isMainThread || generator !== undefined) {
  let lastMs = performance.now();
  setInterval(() => {
    const nowMs = performance.now();
    stretch('loop', lastMs + tickMs, nowMs, 'no turn');
    lastMs = nowMs;
  }, tickMs).unref();
}

if (isMainThread) {
  channel.onmessage = (message) => publish((message as { data: ProbeEvent }).data);
  subscribe('evenkeel:commit', (message) => {
    const { beganMs, endedMs, writes, heldMs } = message as CommitEvent;
    stretch('held', beganMs - heldMs, beganMs, `${writes} writes`);
    stretch('commit', beganMs, endedMs, `${writes} writes`);
  });
}
