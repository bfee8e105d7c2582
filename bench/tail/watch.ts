/** A server and the phases of its load under watch, with the probe in all threads of both. */
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { monotonicClock } from '#dist/lab/load/generator/clock.js';
import type { LoadOptions, Work } from '#dist/lab/load/load-options.js';
import { stallGroups } from '#dist/lab/load/result/stall-groups.js';
import { startServer } from '../peers/evenkeel.js';
import { start } from '../support/process.js';
import { attribute } from './attribute.js';
import { ofAll, type Span, type Stretch, type Who } from './evidence.js';
import type { ChildResult } from './load-child.js';
import type { ProbeEvent } from './probe.js';
import { Sampler } from './sampler.js';

type Thread = ProbeEvent & { readonly event: 'thread' };

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const probed = ['--import', new URL('./probe.js', import.meta.url).href];
/** The last messages may still be on their way when a run ends. */
const settleMs = 1000;
/** A run may take this much longer than its duration. */
const extraMs = 90_000;

type Sizes = Pick<LoadOptions, 'threads' | 'connections' | 'rate' | 'durationMs' | 'warmupMs'>;
type PhaseLoad = Sizes & { readonly slowMs: number };

/** @param name of a script in wrk/ */
export function script(name: 'put' | 'get'): Work {
  return { kind: 'script', file: file(`../../../wrk/${name}.lua`), args: [] };
}

export type WatchedServer = Awaited<ReturnType<typeof watchServer>>;
export type WatchedPhase = Awaited<ReturnType<WatchedServer['run']>>;

export async function watchServer(directory: string) {
  const sampler = new Sampler(monotonicClock());
  const whos = new Map<number, Who>();
  let stretches: Stretch[] = [];
  const take = () => {
    const seen = { stretches, ...sampler.take() };
    stretches = [];
    return seen;
  };
  const listener = (whoOf: (thread: Thread) => Who | undefined) => (event: ProbeEvent) => {
    if (event.event === 'stretch') {
      const who = whos.get(event.tid);
      if (who) stretches.push({ ...event.stretch, who });
      return;
    }
    const who = whoOf(event);
    if (who === undefined) return;
    whos.set(event.tid, who);
    sampler.watch(who, event.pid, event.tid);
    if (who === 'main') sampler.watchHelpers(event.pid);
  };
  const onMessage = listener(({ tid, pid }) => (tid === pid ? 'main' : 'writer'));
  const server = await startServer(directory, { nodeFlags: probed, onMessage });
  // Other threads of the load only wait.
  const generators = listener(({ generator }) =>
    generator === undefined ? undefined : `generator ${generator}`,
  );
  const run = async (work: Work, load: PhaseLoad) => {
    take();
    const options = JSON.stringify({ ...load, url: server.url, work });
    const child = start([process.execPath, ...probed, file('./load-child.js'), options], {
      onMessage: generators,
      lineLimitMs: load.warmupMs + load.durationMs + extraMs,
    });
    const result: ChildResult = JSON.parse(await child.firstLine);
    await sleep(settleMs);
    const shift = <Timed extends Span>(seen: Timed) => {
      const [fromUs, toUs] = [seen.fromUs - result.startUs, seen.toUs - result.startUs];
      return { ...seen, fromUs, toUs };
    };
    const seen = ofAll(take(), (all) => all.map(shift));
    const stalls = stallGroups(result.slow);
    const moments = stalls.map((stall) => attribute(stall, seen, -1000 * load.warmupMs));
    const isNear = ({ fromUs, toUs }: Span) =>
      stalls.some(({ beganUs, endedUs }) => fromUs < endedUs && toUs > beganUs);
    // Only what happened during stalls is of use.
    const outcome = { moments, unlisted: result.unlisted };
    return { outcome, result, evidence: ofAll(seen, (all) => all.filter(isNear)) };
  };
  const stop = () => {
    sampler.stop();
    return server.stop();
  };
  return { pid: server.pid, url: server.url, port: server.port, run, stop };
}
