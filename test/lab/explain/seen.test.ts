/** How looks at threads and samples of a profile become spans of time. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lengthUs, merged, overlapUs, Timeline, without } from '#dist/lab/explain/evidence.js';
import { SpanLog } from '#dist/lab/explain/kernel/span-log.js';
import { isSync, waitOf } from '#dist/lab/explain/kernel/system-calls.js';
import { ProfileTimes } from '#dist/lab/explain/profile-times.js';

test.each([
  ['running', undefined],
  ['202 0x1 0x2 0x3 0x4 0x5 0x6 0x7ffe 0x7f47', undefined],
  ['-1 0x7ffe 0x7f47', 'fault'],
  ['17 0x5 0x2 0x3 0x4 0x5 0x6 0x7ffe 0x7f47', 'fault'],
  ['18 0x5 0x2 0x3 0x4 0x5 0x6 0x7ffe 0x7f47', 'sync'],
  ['75 0x5 0x2 0x3 0x4 0x5 0x6 0x7ffe 0x7f47', 'sync'],
])('a thread whose system call is %s waits for: %s', (text, wait) => {
  expect(waitOf(text, 'x64')).toBe(wait);
  expect(isSync(text, 'x64')).toBe(text.startsWith('75'));
});

describe('a state that is looked at every 10 µs', () => {
  const spansOf = (looks: readonly [isMet: boolean, still: boolean][]) => {
    const log = new SpanLog();
    for (const [index, [isMet, still]] of looks.entries())
      log.state('1', 'sync', isMet, 10 * index, 10 * (index + 1), still);
    return log.all().map(({ fromUs, toUs }) => [fromUs, toUs]);
  };
  test.each<[string, [boolean, boolean][], number[][]]>([
    ['never met', [[false, true]], []],
    [
      'met once',
      [
        [false, false],
        [true, false],
        [false, false],
      ],
      [[15, 25]],
    ],
    [
      'met until the end',
      [
        [false, false],
        [true, false],
        [true, true],
      ],
      [[15, 30]],
    ],
    [
      'met again after the thread ran',
      [
        [true, false],
        [true, false],
      ],
      [
        [5, 15],
        [15, 20],
      ],
    ],
    [
      'met by one that has not run for long',
      [
        [true, true],
        [false, false],
      ],
      [[0, 15]],
    ],
  ])('%s', (_, looks, spans) => {
    expect(spansOf(looks)).toEqual(spans);
  });
});

const span = fc
  .record({ fromUs: fc.nat(100), length: fc.integer({ min: 1, max: 30 }) })
  .map(({ fromUs, length }) => ({ fromUs, toUs: fromUs + length }));

test('a span is what others leave of it, and what they cover', () => {
  fc.assert(
    fc.property(span, fc.array(span), (whole, others) => {
      const taken = merged(others);
      const left = without([whole], taken).reduce((sum, one) => sum + lengthUs(one), 0);
      const covered = taken.reduce((sum, one) => sum + overlapUs(one, whole), 0);
      expect(left + covered).toBe(lengthUs(whole));
    }),
  );
});

test('a timeline finds all that overlap a span, in order', () => {
  fc.assert(
    fc.property(span, fc.array(span), (wanted, all) => {
      const found = new Timeline(all).within(wanted);
      const right = all.filter((one) => overlapUs(one, wanted) > 0);
      expect(found).toHaveLength(right.length);
      expect(new Set(found)).toEqual(new Set(right));
      expect(found.map(({ fromUs }) => fromUs)).toEqual(
        right.map((one) => one.fromUs).sort((a, b) => a - b),
      );
    }),
  );
});

describe('a profile in time', () => {
  const frame = (functionName: string, url: string) => {
    return { functionName, url, scriptId: '1', lineNumber: 4, columnNumber: 0 };
  };
  const nodes = [
    { id: 1, callFrame: frame('(root)', ''), children: [2, 3] },
    { id: 2, callFrame: frame('(idle)', '') },
    { id: 3, callFrame: frame('onTimer', 'node:timers'), children: [4] },
    { id: 4, callFrame: frame('hash', 'file:///app/hash.js'), children: [5] },
    { id: 5, callFrame: frame('update', 'node:crypto') },
  ];
  // Idle, then 4 ms of work, then idle.
  const samples = [2, 2, 4, 5, 5, 4, 2, 2];
  const raw = { nodes, samples, timeDeltas: samples.map(() => 1000), startTime: 0, endTime: 9000 };
  const times = new ProfileTimes(raw, '/app');

  test('names the innermost frame of the user that most samples have', () => {
    const found = times.frameIn([{ fromUs: 2500, toUs: 6500 }]);
    expect(found).toMatchObject({ name: 'hash', file: 'hash.js', line: 5 });
    expect(times.frameIn([{ fromUs: 0, toUs: 2500 }])).toBe(undefined);
  });

  test('knows when the event loop was not idle', () => {
    expect(times.busy()).toEqual([{ kind: 'busy', fromUs: 3000, toUs: 6000 }]);
  });

  test('is divided into the samples of some moments and all others', () => {
    const samplesOf = (profile: { stacks: readonly { samples: number }[] }) =>
      profile.stacks.reduce((sum, { samples }) => sum + samples, 0);
    const { slow, rest } = times.divide([{ fromUs: 2500, toUs: 4500 }]);
    expect([samplesOf(slow), samplesOf(rest)]).toEqual([2, 2]);
  });
});
