/** A load run from beginning to end: its threads start, begin at one moment, and are added up. */
import { monotonicClock } from './generator/clock.js';
import { GeneratorThreads } from './generator/generator-threads.js';
import { Control, type Finished, type ThreadStart } from './generator/messages.js';
import { phasesOf } from './generator/phases.js';
import { failureKinds, SharedRecords } from './generator/recorder.js';
import { firstOpen, resolveTargets } from './http/target.js';
import { ScriptError, TargetError } from './load-errors.js';
import { completeOptions, type GivenOptions, type LoadOptions } from './load-options.js';
import type { Snapshot } from './output/progress.js';
import { Aggregator } from './result/aggregator.js';
import type { Calibration, Errors, LoadResult, Slow } from './result/result.js';
import { stageResults } from './result/stage-result.js';
import { formatStage } from './result/stage-text.js';
import { ScriptHost } from './script/script-host.js';

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
   * Runs a part of the run in which a script has this thread. The script may never return, and then
   * no listener of a signal is called. By default the part is just run.
   */
  readonly aroundScript?: AroundScript;
  /** Ends the run early; its result is what was measured so far. */
  readonly signal?: AbortSignal;
}

/** Limit for scripts to load, and for threads to report after the end. */
const patience = { ms: 30_000, perThreadMs: 500 } as const;
/** So much of the time line is in a snapshot. */
const shownSeconds = 60;
/** From "begin" to the first request, so that each thread has received it. */
const leadUs = 20_000;

/** A script is checked before a connection opens. @throws TargetError, ScriptError, TypeError */
export async function runLoad(given: GivenOptions, hooks: LoadHooks = {}): Promise<LoadResult> {
  const options = completeOptions(given);
  const { warmupMs, durationMs, timeoutMs, work } = options;
  const aroundScript: AroundScript =
    (work.kind === 'script' && hooks.aroundScript) || ((part) => part());
  const patienceMs = patience.ms + patience.perThreadMs * options.threads;
  const targets = await resolveTargets(options);
  const script = await aroundScript(async () =>
    work.kind === 'script' ? new ScriptHost(options, work, targets) : undefined,
  );
  const records = Array.from({ length: options.threads }, () => new SharedRecords());
  const control = new Control();
  const { countFromUs, latencyFromUs } = phasesOf(0, options);
  const aggregator = new Aggregator(records, (latencyFromUs - countFromUs) / 1e6);
  const starts = records.map(
    ({ memory }, thread): ThreadStart => ({
      options,
      thread,
      records: memory,
      control: control.memory,
      script: script?.starts[thread],
    }),
  );
  const threads = new GeneratorThreads((thread, message) => {
    if (message.kind === 'second') aggregator.second(thread, message);
    else if (message.kind === 'finished') aggregator.finished(thread, message);
  });
  const stop = () => control.stop();
  hooks.signal?.addEventListener('abort', stop);
  if (hooks.signal?.aborted) stop();
  let ticker: NodeJS.Timeout | undefined;
  try {
    threads.start(starts);
    await threads.all('loaded', patienceMs);
    if (script)
      await aroundScript(() => script.prepare((thread) => threads.prepare(thread, patienceMs)));
    else threads.post({ kind: 'prepare' });
    const [first] = await threads.all('prepared', patienceMs);
    if (options.http2 && (first?.requestsPerSend ?? 1) > 1)
      throw new ScriptError(
        `request() returned ${first?.requestsPerSend} requests, and HTTP/2 pipelines none: ` +
          'return one, and give each connection more streams',
      );
    threads.post({ kind: 'connect', target: await firstOpen(targets, options) });
    const connected = await threads.all('connected', timeoutMs + patienceMs);
    if (connected.every(({ open }) => open === 0))
      throw new TargetError(
        `no connection stays open: ${connected.find(({ cause }) => cause)?.cause}`,
      );
    const startedAt = new Date().toISOString();
    const clock = monotonicClock();
    const beginUs = clock.now() + leadUs;
    threads.post({ kind: 'begin', beginUs, requestsPerSend: first?.requestsPerSend ?? 1 });
    threads.watch(performance.now() + leadUs / 1000 + warmupMs);
    hooks.onBegin?.();
    ticker = setInterval(
      () => hooks.onProgress?.(progressOf(aggregator, options, clock.now() - beginUs)),
      1000,
    );
    const limitMs = warmupMs + durationMs + patienceMs;
    threads.all('calibrated', limitMs).then(hooks.onCalibrated, () => {});
    const finished = await threads.all('finished', limitMs);
    clearInterval(ticker);
    const atMs = performance.timeOrigin + performance.now() + (beginUs - clock.now()) / 1000;
    const result = resultOf(options, startedAt, { us: beginUs, atMs }, aggregator, finished);
    hooks.onResult?.(result);
    if (script) await aroundScript(() => script.done(result));
    return result;
  } finally {
    clearInterval(ticker);
    hooks.signal?.removeEventListener('abort', stop);
    script?.close();
    await threads.end();
  }
}

