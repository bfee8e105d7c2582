/** The report's tables, as Markdown. */
import { formatTimeUs } from '../load/output/wrk2-units.js';
import { formatAmount, formatCount } from '../profile/amount.js';
import { referencePercentiles, referenceUs } from './reference.js';
import type { PhaseRecord, ProfileKind, ReportRecord, WindowRecord } from './report-record.js';
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
  let sync = 'not measured: the server is not the report’s own';
  if (fdatasync) {
    const [p50, p99] = [formatTimeUs(fdatasync.p50Us), formatTimeUs(fdatasync.p99Us)];
    sync = `p50 ${p50}, p99 ${p99} (${fdatasync.samples} times a page of 4 KiB)`;
  }
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
  const rows = referencePercentiles.map((percentile, index) => [
    percentile === 100 ? 'max' : `p${percentile}`,
    ...phaseNames.flatMap((name) => {
      const theirs = referenceUs[name][index] as number;
      const ours = latencyAt(phases[name], percentile);
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

/** The cost of a request, and what the samplers do not see. */
export function costTable({ phases }: ReportRecord): string {
  const row = (title: string, cell: (phase: PhaseRecord) => string) => [
    title,
    ...phaseNames.map((name) => cell(phases[name])),
  ];
  const each = ({ requests }: WindowRecord, kind: ProfileKind, value?: number) =>
    value === undefined || requests === 0 ? '–' : formatAmount(value / requests, kind);
  const cpu = (title: string, figure: (window: WindowRecord) => number | undefined) =>
    row(title, ({ windows }) => each(windows.cpu, 'cpu', figure(windows.cpu)));
  return markdownTable(
    ['A request', ...phaseNames.map((name) => name.toUpperCase())],
    [
      cpu('CPU, sampled, JavaScript and what it calls', ({ total }) => total),
      cpu('CPU of the process, user', ({ beside }) => beside?.processCpuUs.user),
      cpu('CPU of the process, kernel', ({ beside }) => beside?.processCpuUs.system),
      row('Allocated on V8’s heap', ({ windows: { alloc } }) => each(alloc, 'alloc', alloc.total)),
      ['**In the window**', '', ''],
      row('Bytes outside the heap, at most', ({ windows }) =>
        bytes(windows.alloc.beside?.externalBytes.most),
      ),
      row('Garbage collections', collections),
      row('Longest collection', ({ windows }) => time(windows.cpu.beside?.gc.longestUs)),
      row('Event loop late, p50 / p99 / max', late),
    ],
  );
}

/** The latency under each sampler beside the measured run's: the cost of looking. */
export function profilingCostTable({ phases }: ReportRecord): string {
  const rows = phaseNames.flatMap((name) =>
    profileKinds.map((kind) => {
      const { latencyUs } = phases[name].windows[kind];
      const plain = { p50: latencyAt(phases[name], 50), p99: latencyAt(phases[name], 99) };
      const change = (at: 'p50' | 'p99') => {
        const times = (latencyUs[at] / plain[at]).toFixed(2);
        return `${formatTimeUs(plain[at])} → ${formatTimeUs(latencyUs[at])} (${times} ×)`;
      };
      const run = `${name.toUpperCase()}, ${kind === 'cpu' ? 'CPU' : 'allocations'}`;
      return [run, change('p50'), change('p99')];
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
