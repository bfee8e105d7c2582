/**
 * Measures what the samplers do not see, in the sampled thread. The functions are sent there as
 * text, so they use nothing but their argument.
 */
import type { IntervalHistogram, PerformanceObserver } from 'node:perf_hooks';
import type { ProcessMetrics } from '../profile.js';
import {
  callNow,
  type InspectorConnection,
  type LoadModule,
  startInThread,
} from './inspector-connection.js';

export function startProbe(connection: InspectorConnection) {
  return startInThread(connection, measure);
}

function measure(load: LoadModule): { stop(): Promise<ProcessMetrics> } {
  const hooks = load('node:perf_hooks');
  const external = (): number => load('node:v8').getHeapStatistics().external_memory;
  const atStart = external();
  let most = atStart;
  const gc = { count: 0, pauseUs: 0, longestUs: 0 };
  const look = () => {
    most = Math.max(most, external());
  };
  const observer: PerformanceObserver = new hooks.PerformanceObserver(
    (list: { getEntries(): { duration: number }[] }) => {
      for (const { duration } of list.getEntries()) {
        gc.count++;
        gc.pauseUs += duration * 1000;
        gc.longestUs = Math.max(gc.longestUs, duration * 1000);
      }
      look();
    },
  );
  observer.observe({ entryTypes: ['gc'] });
  // The finest there is: a coarser one misses the turns that are late by less than its own period.
  const resolutionMs = 1;
  const delay: IntervalHistogram = hooks.monitorEventLoopDelay({ resolution: resolutionMs });
  delay.enable();
  const timer = setInterval(look, 20);
  timer.unref();
  const cpu = process.cpuUsage();
  return {
    stop: async () => {
      look();
      const change = external() - atStart;
      // A turn of the event loop counts a delay that lasts until now, and the last collections.
      await new Promise((resolve) => setTimeout(resolve, 2 * resolutionMs));
      // Behind that turn, which may be long, because the samplers count it too.
      const processCpuUs = process.cpuUsage(cpu);
      delay.disable();
      observer.disconnect();
      clearInterval(timer);
      const late = (ns: number) =>
        delay.count === 0 ? 0 : Math.max(0, ns / 1000 - resolutionMs * 1000);
      return {
        externalBytes: { change, most },
        gc,
        eventLoopDelayUs: {
          p50: late(delay.percentile(50)),
          p99: late(delay.percentile(99)),
          max: late(delay.max),
        },
        processCpuUs,
      };
    },
  };
}

/** Its time on a CPU so far, if the system tells. Synchronous over there: that very thread's. */
export async function threadCpuUs(connection: InspectorConnection): Promise<number | undefined> {
  const text = await callNow(connection, (load) => {
    try {
      return load('node:fs').readFileSync('/proc/thread-self/schedstat', 'latin1') as string;
    } catch {
      return ''; // not Linux, or one that does not keep it
    }
  });
  const [, ns] = /^(\d+) /.exec(text) ?? [];
  return ns === undefined ? undefined : Number(ns) / 1000;
}

/**
 * CPU time of the process so far, in µs: of all its threads, and of those that have ended. Linux
 * tells it of each thread that is there; elsewhere none is known to have ended.
 */
export function cpuOfThreads(connection: InspectorConnection) {
  return callNow(connection, (load) => {
    const { user, system } = process.cpuUsage();
    const allUs = user + system;
    try {
      const fs = load('node:fs');
      const threads: string[] = fs.readdirSync('/proc/self/task');
      const ns = threads.reduce((sum, thread) => {
        const file = `/proc/self/task/${thread}/schedstat`;
        return sum + Number(fs.readFileSync(file, 'latin1').split(' ')[0]);
      }, 0);
      return { allUs, endedUs: allUs - ns / 1000 };
    } catch {
      return { allUs, endedUs: 0 };
    }
  });
}

/** The directory of the package that the program belongs to, or of its main file; and its start. */
export function programFacts(
  connection: InspectorConnection,
): Promise<{ root: string; startedMs: number }> {
  return callNow(connection, (load) => {
    const fs = load('node:fs');
    const path = load('node:path');
    const startedMs = Math.round(performance.timeOrigin);
    const main = process.argv[1];
    if (main === undefined || !fs.existsSync(main)) return { root: process.cwd(), startedMs };
    const directory: string = path.dirname(fs.realpathSync(main));
    for (let at = directory; ; at = path.dirname(at)) {
      if (fs.existsSync(path.join(at, 'package.json'))) return { root: at, startedMs };
      if (at === path.dirname(at)) return { root: directory, startedMs };
    }
  });
}
