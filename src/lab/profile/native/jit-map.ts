/**
 * V8's list of the machine code it made (`/tmp/perf-PID.map`, a line a piece: address, length,
 * name), which it writes if Node runs with --perf-basic-prof. V8 frees code and puts other code in
 * its place, and the list only grows; so where pieces overlap the later one holds. perf takes any
 * of them: in a server after some seconds of load, frames bore the names of code long gone.
 */
interface Piece {
  readonly start: number;
  readonly end: number;
  /** Its place in the list. */
  readonly order: number;
  readonly name: string;
}

export class JitMap {
  /** By start. */
  readonly #pieces: readonly Piece[];
  /** For each piece, the furthest end of it and all before it. */
  readonly #reach: readonly number[];

  constructor(text: string) {
    const pieces = text.split('\n').flatMap((line, order): Piece[] => {
      const [, start = '', length = '', name = ''] =
        /^([0-9a-f]+) ([0-9a-f]+) (.*)$/.exec(line) ?? [];
      const from = Number.parseInt(start, 16);
      return name === ''
        ? []
        : [{ start: from, end: from + Number.parseInt(length, 16), order, name }];
    });
    this.#pieces = pieces.sort((a, b) => a.start - b.start);
    let reach = 0;
    this.#reach = this.#pieces.map(({ end }) => {
      reach = Math.max(reach, end);
      return reach;
    });
  }

  /** The name of the code at the address. */
  nameAt(address: number): string | undefined {
    let found: Piece | undefined;
    for (let at = this.#lastFrom(address); at >= 0 && (this.#reach[at] ?? 0) > address; at--) {
      const piece = this.#pieces[at] as Piece;
      if (piece.end > address && piece.order >= (found?.order ?? 0)) found = piece;
    }
    return found?.name;
  }

  /** The index of the last piece that begins at or before the address; -1 if there is none. */
  #lastFrom(address: number): number {
    let [low, high] = [0, this.#pieces.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#pieces[middle] as Piece).start <= address) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}
