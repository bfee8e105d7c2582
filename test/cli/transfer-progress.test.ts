/** The progress of an import or export, on a terminal and without one. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { TransferProgress } from '#dist/cli/data/transfer-progress.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function start(isTTY: boolean, isDrawn = true) {
  let written = '';
  const stream = { isTTY, columns: 80, write: (text: string) => (written += text) };
  return { progress: new TransferProgress({ stream, isDrawn }), written: () => written };
}

/** The lines that a terminal shows: one that is drawn over counts as it was left. */
function shown(written: string): string[] {
  return written.split('\n').map((line) => {
    let text = '';
    for (const part of line.split('\r')) text = part + text.slice(part.length);
    return text.trimEnd();
  });
}

test('a message has a line of its own, and the progress goes on below it', () => {
  const { progress, written } = start(true);
  progress.add(3, 2 ** 20);
  vi.advanceTimersByTime(1000);
  progress.say('line 4 was refused');
  vi.advanceTimersByTime(1000);
  expect(shown(written())).toEqual([
    'evenkeel: line 4 was refused',
    '3 entities, 1.0 MiB, in 2.0 s, 2 per second',
  ]);
});

test('the time goes on while nothing moves, and a summary is the last line', () => {
  const { progress, written } = start(true);
  progress.add(1, 0);
  vi.advanceTimersByTime(10_000);
  expect(shown(written())).toEqual(['1 entity, 0.0 MiB, in 10.0 s, 0 per second']);
  progress.summarize('stored');
  vi.advanceTimersByTime(10_000);
  expect(shown(written())).toEqual([
    'evenkeel: stored 1 entity, 0.0 MiB, in 10.0 s, 0 per second',
    '',
  ]);
});

test.each([
  ['without a terminal', false, true],
  ['when the lines go there', true, false],
])('%s only the summary is written', (_, isTTY, isDrawn) => {
  const { progress, written } = start(isTTY, isDrawn);
  progress.add(2, 0);
  vi.advanceTimersByTime(1000);
  progress.summarize('wrote');
  expect(written()).toBe('evenkeel: wrote 2 entities, 0.0 MiB, in 1.0 s, 2 per second\n');
});
