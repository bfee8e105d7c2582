/** The process: event loop, collector, memory, CPU time. */
import { byLabel, counter, type Family, gauge, histogram, histogramSamples } from './family.js';
import type { ProcessProbe } from './process-probe.js';

export function processFamilies(probe: ProcessProbe, version: string): readonly Family[] {
  const { quantiles, count, sumMs } = probe.loopDelay();
  const { activeSeconds, share } = probe.utilization();
  const { rss, heapTotal, heapUsed, external, arrayBuffers } = process.memoryUsage();
  const cpu = process.cpuUsage();
  const labels = { version, node: process.version };
  return [
    {
      name: 'eventloop_delay_seconds',
      help: 'By how much turns of the event loop were late; quantiles since the last scrape',
      type: 'summary',
      samples: [
        ...quantiles.map(([quantile, ms]) => ({
          labels: { quantile: String(quantile) },
          value: ms / 1000,
        })),
        { value: sumMs / 1000, suffix: '_sum' },
        { value: count, suffix: '_count' },
      ],
    },
    counter(
      'eventloop_active_seconds_total',
      'The time in which the event loop did not wait',
      activeSeconds,
    ),
    gauge('eventloop_utilization_ratio', 'The share of that time since the last scrape', share),
    histogram(
      'gc_pause_duration_seconds',
      'Collections of garbage, by kind',
      [...probe.pauses].flatMap(([kind, pauses]) => histogramSamples(pauses, 1e-6, { kind })),
    ),
    gauge(
      'memory_bytes',
      'Memory of the process; resident includes pages of the data file',
      byLabel('kind', {
        resident: rss,
        heap_total: heapTotal,
        heap_used: heapUsed,
        external,
        array_buffers: arrayBuffers,
      }),
    ),
    counter(
      'cpu_seconds_total',
      'CPU time of all threads',
      byLabel('mode', { user: cpu.user / 1e6, system: cpu.system / 1e6 }),
    ),
    gauge(
      'start_time_seconds',
      'When the process started, in seconds since 1970',
      Math.round(Date.now() - process.uptime() * 1000) / 1000,
    ),
    gauge('build_info', 'The versions that run', [{ labels, value: 1 }]),
  ];
}
