/**
 * One line on a terminal that shows how a run goes, and is erased before the report. Without a
 * terminal nothing is written, so that logs hold reports only. The line is ASCII and shorter than
 * the terminal is wide, since a wrapped line could not be drawn over.
 */
import { fixed } from './printf.js';
import { formatTimeUs } from './wrk2-units.js';

/** The part of tty.WriteStream that is used. */
interface ProgressStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

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
  readonly #stream: ProgressStream;
  /** Characters that stand on the terminal's line. */
  #drawn = 0;

  constructor(stream: ProgressStream) {
    this.#stream = stream;
  }

  update(snapshot: Snapshot): void {
    this.#draw(line(snapshot));
  }

  /** Erases the line. A later update draws it again. */
  end(): void {
    this.#draw('');
    if (this.#drawn > 0) this.#stream.write('\r');
    this.#drawn = 0;
  }

  #draw(text: string): void {
    if (this.#stream.isTTY !== true) return;
    // Some pseudo-terminals say 0 when they do not know.
    const room = (this.#stream.columns || 80) - 1;
    const fitting = text.slice(0, room);
    const line = fitting.padEnd(Math.min(this.#drawn, room));
    if (line === '') return;
    this.#stream.write(`\r${line}`);
    this.#drawn = line.length;
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
