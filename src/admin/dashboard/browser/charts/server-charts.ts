/** The causes behind the figures of requests: the store, the event loop and memory. */
import type { Interval } from '../../../stats/interval.js';
import { type Chart, perSecond, quantileLines } from './chart.js';

const mib = (bytes: number | undefined) => (bytes === undefined ? undefined : bytes / 2 ** 20);
const files = ({ store }: Interval) => store?.files;
const memory = ({ process }: Interval) => process.memoryBytes;
const share = (ms: number, { fromMs, toMs }: Interval) => (100 * ms) / Math.max(1, toMs - fromMs);

export const serverCharts: readonly Chart[] = [
  {
    title: 'Commits',
    unit: 'per second',
    needs: 'commits',
    lines: [
      { label: 'writes', of: (second) => perSecond(second.store?.commits?.writes, second) },
      { label: 'frames', of: (second) => perSecond(second.store?.commits?.frames, second) },
    ],
  },
  {
    title: 'Sync of a frame',
    unit: 'ms',
    needs: 'commits',
    isLogarithmic: true,
    lines: quantileLines(({ store }) => store?.commits?.syncMs),
  },
  {
    title: 'Event loop delay',
    unit: 'ms',
    isLogarithmic: true,
    lines: quantileLines(({ process }) => process.loopDelayMs, ['p50', 'p99', 'max']),
  },
  {
    title: 'Load',
    unit: '% of a CPU',
    lines: [
      { label: 'event loop', of: ({ process }) => 100 * process.loopUtilization },
      {
        label: 'CPU of all threads',
        of: (second) => {
          const { user, system } = second.process.cpuMs;
          return share(user + system, second);
        },
      },
      { label: 'GC', of: (second) => share(second.process.gcMs, second) },
    ],
  },
  {
    title: 'Memory',
    unit: 'MiB',
    lines: [
      { label: 'resident', of: (second) => mib(memory(second).resident) },
      { label: 'heap', of: (second) => mib(memory(second).heapUsed) },
      { label: 'external', of: (second) => mib(memory(second).external) },
      { label: 'contents', of: ({ contentBytes }) => mib(contentBytes) },
    ],
  },
  {
    title: 'Store size',
    unit: 'MiB',
    needs: 'files',
    lines: [
      { label: 'data file', of: (second) => mib(files(second)?.dataBytes) },
      { label: 'used of it', of: (second) => mib(files(second)?.usedBytes) },
      { label: 'journal', of: (second) => mib(files(second)?.journalBytes) },
    ],
  },
];
