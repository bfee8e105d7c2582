/**
 * The Host of one connection: nearly all of its requests have the same one, checked once. The door
 * has nothing else to ask here. The table of fields leaves a request with Origin or Sec-Fetch-Site
 * to the full lane.
 */
import type { Door } from '../access/door.js';

export class KnownHost {
  readonly #door: Door;
  #bytes: Buffer | undefined;

  constructor(door: Door) {
    this.#door = door;
  }

  /** Whether the door admits the Host that stands there. */
  isAdmitted(bytes: Buffer, start: number, end: number): boolean {
    const known = this.#bytes;
    if (known?.length === end - start) {
      let at = 0;
      while (at < known.length && bytes[start + at] === known[at]) at++;
      if (at === known.length) return true;
    }
    if (!this.#door.admits(bytes.toString('latin1', start, end))) return false;
    // A buffer of its own: a part of Node's pool would keep all of the pool for the connection.
    const copy = Buffer.allocUnsafeSlow(end - start);
    bytes.copy(copy, 0, start, end);
    this.#bytes = copy;
    return true;
  }
}
