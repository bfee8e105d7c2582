/**
 * How many requests are due by when: the stages of a run, one behind the other. The rate of a stage
 * is constant, or rises or falls evenly. Counts are exact fractions, so due times do not drift.
 */
import type { RateOptions } from '../load-options.js';

interface Piece {
  readonly beginUs: number;
  /** Requests due before it begins. */
  readonly before: number;
  readonly durationUs: number;
  /** Requests per second at its ends. */
  readonly from: number;
  readonly to: number;
}

export class RateCurve {
  readonly #pieces: readonly Piece[];

  /** @param beginUs when the first request is due. The last rate goes on after the last stage. */
  constructor(beginUs: number, { rate, warmupMs, stages = [] }: RateOptions) {
    const pieces: Piece[] = [];
    let [us, before] = [beginUs, 0];
    const add = (from: number, to: number, durationMs: number) => {
      pieces.push({ beginUs: us, before, durationUs: durationMs * 1000, from, to });
      us += durationMs * 1000;
      before += (((from + to) / 2) * durationMs) / 1000;
    };
    const first = stages[0]?.fromRate ?? rate;
    if (warmupMs > 0 && stages.length > 0) add(first, first, warmupMs);
    for (const { fromRate, toRate, durationMs } of stages) add(fromRate, toRate, durationMs);
    const last = stages.at(-1)?.toRate ?? rate;
    pieces.push({ beginUs: us, before, durationUs: Infinity, from: last, to: last });
    this.#pieces = pieces;
  }

  /** When the request is due that so many are due before; infinity if never. */
  dueUs(count: number): number {
    const { beginUs, before, durationUs, from, to } = this.#last((piece) => piece.before <= count);
    const left = count - before;
    if (left === 0) return beginUs;
    if (from === to) return from === 0 ? Infinity : beginUs + (left * 1e6) / from;
    // left = from·t + slope·t²/2, in the form that has no difference of large numbers.
    const slope = ((to - from) * 1e6) / durationUs;
    const root = Math.sqrt(Math.max(0, from * from + 2 * slope * left));
    return Math.min(beginUs + durationUs, beginUs + (2 * left * 1e6) / (from + root));
  }

  /** Requests due before a time, fractions of one included. */
  count(us: number): number {
    const piece = this.#last(({ beginUs }) => beginUs <= us);
    const { beginUs, before, durationUs, from, to } = piece;
    const elapsedUs = Math.max(0, us - beginUs);
    // A rate that does not change is spelled without the length of its stage, which has no end.
    const rate = from === to ? from : from + ((to - from) * elapsedUs) / durationUs / 2;
    return before + (elapsedUs * rate) / 1e6;
  }

  #last(begun: (piece: Piece) => boolean): Piece {
    const pieces = this.#pieces;
    let index = pieces.length - 1;
    while (index > 0 && !begun(pieces[index] as Piece)) index--;
    return pieces[index] as Piece;
  }
}
