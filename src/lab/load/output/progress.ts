/**
 * How a run goes, in some lines on a terminal that are erased before the report. A terminal that is
 * low, or does not say how high it is, gets one line.
 */
import { fixed } from './printf.js';
import { TerminalBlock, takesBlock } from './terminal-block.js';
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
  readonly more?: MoreFigures;
}

/** For a terminal with room. */
export interface MoreFigures {
  readonly maxUs: number;
  /** The most frequent failure, in words. */
  readonly cause: string | undefined;
  /** In a run in stages: `2 of 3: 5000/s for 60s`. */
  readonly stage: string | undefined;
  /** The last ones, the newest at the end; latencies are of each second alone. */
  readonly seconds: readonly {
    readonly completed: number;
    readonly errors: number;
    readonly p50Us: number;
    readonly p99Us: number;
    readonly maxUs: number;
  }[];
}

/** The lines of the whole view. */
const viewLines = 7;
/** From nothing to the most of them. */
const bars = ' .:-=+*#%@';

export class Progress {
  readonly #line: TerminalLine;
  readonly #block: TerminalBlock | undefined;

  constructor(stream: TerminalStream) {
    this.#line = new TerminalLine(stream);
    this.#block = takesBlock(stream, viewLines) ? new TerminalBlock(stream) : undefined;
  }

  update(snapshot: Snapshot): void {
    const { more } = snapshot;
    if (this.#block && more && !snapshot.warmingUp) {
      this.#line.end();
      this.#block.draw(view(snapshot, more));
    } else this.#line.draw(line(snapshot));
  }

  /** Erases it. A later update draws it again. */
  end(): void {
    this.#block?.end();
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
    errors(now.errors),
  ];
  return `  ${parts.join('   ')}`;
}

function view(now: Snapshot, { maxUs, cause, stage, seconds }: MoreFigures): string[] {
  const last = seconds.at(-1);
  const times = (p50Us: number, p99Us: number, max: number) =>
    [`p50 ${formatTimeUs(p50Us)}`, `p99 ${formatTimeUs(p99Us)}`, `max ${formatTimeUs(max)}`]
      .map((text) => text.padEnd(14))
      .join(' ');
  const failed = cause === undefined ? '' : `, mostly: ${ascii(cause)}`;
  const where = stage === undefined ? '' : `   stage ${ascii(stage)}`;
  return [
    `  ${clock(now.elapsedMs)} of ${clock(now.totalMs)}${where}`,
    `  ${'requests/s'.padEnd(12)} ${fixed(now.ratePerSecond, 0)}`,
    `  ${'last second'.padEnd(12)} ${last ? times(last.p50Us, last.p99Us, last.maxUs) : ''}`,
    `  ${'so far'.padEnd(12)} ${times(now.p50Us, now.p99Us, maxUs)}`,
    `  ${'rate'.padEnd(12)} |${chart(seconds.map(({ completed }) => completed))}|`,
    `  ${'p99'.padEnd(12)} |${chart(seconds.map(({ p99Us }) => p99Us))}|`,
    `  ${errors(now.errors)}${failed}`,
  ].map((text) => text.trimEnd());
}

/** A character for each value: how much it is of the largest. */
export function chart(values: readonly number[]): string {
  const most = Math.max(...values, 0);
  return values
    .map((value) => bars[most === 0 ? 0 : Math.ceil((value / most) * (bars.length - 1))])
    .join('');
}

function errors(count: number): string {
  return count === 1 ? '1 error' : `${count} errors`;
}

function ascii(text: string): string {
  return text.replace(/–/g, '-').replace(/[^\x20-\x7e]/g, '?');
}

/** `0:07`, `1:00`, `90:00` */
function clock(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
