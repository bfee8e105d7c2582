/**
 * The target looks at itself while it is watched: at collections, turns of the event loop that
 * took long, commits of a store that publishes them. The function is sent there as text, so it uses
 * nothing but its arguments. It keeps what it saw until it is asked, and costs little before.
 *
 * It must not outlive us: if it does not hear from us for a while it takes itself away, and closes
 * the inspector if that was opened for us.
 */
import type { PerformanceObserver } from 'node:perf_hooks';
import { closeWhenAlone } from '../../profile/attach/close-inspector.js';
import {
  type Held,
  holdInThread,
  type InspectorConnection,
  type LoadModule,
} from '../../profile/sampling/inspector-connection.js';
import type { Seen } from '../evidence.js';

/** Numbers in a row, for each span; µs of the system's monotonic clock. */
interface Recorded {
  /** from, to, kind */
  readonly collections: readonly number[];
  /** from, to */
  readonly turns: readonly number[];
  /** from, to, writes */
  readonly commits: readonly number[];
  /** from, to, writes */
  readonly held: readonly number[];
}

export interface Probe {
  beat(): Promise<void>;
  /** Ends it. @returns what it saw */
  stop(): Promise<Seen[]>;
}

const options = {
  tickMs: 2,
  /** Shorter spans hold nobody up. */
  minMs: 0.2,
  /** A turn that is later than this. */
  lateMs: 1.5,
  maxNumbers: 600_000,
  patienceMs: 15_000,
};

/** @param opened whether its inspector is ours to close */
export async function startProbe(connection: InspectorConnection, opened: boolean): Promise<Probe> {
  const given = { ...options, opened };
  const held: Held = await holdInThread(connection, observe, given, closeWhenAlone);
  return {
    beat: () => held.call('beat'),
    stop: async () => {
      const seen = seenIn(await held.call<Recorded>('stop'));
      await held.release();
      return seen;
    },
  };
}

function observe(
  load: LoadModule,
  given: typeof options & { opened: boolean },
  close: (load: LoadModule, isStuck: boolean) => void,
): { beat(): void; stop(): Promise<Recorded> } {
  const hooks = load('node:perf_hooks');
  const channels = load('node:diagnostics_channel');
  const { performance } = hooks;
  let tightest = Number.POSITIVE_INFINITY;
  let offsetUs = 0;
  for (let reading = 0; reading < 50; reading++) {
    const before = performance.now() * 1000;
    const system = Number(process.hrtime.bigint()) / 1000;
    const after = performance.now() * 1000;
    if (after - before >= tightest) continue;
    tightest = after - before;
    offsetUs = system - (before + after) / 2;
  }
  const collections: number[] = [];
  const turns: number[] = [];
  const commits: number[] = [];
  const held: number[] = [];
  const note = (into: number[], fromMs: number, toMs: number, ...more: number[]) => {
    if (toMs - fromMs < given.minMs || into.length > given.maxNumbers) return;
    into.push(fromMs * 1000 + offsetUs, toMs * 1000 + offsetUs, ...more);
  };
  type Collection = { startTime: number; duration: number; detail?: { kind?: number } };
  const observer: PerformanceObserver = new hooks.PerformanceObserver(
    (list: { getEntries(): Collection[] }) => {
      for (const { startTime, duration, detail } of list.getEntries())
        note(collections, startTime, startTime + duration, detail?.kind ?? 0);
    },
  );
  observer.observe({ type: 'gc' });
  type Commit = { beganMs: number; endedMs: number; heldMs: number; writes: number };
  const onCommit = ({ beganMs, endedMs, heldMs, writes }: Commit) => {
    note(held, beganMs - heldMs, beganMs, writes);
    note(commits, beganMs, endedMs, writes);
  };
  channels.subscribe('evenkeel:commit', onCommit);
  let beatMs = performance.now();
  let lastMs = beatMs;
  const end = () => {
    clearInterval(timer);
    observer.disconnect();
    channels.unsubscribe('evenkeel:commit', onCommit);
  };
  const timer = setInterval(() => {
    const nowMs = performance.now();
    const tookMs = nowMs - lastMs;
    // The turn that was late began somewhere in the tick.
    if (tookMs - given.tickMs > given.lateMs) note(turns, lastMs + given.tickMs / 2, nowMs);
    // While the event loop was blocked, we could not be heard.
    if (tookMs > 1000) beatMs += tookMs;
    lastMs = nowMs;
    if (nowMs - beatMs < given.patienceMs) return;
    end();
    if (given.opened) close(load, false);
  }, given.tickMs);
  timer.unref();
  return {
    beat: () => {
      beatMs = performance.now();
    },
    stop: async () => {
      // The last collections are told of in another turn.
      await new Promise((resolve) => setTimeout(resolve, 2 * given.tickMs));
      end();
      return { collections, turns, commits, held };
    },
  };
}

/** By the constants NODE_PERFORMANCE_GC_… of node:perf_hooks. */
const collectionNames: Readonly<Record<number, string>> = {
  1: 'minor',
  4: 'major',
  8: 'incremental',
  16: 'weak callbacks',
};

function seenIn({ collections, turns, commits, held }: Recorded): Seen[] {
  const seen: Seen[] = [];
  for (const [fromUs, toUs, kind = 0] of rows(collections, 3))
    seen.push({ kind: 'collection', fromUs, toUs, note: collectionNames[kind] ?? `kind ${kind}` });
  for (const [fromUs, toUs] of rows(turns, 2)) seen.push({ kind: 'turn', fromUs, toUs });
  for (const [fromUs, toUs, writes] of rows(commits, 3))
    seen.push({ kind: 'commit', fromUs, toUs, note: `a commit of ${writes} writes` });
  for (const [fromUs, toUs, writes] of rows(held, 3))
    seen.push({ kind: 'held', fromUs, toUs, note: `${writes} writes held back` });
  return seen;
}

function* rows(numbers: readonly number[], width: number): Generator<[number, number, number?]> {
  for (let at = 0; at + width <= numbers.length; at += width)
    yield numbers.slice(at, at + width) as [number, number, number?];
}
