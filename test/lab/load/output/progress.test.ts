/**
 * The live line: what it shows, that it fits, that it leaves nothing behind, and that it needs a
 * terminal.
 */
import { describe, expect, test } from 'vitest';
import { Progress, type Snapshot } from '#dist/lab/load/output/progress.js';

const snapshot: Snapshot = {
  warmingUp: false,
  elapsedMs: 67_900,
  totalMs: 600_000,
  ratePerSecond: 9998.4,
  p50Us: 1030,
  p99Us: 2240,
  errors: 0,
};

/** A terminal of one line that knows what \r does and would show what wraps. */
class Terminal {
  readonly isTTY: boolean = true;
  columns = 80;
  line: string[] = [];
  #at = 0;
  writes = 0;

  write(text: string): void {
    this.writes++;
    for (const character of text) {
      if (character === '\r') this.#at = 0;
      else this.line[this.#at++] = character;
      expect(this.#at, 'columns used').toBeLessThan(this.columns);
    }
  }

  get shown(): string {
    return this.line.join('').trimEnd();
  }
}

describe('the live line', () => {
  test('shows time, rate, latencies and errors', () => {
    const terminal = new Terminal();
    const progress = new Progress(terminal);
    progress.update(snapshot);
    expect(terminal.shown).toBe(
      '  1:07 of 10:00   9998 requests/s   p50 1.03ms   p99 2.24ms   0 errors',
    );
    progress.update({ ...snapshot, errors: 1 });
    expect(terminal.shown).toBe(
      '  1:07 of 10:00   9998 requests/s   p50 1.03ms   p99 2.24ms   1 error',
    );
  });

  test('leaves nothing of a longer one behind, nor of itself at the end', () => {
    const terminal = new Terminal();
    const progress = new Progress(terminal);
    progress.update({ ...snapshot, errors: 123_456 });
    progress.update({ ...snapshot, ratePerSecond: 1, p50Us: 0, p99Us: 0, errors: 9 });
    expect(terminal.shown).toMatch(/ 9 errors$/);
    progress.end();
    expect(terminal.shown).toBe('');
    progress.update(snapshot);
    expect(terminal.shown).toMatch(/^ {2}1:07 of /);
  });

  test.each([1, 2, 10, 40, 71, 72])('is shorter than a terminal of %d columns', (columns) => {
    const terminal = new Terminal();
    terminal.columns = columns;
    const progress = new Progress(terminal);
    progress.update(snapshot);
    progress.end();
    expect(terminal.shown).toBe('');
    expect(terminal.line.length).toBeLessThan(columns);
  });

  test('takes an unknown width for 80 columns', () => {
    let written = '';
    new Progress({ isTTY: true, columns: 0, write: (text) => (written += text) }).update({
      ...snapshot,
      errors: 1e15,
    });
    expect(written).toHaveLength(80);
  });

  test('is not written without a terminal, and not erased where it was not drawn', () => {
    const written: string[] = [];
    const quiet = new Progress({ write: (text) => written.push(text) });
    quiet.update(snapshot);
    quiet.end();
    const terminal = new Terminal();
    new Progress(terminal).end();
    expect([written, terminal.writes]).toEqual([[], 0]);
  });
});
