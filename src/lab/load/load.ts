/**
 * A load run from beginning to end: one generator thread for each `threads`, brought to the same line, started at the same
 * moment, and added up.
 */

import { monotonicClock } from './generator/clock.js';
import { Team } from './generator/generator-threads.js';
import { Control, type Finished, type ThreadStart } from './generator/messages.js';
import { phasesOf } from './generator/phases.js';
import { failureKinds, SharedRecords } from './generator/recorder.js';
import { firstOpen, resolveTargets } from './http/resolve-target.js';
import { TargetError } from './load-errors.js';
import type { LoadOptions } from './load-options.js';
import type { Snapshot } from './output/progress.js';
import { Collector } from './result/aggregator.js';
import type { Calibration, Errors, LoadResult, Slow } from './result/result.js';
import { ScriptConductor } from './script/script-host.js';

export type AroundScript = <T>(part: () => Promise<T>) => Promise<T>;

export interface LoadHooks {
  /** All connections are open, and the first request is about to be sent. */
  readonly onBegin?: () => void;
  /** Each thread has chosen the interval at which it samples its rate. */
  readonly onCalibrated?: (threads: readonly Calibration[]) => void;
  /** About once a second. */
  readonly onProgress?: (snapshot: Snapshot) => void;
  /** The run is over; a script's done() comes after this. */
  readonly onResult?: (result: LoadResult) => void;
  /**
   * Runs a part of the run in which a script has this thread: it may never give it back, and then no signal's listener is
   * called. By default it is just run.
   */
  readonly aroundScript?: AroundScript;
  /** Ends the run early; what was measured so far is its result. */
  readonly signal?: AbortSignal;
}

/** Longest time that scripts may take to load, and threads to answer after the end, in ms; and what each thread adds to it. */
const patience = { ms: 30_000, eachThreadMs: 500 } as const;
/** From "begin" to the first request, so that each thread has heard of it. */
const leadUs = 20_000;

/**
 * Everything that can be wrong with the script is found before a connection opens.
 * @throws TargetError if there is nothing to connect to; ScriptError if the script fails
 */
export async function runLoad(options: LoadOptions, hooks: LoadHooks = {}): Promise<LoadResult> {
  const { warmupMs, durationMs, timeoutMs } = options;
  const aroundScript: AroundScript =
    (options.work.kind === 'script' && hooks.aroundScript) || ((part) => part());
  const patienceMs = patience.ms + patience.eachThreadMs * options.threads;
  const targets = await resolveTargets(options);
  const threads = Array.from({ length: options.threads }, (_, thread) => thread);
  const script = await aroundScript(async () => ScriptConductor.of(options, targets));
  const records = threads.map(() => new SharedRecords());
  const control = new Control();
  const { countFromUs, latencyFromUs } = phasesOf(0, warmupMs, durationMs);
  const collector = new Collector(records, (latencyFromUs - countFromUs) / 1e6);
  const starts = records.map(({ memory }, thread): ThreadStart => {
    return {
      options,
      thread,
      records: memory,
      control: control.memory,
      script: script?.starts[thread],
    };
  });
  const team = new Team((thread, message) => {
    if (message.kind === 'second') collector.second(thread, message);
    else if (message.kind === 'finished') collector.finished(thread, message);
  });
  const stop = () => control.stop();
  hooks.signal?.addEventListener('abort', stop);
  if (hooks.signal?.aborted) stop();
  let ticker: NodeJS.Timeout | undefined;
  try {
    team.start(starts);
    await team.all('loaded', patienceMs);
    if (script)
      await aroundScript(() => script.prepare((thread) => team.prepare(thread, patienceMs)));
    else team.post({ kind: 'prepare' });
    const [first] = await team.all('prepared', patienceMs);
    team.post({ kind: 'connect', target: await firstOpen(targets, options) });
    const connected = await team.all('connected', timeoutMs + patienceMs);
    if (connected.every(({ open }) => open === 0))
      throw new TargetError(
        `no connection stays open: ${connected.find(({ cause }) => cause)?.cause}`,
      );
    const startedAt = new Date().toISOString();
    const clock = monotonicClock();
    const beginUs = clock.now() + leadUs;
    team.post({ kind: 'begin', beginUs, requestsPerSend: first?.requestsPerSend ?? 1 });
    team.expectEverySecond(performance.now() + leadUs / 1000 + warmupMs);
    hooks.onBegin?.();
    ticker = setInterval(
      () => hooks.onProgress?.(progressOf(collector, options, clock.now() - beginUs)),
      1000,
    );
    const limitMs = warmupMs + durationMs + patienceMs;
    team.all('calibrated', limitMs).then(hooks.onCalibrated, () => {});
    const finished = await team.all('finished', limitMs);
    clearInterval(ticker);
    const beginAtMs = performance.timeOrigin + performance.now() + (beginUs - clock.now()) / 1000;
    const result = resultOf(
      options,
      startedAt,
      { us: beginUs, atMs: beginAtMs },
      collector,
      finished,
    );
    hooks.onResult?.(result);
    if (script) await aroundScript(() => script.done(result));
    return result;
  } finally {
    clearInterval(ticker);
    hooks.signal?.removeEventListener('abort', stop);
    script?.close();
    await team.end();
  }
}