function progressOf(aggregator: Aggregator, options: LoadOptions, sinceBeginUs: number): Snapshot {
  const { warmupMs, durationMs } = options;
  const { latency } = aggregator.latencies;
  return {
    warmingUp: sinceBeginUs < warmupMs * 1000,
    elapsedMs: Math.min(sinceBeginUs / 1000, warmupMs + durationMs),
    totalMs: warmupMs + durationMs,
    ratePerSecond: aggregator.timeline.at(-1)?.completed ?? 0,
    p50Us: latency.valueAtPercentile(50),
    p99Us: latency.valueAtPercentile(99),
    errors: aggregator.failures,
    more: {
      maxUs: latency.max,
      cause: aggregator.causes.sorted[0]?.[0],
      stage: stageAt(options, sinceBeginUs / 1000 - warmupMs),
      seconds: aggregator.timeline.slice(-shownSeconds),
    },
  };
}

function stageAt({ stages }: LoadOptions, elapsedMs: number): string | undefined {
  let endMs = 0;
  for (const [index, stage] of stages?.entries() ?? []) {
    endMs += stage.durationMs;
    if (elapsedMs < endMs) return `${index + 1} of ${stages?.length}: ${formatStage(stage)}`;
  }
  return undefined;
}

/** @param begin the first due time, by the run's clock and by the wall clock */
function resultOf(
  options: LoadOptions,
  startedAt: string,
  begin: { readonly us: number; readonly atMs: number },
  aggregator: Aggregator,
  finished: readonly Finished[],
): LoadResult {
  const { countFromUs } = phasesOf(begin.us, options);
  const { requests, unlisted } = slowOf(begin.atMs + options.warmupMs, aggregator);
  const { standstills } = aggregator;
  const early = finished.find(({ endedEarly }) => endedEarly)?.endedEarly;
  return {
    options,
    startedAt,
    elapsedUs: Math.max(0, ...finished.map(({ endUs }) => endUs - countFromUs)),
    latencyFromUs: aggregator.latencyFrom * 1e6,
    sent: aggregator.counted('sent'),
    completed: aggregator.counted('completed'),
    bytesRead: aggregator.counted('bytesRead'),
    errors: Object.fromEntries(
      failureKinds.map((kind) => [kind, aggregator.counted(kind)]),
    ) as unknown as Errors,
    causes: aggregator.causes.sorted,
    unanswered: aggregator.unanswered,
    ...aggregator.latencies,
    threads: finished.map(({ thread }) => thread),
    requestRates: aggregator.requestRates,
    timeline: aggregator.timeline,
    // With an even rate that does not change it is the rate times the time.
    ...((options.stages || options.arrivals) && {
      due: finished.reduce((sum, { due }) => sum + due, 0),
    }),
    ...(options.stages && { stages: stageResults(options.stages, finished, countFromUs) }),
    ...(options.slowMs !== undefined && {
      slow: { fromUs: options.slowMs * 1000, requests, unlisted },
    }),
    ...(options.tail && { tail: { startUs: countFromUs, requests, unlisted, standstills } }),
    ...(early && { endedEarly: early }),
  };
}

function slowOf(startAtMs: number, aggregator: Aggregator): Omit<Slow, 'fromUs'> {
  const { requests, unlisted } = aggregator.slow.take();
  return {
    requests: requests
      .map((request) => ({ ...request, dueAtMs: startAtMs + request.dueUs / 1000 }))
      .sort((a, b) => a.dueUs - b.dueUs),
    unlisted,
  };
}
