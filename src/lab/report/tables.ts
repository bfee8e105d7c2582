/** The report's tables, as Markdown. */
import { formatTimeUs } from '../load/output/wrk2-units.js';
import { formatAmount, formatCount } from '../profile/amount.js';
import { reference } from './reference.js';
import type { PhaseName, PhaseRecord, ReportRecord } from './report-record.js';
import { phaseNames, profileKinds } from './report-record.js';

export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    line(head),
    line(head.map((_, column) => (column === 0 ? '---' : '---:'))),
    ...rows.map(line),
    '',
  ].join('\n');
}

export function machineTable({ machine, fdatasync, startedAt }: ReportRecord): string {
  const sync =
    fdatasync === undefined
      ? 'not measured: the server is not the report’s own'
      : `p50 ${formatTimeUs(fdatasync.p50Us)}, p99 ${formatTimeUs(fdatasync.p99Us)} (${fdatasync.samples} times a page of 4 KiB)`;
  return markdownTable(
    ['Machine', ''],
    [
      ['CPU', `${machine.cores} × ${machine.cpu}`],
      ['Memory', `${(machine.memoryBytes / 2 ** 30).toFixed(1)} GiB`],
      ['Kernel', machine.kernel],
      ['Node', machine.node],
      ['Priority', machine.priority ?? 'unknown'],
      ['Disk', machine.disk ?? 'unknown'],
      ['fdatasync', sync],
      ['When', startedAt],
    ],
  );
}

/** Each percentile of the run beside the reference's, and how many times faster it is. */
export function referenceTable(phases: ReportRecord['phases']): string {
  const rows = Object.keys(reference.put.latencyUs)
    .sort((a, b) => Number(a) - Number(b))
    .map((percentile) => [
      percentile === '100' ? 'max' : `p${percentile}`,
      ...phaseNames.flatMap((name) => {
        const theirs = reference[name].latencyUs[percentile] as number;
        const ours = latencyAt(phases[name], Number(percentile));
        return [formatTimeUs(theirs), formatTimeUs(ours), timesFaster(theirs, ours)];
      }),
    ]);
  return markdownTable(['', 'PUT reference', 'PUT', '', 'GET reference', 'GET', ''], rows);
}

function timesFaster(theirs: number, ours: number): string {
  const [times, how] = theirs >= ours ? [theirs / ours, 'faster'] : [ours / theirs, 'slower'];
  return `${times.toPrecision(2)} × ${how}`;
}

function latencyAt({ load }: PhaseRecord, percentile: number): number {
  return (
    load.latency.percentiles.find((entry) => entry.percentile === percentile)?.valueUs ?? Number.NaN
  );
}

/** What a request costs, and what the samplers do not see. */
export function costTable({ phases }: ReportRecord): string {
  const cell = (make: (name: PhaseName) => string) => phaseNames.map(make);
  const each = (name: PhaseName, value: number | undefined, kind: 'cpu' | 'alloc') => {
    const { requests } = phases[name].windows[kind];
    return value === undefined || requests === 0 ? '–' : formatAmount(value / requests, kind);
  };
  const beside = (name: PhaseName, kind: 'cpu' | 'alloc' = 'cpu') =>
    phases[name].windows[kind].beside;
  return markdownTable(
    ['A request', ...phaseNames.map((name) => name.toUpperCase())],
    [
      [
        'CPU, sampled, JavaScript and what it calls',
        ...cell((name) => each(name, phases[name].windows.cpu.total, 'cpu')),
      ],
      [
        'CPU of the process, user',
        ...cell((name) => each(name, beside(name)?.processCpuUs.user, 'cpu')),
      ],
      [
        'CPU of the process, kernel',
        ...cell((name) => each(name, beside(name)?.processCpuUs.system, 'cpu')),
      ],
      [
        'Allocated on V8’s heap',
        ...cell((name) => each(name, phases[name].windows.alloc.total, 'alloc')),
      ],
      ['**In the window**', '', ''],
      [
        'Bytes outside the heap, at most',
        ...cell((name) => bytes(beside(name, 'alloc')?.externalBytes.most)),
      ],
      ['Garbage collections', ...cell((name) => collections(phases[name]))],
      ['Longest collection', ...cell((name) => time(beside(name)?.gc.longestUs))],
      ['Event loop late, p50 / p99 / max', ...cell((name) => late(phases[name]))],
    ],
  );
}

/** The latency under each sampler beside the measured run's: the cost of looking. */
export function profilingCostTable({ phases }: ReportRecord): string {
  const rows = phaseNames.flatMap((name) =>
    profileKinds.map((kind) => {
      const { latencyUs } = phases[name].windows[kind];
      const plain = { p50: latencyAt(phases[name], 50), p99: latencyAt(phases[name], 99) };
      const change = (at: 'p50' | 'p99') =>
        `${formatTimeUs(plain[at])} → ${formatTimeUs(latencyUs[at])} (${(latencyUs[at] / plain[at]).toFixed(2)} ×)`;
      return [
        `${name.toUpperCase()}, ${kind === 'cpu' ? 'CPU' : 'allocations'}`,
        change('p50'),
        change('p99'),
      ];
    }),
  );
  return markdownTable(['Profiled', 'p50', 'p99'], rows);
}

function collections({ windows }: PhaseRecord): string {
  const { beside, seconds } = windows.cpu;
  return beside === undefined
    ? '–'
    : `${formatCount(beside.gc.count)} in ${seconds} s, ${formatTimeUs(beside.gc.pauseUs)} in all`;
}

function late({ windows }: PhaseRecord): string {
  const delay = windows.cpu.beside?.eventLoopDelayUs;
  return delay === undefined
    ? '–'
    : [delay.p50, delay.p99, delay.max].map((us) => formatTimeUs(us)).join(' / ');
}

const time = (us: number | undefined) => (us === undefined ? '–' : formatTimeUs(us));
const bytes = (count: number | undefined) =>
  count === undefined ? '–' : formatAmount(count, 'alloc');
