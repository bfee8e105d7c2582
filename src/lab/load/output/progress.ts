/** How a run goes, in one line on a terminal that is erased before the report. */
import { fixed } from './printf.js';
import { TerminalLine, type TerminalStream } from './terminal-line.js';
import { formatTimeUs } from './wrk2-units.js';

export interface Snapshot {
  readonly warmingUp: boolean;
  readonly elapsedMs: number;
  readonly totalMs: number;
  /** Responses in the last second. */
  readonly ratePerSecond: number;
  readonly p50Us: number;
  readonly p99Us: number;
  /** All kinds, so far. */
  readonly errors: number;
}

export class Progress {
  readonly #line: TerminalLine;

  constructor(stream: TerminalStream) {
    this.#line = new TerminalLine(stream);
  }

  update(snapshot: Snapshot): void {
    this.#line.draw(line(snapshot));
  }

  /** Erases the line. A later update draws it again. */
  end(): void {
    this.#line.end();
  }
}

function line(now: Snapshot): string {
  const time = `${clock(now.elapsedMs)} of ${clock(now.totalMs)}`;
  if (now.warmingUp) return `  ${time}   warming up`;
  const parts = [
    time,
    `${fixed(now.ratePerSecond, 0)} requests/s`,
    `p50 ${formatTimeUs(now.p50Us)}`,
    `p99 ${formatTimeUs(now.p99Us)}`,
    now.errors === 1 ? '1 error' : `${now.errors} errors`,
  ];
  return `  ${parts.join('   ')}`;
}

/** `0:07`, `1:00`, `90:00` */
function clock(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
