/** Requests as clients see them: how many, how long they take, and which fail. */
import type { Interval } from '../../../stats/interval.js';
import { type Chart, perSecond, quantileLines } from './chart.js';

type Operation = keyof Interval['operations'];

/** Those that have a line of their own; all else is added up. */
export const mainOperations: readonly { readonly name: Operation; readonly label: string }[] = [
  { name: 'get', label: 'GET' },
  { name: 'put', label: 'PUT' },
  { name: 'delete', label: 'DELETE' },
  { name: 'range', label: 'Ranges' },
];

function otherRate({ operations }: Interval): number {
  const isMain = (name: string) => mainOperations.some((main) => main.name === name);
  return Object.entries(operations)
    .filter(([name]) => !isMain(name))
    .reduce((sum, [, { perSecond }]) => sum + perSecond, 0);
}

/** Responses by status: the server is too busy, the disk is full, the request is wrong. */
function errorRate(second: Interval, isCounted: (status: number) => boolean): number | null {
  const counts = Object.entries(second.errors).filter(([status]) => isCounted(Number(status)));
  return perSecond(
    counts.reduce((sum, [, count]) => sum + count, 0),
    second,
  );
}

export const requestCharts: readonly Chart[] = [
  {
    title: 'Rate',
    unit: 'requests per second',
    lines: [
      ...mainOperations.map(({ name, label }) => ({
        label,
        of: ({ operations }: Interval) => operations[name]?.perSecond ?? 0,
      })),
      { label: 'Other', of: otherRate },
    ],
  },
  ...mainOperations.map(({ name, label }) => ({
    title: `Latency of ${label}`,
    unit: 'ms',
    isLogarithmic: true,
    lines: quantileLines(({ operations }) => operations[name]?.latencyMs),
  })),
  {
    title: 'Errors',
    unit: 'responses per second',
    lines: [
      { label: '4xx', of: (second) => errorRate(second, (status) => status < 500) },
      { label: '503', of: (second) => errorRate(second, (status) => status === 503) },
      { label: '507', of: (second) => errorRate(second, (status) => status === 507) },
      {
        label: 'other 5xx',
        of: (second) =>
          errorRate(second, (status) => status >= 500 && status !== 503 && status !== 507),
      },
    ],
  },
];
