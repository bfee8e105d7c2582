/** The lines of slow requests in the report. */
import { expect, test } from 'vitest';
import { formatSlow } from '#dist/lab/load/output/slow-text.js';
import { slowRequest } from './sample.js';

const ms = 1000;

test('groups those that waited at the same time, by the split of the worst', () => {
  const requests = [
    slowRequest(12_340 * ms, 31 * ms),
    slowRequest(12_350 * ms, 22 * ms, { waitUs: 21 * ms, serviceUs: ms }),
    // Due when the first was over, and the second not.
    slowRequest(12_371 * ms, 20 * ms, { waitUs: 19 * ms, serviceUs: ms }),
    slowRequest(15_000 * ms, 24 * ms, { lagUs: 23 * ms, serviceUs: ms }),
  ];
  expect(formatSlow({ fromUs: 20 * ms, requests, unlisted: 0 })).toEqual([
    '  Slow: 4 requests of 20.00ms or more, in 2 moments:',
    '    at   12.340 s      3 requests, up to    31.00ms, mostly service',
    '    at   15.000 s      1 request,  up to    24.00ms, mostly lag',
  ]);
});

test('shows the ten worst moments, in the order of time', () => {
  const requests = Array.from({ length: 12 }, (_, n) =>
    slowRequest(n * 1000 * ms, (n === 3 ? 99 : 20 + n) * ms),
  );
  const lines = formatSlow({ fromUs: 20 * ms, requests, unlisted: 5 });
  expect(lines[0]).toBe(
    '  Slow: 17 requests of 20.00ms or more, 12 of them listed, in 12 moments, ' +
      'of which the 10 worst:',
  );
  expect(lines.slice(1).map((line) => line.slice(4, 15))).toEqual(
    [2, 3, 4, 5, 6, 7, 8, 9, 10, 11].map((second) => `at ${second.toFixed(3).padStart(8)}`),
  );
});

test('says that there was none', () => {
  expect(formatSlow({ fromUs: 500, requests: [], unlisted: 0 })).toEqual([
    '  Slow: 0 requests of 500.00us or more',
  ]);
});
