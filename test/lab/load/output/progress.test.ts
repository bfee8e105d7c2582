/**
 * The live line: what it shows, that it fits, that it leaves nothing behind, and that it needs a
 * terminal.
 */
import { describe, expect, test } from 'vitest';
import { chart, Progress, type Snapshot } from '#dist/lab/load/output/progress.js';

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

/** A terminal of some lines that knows the three commands the view is made of. */
class HighTerminal {
  readonly isTTY = true;
  columns = 80;
  rows = 24;
  lines: string[] = ['above', ''];
  #row = 1;
  #column = 0;

  #overwrite(part: string): void {
    const line = this.lines[this.#row] ?? '';
    const end = this.#column + part.length;
    this.lines[this.#row] = line.slice(0, this.#column) + part + line.slice(end);
    this.#column = end;
  }

  write(text: string): void {
    // A sequence begins with ESC and [; it is spelled ^ here, which no line of ours has.
    const plain = text.replaceAll('\u001b[', '^');
    for (const part of plain.match(/\^\d*[A-Z]|\r|\n|[^^\r\n]+/g) ?? []) {
      const [, count, command] = /^\^(\d*)([A-Z])$/.exec(part) ?? [];
      if (command === 'A') this.#row -= Number(count);
      else if (command === 'J') this.lines.splice(this.#row, Infinity, '');
      else if (part === '\n') {
        this.lines[++this.#row] ??= '';
        this.#column = 0;
      } else if (part === '\r') this.#column = 0;
      else this.#overwrite(part);
      expect(this.#row, 'the line above is left alone').toBeGreaterThan(0);
      expect(this.lines[this.#row]?.length, 'columns used').toBeLessThan(this.columns);
    }
  }
}

describe('the live view', () => {
  const second = (completed: number, p99Us: number) => ({
    ...{ completed, errors: 0, p50Us: 900, p99Us, maxUs: 9000 },
  });
  const more = {
    ...{ maxUs: 90_000, cause: undefined, stage: undefined },
    seconds: [second(100, 1000), second(50, 4000)],
  };

  test('shows the last second, all so far, and both over time', () => {
    const terminal = new HighTerminal();
    new Progress(terminal).update({ ...snapshot, more });
    expect(terminal.lines).toEqual([
      'above',
      '  1:07 of 10:00',
      '  requests/s   9998',
      '  last second  p50 0.90ms     p99 4.00ms     max 9.00ms',
      '  so far       p50 1.03ms     p99 2.24ms     max 90.00ms',
      '  rate         |@+|',
      '  p99          |-@|',
      '  0 errors',
      '',
    ]);
  });

  test('draws over itself, names stage and failure, and leaves nothing at the end', () => {
    const terminal = new HighTerminal();
    const progress = new Progress(terminal);
    progress.update({ ...snapshot, warmingUp: true });
    progress.update({ ...snapshot, more });
    progress.update({
      ...{ ...snapshot, errors: 3 },
      more: { ...more, stage: '2 of 3: 1000–5000/s for 60s', cause: 'read: Zoë' },
    });
    expect(terminal.lines[1]).toContain('stage 2 of 3: 1000-5000/s for 60s');
    expect(terminal.lines.at(-2)).toBe('  3 errors, mostly: read: Zo?');
    expect(terminal.lines).toHaveLength(9);
    progress.end();
    expect(terminal.lines).toEqual(['above', '']);
  });

  test('is one line on a terminal that is low', () => {
    const terminal = new Terminal();
    new Progress(Object.assign(terminal, { rows: 10 })).update({ ...snapshot, more });
    expect(terminal.shown).toMatch(/^ {2}1:07 of 10:00 {3}9998 requests/);
  });

  test('charts nothing as blanks, and the most as the fullest', () => {
    expect([chart([]), chart([0, 0]), chart([0, 1, 9])]).toEqual(['', '  ', ' .@']);
  });
});
