/**
 * Loaded into every thread of the server and of the generator by `node --import`: tells the bench which thread this is, and of all that holds it
 * up and can be seen from inside: garbage collections, turns of the event loop that took long, commits that took long. Nothing is kept here.
 */

import { subscribe } from 'node:diagnostics_channel';
import { readlinkSync } from 'node:fs';
import { constants, PerformanceObserver, performance } from 'node:perf_hooks';
import { BroadcastChannel, isMainThread, workerData } from 'node:worker_threads';
import { monotonicClock } from '#dist/lab/load/generator/clock.js';
import type { CommitEvent } from '#dist/store/lmdb/write/commit-channel.js';
import type { Stretch } from './evidence.js';

export type ProbeEvent =
  /** @param generator its number, if it is a generator's thread */
  | { readonly event: 'thread'; readonly tid: number; readonly generator: number | undefined }
  | ({ readonly event: 'stretch'; readonly tid: number } & Omit<Stretch, 'who'>);

/** What is shorter holds nobody up for long. */
const leastMs = { gc: 1, loop: 5, commit: 5 } as const;
const tickMs = 2;
const collections: Readonly<Record<number, string>> = {
  [constants.NODE_PERFORMANCE_GC_MINOR]: 'minor',
  [constants.NODE_PERFORMANCE_GC_MAJOR]: 'major',
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL]: 'incremental',
  [constants.NODE_PERFORMANCE_GC_WEAKCB]: 'weak callbacks',
};

const clock = monotonicClock();
/** From this thread's performance.now() to the clock that all processes of the machine share. */
const offsetUs = clock.now() - performance.now() * 1000;
const tid = Number(readlinkSync('/proc/thread-self').split('/').at(-1));
const channel = new BroadcastChannel('evenkeel-bench-tail');
channel.unref();
const tell = (event: ProbeEvent) => {
  if (isMainThread) process.send?.(event);
  else channel.postMessage(event);
};

function stretch(what: Stretch['what'], fromMs: number, toMs: number, note: string): void {
  if (toMs - fromMs < leastMs[what]) return;
  const [fromUs, toUs] = [fromMs * 1000 + offsetUs, toMs * 1000 + offsetUs];
  tell({ event: 'stretch', tid, what, fromUs, toUs, note });
}

const generator = (workerData as { thread?: number } | null)?.thread;
tell({ event: 'thread', tid, generator });
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    const { startTime, duration, detail } = entry as typeof entry & { detail?: { kind?: number } };
    const kind = detail?.kind ?? 0;
    stretch('gc', startTime, startTime + duration, collections[kind] ?? `kind ${kind}`);
  }
}).observe({ type: 'gc' });

// The writer blocks for each commit, as it should; all others are to have a turn soon.
if (isMainThread || generator !== undefined) {
  let lastMs = performance.now();
  setInterval(() => {
    const nowMs = performance.now();
    stretch('loop', lastMs + tickMs, nowMs, 'no turn');
    lastMs = nowMs;
  }, tickMs).unref();
}

if (isMainThread) {
  channel.onmessage = (message) => tell((message as { data: ProbeEvent }).data);
  subscribe('evenkeel:commit', (message) => {
    const { beganMs, endedMs, writes } = message as CommitEvent;
    stretch('commit', beganMs, endedMs, `${writes} writes`);
  });
}
