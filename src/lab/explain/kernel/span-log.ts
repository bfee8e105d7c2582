/** Looks at a state that lasts, made spans; within a bound. */
import type { EvidenceKind, Seen } from '../evidence.js';

/** About one for each look in ten minutes; later ones are not kept. */
const maxSpans = 300_000;

export class SpanLog {
  readonly #spans: Seen[] = [];
  readonly #open = new Map<
    string,
    { fromUs: number; toUs: number; kind: EvidenceKind; note?: string }
  >();

  add(seen: Seen): void {
    if (this.#spans.length < maxSpans) this.#spans.push(seen);
  }

  /**
   * A look at a thread. A state that is met counts from the middle between this look and the last:
   * from the last one on, if the thread has not run since.
   * @param isMet whether it is in the state now
   */
  state(
    thread: string,
    kind: EvidenceKind,
    isMet: boolean,
    lastUs: number,
    nowUs: number,
    still: boolean,
    note?: string,
  ): void {
    const key = `${thread} ${kind}`;
    const open = this.#open.get(key);
    const middleUs = (lastUs + nowUs) / 2;
    if (isMet && open && still) open.toUs = nowUs;
    else {
      if (open) {
        this.#open.delete(key);
        this.add({ ...open, toUs: middleUs });
      }
      if (isMet)
        this.#open.set(key, {
          ...{ kind, fromUs: still ? lastUs : middleUs, toUs: nowUs },
          ...(note !== undefined && { note }),
        });
    }
  }

  all(): readonly Seen[] {
    return [...this.#spans, ...this.#open.values()];
  }
}
