/** wrk2's units and printf's rounding. The expected texts were printed by wrk2's own functions. */
import { describe, expect, test } from 'vitest';
import { fixed } from '#dist/lab/load/output/printf.js';
import {
  formatBinary,
  formatDuration,
  formatMetric,
  formatTimeUs,
  inColumn,
} from '#dist/lab/load/output/wrk2-units.js';

describe('units are wrk2’s:', () => {
  test.each([
    [0, '0.00us'],
    [0.5, '0.50us'],
    [616.23, '616.23us'],
    [849, '849.00us'],
    [849.999, '850.00us'],
    [850, '0.85ms'],
    [1000, '1.00ms'],
    [1125, '1.12ms'],
    [47_776, '47.78ms'],
    [849_999, '850.00ms'],
    [850_000, '850.00ms'],
    [999_999, '1000.00ms'],
    [1e6, '1.00s'],
    [50.99e6, '50.99s'],
    [51e6, '0.85m'],
    [60e6, '1.00m'],
    [24 * 3600e6, '1440.00m'],
  ])('%d µs are %s', (us, text) => {
    expect(formatTimeUs(us)).toBe(text);
  });

  test.each([
    [1, '1s'],
    [50, '50s'],
    [51, '1m'],
    [60, '1m'],
    [90, '2m'],
    [150, '2m'],
    [3600, '60m'],
    [7200, '120m'],
  ])('a run of %d s is one of %s', (seconds, text) => {
    expect(formatDuration(seconds * 1000)).toBe(text);
  });

  test('a run that is not of whole seconds, which wrk2 does not have, shows two digits', () => {
    expect([formatDuration(1500), formatDuration(250)]).toEqual(['1.50s', '0.25s']);
  });

  test.each([
    [0, '0.00'],
    [870, '870.00'],
    [871, '0.85K'],
    [1024, '1.00K'],
    [669_880, '654.18K'],
    [40_191_918, '38.33M'],
    [2 ** 40, '1.00T'],
    [2 ** 60, '1048576.00T'],
  ])('%d bytes are %s', (bytes, text) => {
    expect(formatBinary(bytes)).toBe(text);
  });

  test.each([
    [229.67, '229.67'],
    [850, '0.85k'],
    [2640, '2.64k'],
    [9_500_000, '9.50M'],
    [3e12, '3.00T'],
  ])('%d requests are %s', (amount, text) => {
    expect(formatMetric(amount)).toBe(text);
  });

  test('columns leave room for two letters, and cut nothing', () => {
    expect(['1.08ms', '1.08s', '1.08', '1000.00ms'].map((text) => inColumn(text, 8))).toEqual([
      '  1.08ms',
      '  1.08s ',
      '  1.08  ',
      '1000.00ms',
    ]);
  });
});

test('half-way goes to the even digit, as in C', () => {
  const rounded = [0.125, 0.375, 1.005, 2.675, 0.625, 1e9 + 0.125].map((value) => fixed(value, 2));
  expect(rounded).toEqual(['0.12', '0.38', '1.00', '2.67', '0.62', '1000000000.12']);
  expect([0.5, 1.5, 2.5, 3].map((value) => fixed(value, 0))).toEqual(['0', '2', '2', '3']);
  expect([1.0625, 0.0625].map((value) => fixed(value, 3))).toEqual(['1.062', '0.062']);
});
