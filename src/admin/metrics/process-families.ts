/** The process: event loop, collector, memory, CPU time. */
import type { ProcessFigures } from '../process-probe.js';
import type { Interval } from '../stats/interval.js';
import { byLabel, counter, type Family, gauge, histogram, histogramSamples } from './family.js';

export function processFamilies(
  { loopDelayUs, activeMs, pausesUs, cpuUs, memory }: ProcessFigures,
  minute: Interval,
  version: string,
): readonly Family[] {
  const labels = { version, node: process.version };
  return [
    histogram(
      'eventloop_delay_seconds',
      'By how much timers of the event loop were late',
      histogramSamples(loopDelayUs, 1e-6),
    ),
    counter(
      'eventloop_active_seconds_total',
      'The time in which the event loop did not wait',
      activeMs / 1000,
    ),
    gauge(
      'eventloop_utilization_ratio',
      'The share of that time in the last minute',
      minute.process.loopUtilization,
    ),
    histogram(
      'gc_pause_duration_seconds',
      'Collections of garbage, by kind',
      [...pausesUs].flatMap(([kind, pauses]) => histogramSamples(pauses, 1e-6, { kind })),
    ),
    gauge(
      'memory_bytes',
      'Memory of the process; resident includes pages of the data file',
      byLabel('kind', {
        resident: memory.rss,
        heap_total: memory.heapTotal,
        heap_used: memory.heapUsed,
        external: memory.external,
        array_buffers: memory.arrayBuffers,
      }),
    ),
    counter(
      'cpu_seconds_total',
      'CPU time of all threads',
      byLabel('mode', { user: cpuUs.user / 1e6, system: cpuUs.system / 1e6 }),
    ),
    gauge(
      'start_time_seconds',
      'When the process started, in seconds since 1970',
      Math.round(Date.now() - process.uptime() * 1000) / 1000,
    ),
    gauge('build_info', 'The versions that run', [{ labels, value: 1 }]),
  ];
}
