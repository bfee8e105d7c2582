/** The slow requests in the report: a line for each of the worst stalls. */
import type { Slow } from '../result/result.js';
import { largestPart, type StallGroup, stallGroups } from '../result/stall-groups.js';
import { fixed } from './printf.js';
import { formatTimeUs, inColumn } from './wrk2-units.js';

const maxStalls = 10;

export function formatSlow({ fromUs, requests, unlisted }: Slow): string[] {
  const stalls = stallGroups(requests);
  const total = requests.length + unlisted;
  const head = `  Slow: ${counted(total, 'request')} of ${formatTimeUs(fromUs)} or more`;
  if (total === 0) return [head];
  const listed = unlisted > 0 ? `, ${requests.length} of them listed,` : ',';
  const worst = stalls.toSorted((a, b) => b.worst.latencyUs - a.worst.latencyUs);
  const shown = stalls.length > maxStalls ? `, of which the ${maxStalls} worst` : '';
  return [
    `${head}${listed} in ${counted(stalls.length, 'moment')}${shown}:`,
    ...worst
      .slice(0, maxStalls)
      .sort((a, b) => a.beganUs - b.beganUs)
      .map(line),
  ];
}

/** The worst one's split says what the stall was: those behind it mostly waited for it. */
function line({ beganUs, requests, worst }: StallGroup): string {
  const at = `at ${fixed(beganUs / 1e6, 3).padStart(8)} s`;
  const count = `${counted(requests.length, 'request').padStart(requests.length === 1 ? 14 : 15)},`;
  const upTo = inColumn(formatTimeUs(worst.latencyUs), 10);
  return `    ${at} ${count.padEnd(16)} up to ${upTo}, mostly ${largestPart(worst)}`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
