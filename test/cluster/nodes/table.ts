/** The status of a cluster as a table for a terminal. */
import type { NodeStatus, Settings } from './cluster.js';
import { described } from './settings.js';

const serves = {
  silent: 'no response',
  answers: 'answers, others are missing',
  whole: 'sees all others',
};

export function table(settings: Settings, nodes: readonly NodeStatus[]): string {
  const rows = nodes.map(({ node, address, state, pid, grade, residentMiB, log }) => [
    String(node),
    address,
    state,
    ...(state === 'down' ? ['', '', ''] : [String(pid), `${residentMiB} MiB`, serves[grade]]),
    log,
  ]);
  const head = ['node', 'address', 'process', 'pid', 'memory', 'serves', 'log'];
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  const lines = all.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return [...lines, '', `Started with ${described(settings)}`].join('\n');
}
