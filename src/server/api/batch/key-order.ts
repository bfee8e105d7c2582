/**
 * Keeps the writes of one key in their order. A large value is copied in slices of time, and is
 * queued at the store when that is done. A later write of the same key, which needs no slices,
 * would go ahead of it. It waits instead; writes of other keys do not.
 */
export class KeyOrder {
  /** By key: the last write that is not done yet. Only of keys with a write in slices. */
  readonly #last = new Map<string, Promise<unknown>>();

  /** @param isSliced whether the write is queued some time after it was begun */
  write<T>(key: Uint8Array, isSliced: boolean, begin: () => Promise<T>): Promise<T> {
    if (!isSliced && this.#last.size === 0) return begin();
    const name = Buffer.from(key).toString('latin1');
    const before = this.#last.get(name);
    if (!isSliced && !before) return begin();
    // However the one before ended: each write has a result of its own.
    const done = before ? before.then(begin, begin) : begin();
    this.#last.set(name, done);
    const forget = () => {
      if (this.#last.get(name) === done) this.#last.delete(name);
    };
    done.then(forget, forget);
    return done;
  }
}
