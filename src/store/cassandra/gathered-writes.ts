/**
 * Gathers the PUTs of one turn of the event loop: those of one bucket at one level go as one
 * unlogged batch. For the nodes it is one write of one partition, and costs them hardly more than a
 * single PUT does. Each PUT keeps its own version and TTL. They succeed or fail together.
 */
import type { Level } from './levels.js';
import type { Requests, Values } from './requests.js';

/** A node takes a batch as one write. Larger ones hold up its other requests. */
const maxRows = 500;
const maxBytes = 128 * 1024;

interface Gathered {
  readonly level: Level;
  readonly rows: Values[];
  bytes: number;
  /** Settled once the statement is. */
  readonly done: Promise<void>;
  readonly settle: (done: Promise<void>) => void;
}

export class GatheredWrites {
  readonly #requests: Requests;
  readonly #statement: string;
  /** All of this turn, and those that take more, by bucket and level. */
  #turn: Gathered[] = [];
  readonly #open = new Map<string, Gathered>();

  constructor(requests: Requests, statement: string) {
    this.#requests = requests;
    this.#statement = statement;
  }

  /**
   * @param bytes the size of the row, about
   * @throws StoreError as {@link Requests.write} does
   */
  write(values: Values, bucket: number, bytes: number, level: Level): Promise<void> {
    const place = `${bucket} ${level.consistency}`;
    let gathered = this.#open.get(place);
    const isFull =
      gathered && (gathered.rows.length === maxRows || gathered.bytes + bytes > maxBytes);
    if (!gathered || isFull) {
      gathered = this.#begin(level);
      this.#open.set(place, gathered);
    }
    gathered.rows.push(values);
    gathered.bytes += bytes;
    return gathered.done;
  }

  #begin(level: Level): Gathered {
    let settle: Gathered['settle'] = () => {};
    const done = new Promise<void>((resolve) => {
      settle = resolve;
    });
    const gathered = { level, rows: [], bytes: 0, done, settle };
    if (this.#turn.push(gathered) === 1) setImmediate(() => this.#send());
    return gathered;
  }

  #send(): void {
    const all = this.#turn;
    this.#turn = [];
    this.#open.clear();
    for (const { level, rows, settle } of all) {
      const [only] = rows;
      const isSingle = rows.length === 1 && only !== undefined;
      settle(
        isSingle
          ? this.#requests.write(this.#statement, only, level)
          : this.#requests.writeTogether(this.#statement, rows, level, true),
      );
    }
  }
}
