/** What the report says of slow requests: the worst moments, each in a line. */
import type { Slow } from '../result/result.js';
import { largestPart, type StallGroup, stallGroups } from '../result/stall-groups.js';
import { fixed } from './printf.js';
import { formatTimeUs, inColumn } from './wrk2-units.js';

const mostMoments = 10;

export function formatSlow({ fromUs, requests, unlisted }: Slow): string[] {
  const moments = stallGroups(requests);
  const total = requests.length + unlisted;
  const what = `  Slow: ${total} ${total === 1 ? 'request' : 'requests'} of ${formatTimeUs(fromUs)} or more`;
  if (total === 0) return [what];
  const listed = unlisted > 0 ? `, ${requests.length} of them listed,` : ',';
  const worst = moments
    .toSorted((a, b) => b.worst.latencyUs - a.worst.latencyUs)
    .slice(0, mostMoments);
  const shown = worst.length < moments.length ? `, of which the ${mostMoments} worst` : '';
  return [
    `${what}${listed} in ${moments.length} ${moments.length === 1 ? 'moment' : 'moments'}${shown}:`,
    ...worst.toSorted((a, b) => a.beganUs - b.beganUs).map(line),
  ];
}

/** The worst one's split says what the stall was: those behind it mostly waited for it. */
function line({ beganUs, requests, worst }: StallGroup): string {
  const count = `${String(requests.length).padStart(6)} ${requests.length === 1 ? 'request, ' : 'requests,'}`;
  const upTo = inColumn(formatTimeUs(worst.latencyUs), 10);
  return `    at ${fixed(beganUs / 1e6, 3).padStart(8)} s ${count} up to ${upTo}, mostly ${largestPart(worst)}`;
}