function progressOf(collector: Collector, options: LoadOptions, sinceBeginUs: number): Snapshot {
  const { warmupMs, durationMs } = options;
  const { latency } = collector.latencies;
  return {
    warmingUp: sinceBeginUs < warmupMs * 1000,
    elapsedMs: Math.min(sinceBeginUs / 1000, warmupMs + durationMs),
    totalMs: warmupMs + durationMs,
    ratePerSecond: collector.timeline.at(-1)?.completed ?? 0,
    p50Us: latency.valueAtPercentile(50),
    p99Us: latency.valueAtPercentile(99),
    errors: collector.failures,
  };
}

/** The first due time, by the run's clock and by the wall clock. */
interface Begin {
  readonly us: number;
  readonly atMs: number;
}

function resultOf(
  options: LoadOptions,
  startedAt: string,
  begin: Begin,
  collector: Collector,
  finished: readonly Finished[],
): LoadResult {
  const { countFromUs } = phasesOf(begin.us, options.warmupMs, options.durationMs);
  const early = finished.find(({ endedEarly }) => endedEarly)?.endedEarly;
  const [connect, read, write, timeout, status] = failureKinds.map((kind) =>
    collector.counted(kind),
  );
  return {
    options,
    startedAt,
    elapsedUs: Math.max(0, ...finished.map(({ endUs }) => endUs - countFromUs)),
    latencyFromUs: collector.latencyFrom * 1e6,
    sent: collector.counted('sent'),
    completed: collector.counted('completed'),
    bytesRead: collector.counted('bytesRead'),
    errors: { connect, read, write, timeout, status } as Errors,
    causes: collector.causes,
    unanswered: collector.unanswered,
    latency: collector.latencies.latency,
    wait: collector.latencies.wait,
    lag: collector.latencies.lag,
    service: collector.latencies.service,
    latencyWithoutLag: collector.latencies.latencyWithoutLag,
    threads: finished.map(({ thread }) => thread),
    requestRates: collector.requestRates,
    timeline: collector.timeline,
    ...(options.slowMs !== undefined && {
      slow: slowOf(options.slowMs, begin.atMs + options.warmupMs, collector),
    }),
    ...(early && { endedEarly: early }),
  };
}

function slowOf(slowMs: number, startAtMs: number, collector: Collector): Slow {
  const { requests, unlisted } = collector.takeSlow();
  return {
    fromUs: slowMs * 1000,
    requests: requests
      .map((request) => ({ ...request, dueAtMs: startAtMs + request.dueUs / 1000 }))
      .sort((a, b) => a.dueUs - b.dueUs),
    unlisted,
  };
}
