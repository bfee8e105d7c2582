/**
 * Clients that hold memory for content must move it: a least rate, over windows of a fixed length.
 * One sweep each second looks at all of them, so a request needs no timer.
 */
import type { Socket } from 'node:net';
import type { Limits } from '../../config/limits.js';

/** The client sends content, or takes it. */
export type Direction = 'sending' | 'taking';

/** A page of a range, or less: a client may take its time with it until `limits.stallMs`. */
const maxUnwatchedBytes = 128 * 1024;

const sweepMs = 1000;
const never = () => false;

interface Watched {
  readonly socket: Socket;
  readonly direction: Direction;
  /** Memory that the client holds now. */
  readonly heldBytes: () => number;
  readonly onSlow: () => void;
  readonly isPaused: () => boolean;
  windowBeganMs: number;
  movedBefore: number;
}

export class ContentRate {
  readonly #bytesPerMs: number;
  readonly #windowMs: number;
  readonly #now: () => number;
  readonly #sweepMs: number;
  readonly #watched = new Set<Watched>();
  #lastSweepMs = 0;
  #timer: NodeJS.Timeout | undefined;

  /** @param now milliseconds of any clock that only moves forward */
  constructor(
    limits: Pick<Limits, 'minContentBytesPerSecond' | 'contentGraceMs'>,
    now = () => performance.now(),
  ) {
    this.#bytesPerMs = limits.minContentBytesPerSecond / 1000;
    this.#windowMs = limits.contentGraceMs;
    this.#sweepMs = Math.min(sweepMs, this.#windowMs);
    this.#now = now;
  }

  /**
   * Watches a client from now on.
   * @param onSlow called once, when the client was too slow; it is watched no longer then
   * @param isPaused whether the client can't move anything now, for a reason that is not its own.
   *   Each sweep asks, so pauses count by the second
   * @returns ends the watch; may be called twice
   */
  watch(
    socket: Socket,
    direction: Direction,
    heldBytes: () => number,
    onSlow: () => void,
    isPaused: () => boolean = never,
  ): () => void {
    const watched = {
      socket,
      direction,
      heldBytes,
      onSlow,
      isPaused,
      windowBeganMs: this.#now(),
      movedBefore: movedBytes(socket, direction),
    };
    this.#watched.add(watched);
    if (this.#timer === undefined) {
      this.#timer = setInterval(() => this.sweep(), this.#sweepMs).unref();
      this.#lastSweepMs = this.#now();
    }
    return () => {
      this.#watched.delete(watched);
    };
  }

  /** Judges those whose window is over. */
  sweep(): void {
    const nowMs = this.#now();
    // While this process did not run, nobody could move anything: that time is not counted.
    const sweptMs = nowMs - this.#lastSweepMs;
    const standstillMs = Math.max(0, sweptMs - 2 * this.#sweepMs);
    this.#lastSweepMs = nowMs;
    for (const watched of this.#watched) {
      const { socket, direction, movedBefore } = watched;
      const uncountedMs = watched.isPaused() ? sweptMs : standstillMs;
      watched.windowBeganMs = Math.min(nowMs, watched.windowBeganMs + uncountedMs);
      const windowMs = nowMs - watched.windowBeganMs;
      if (windowMs < this.#windowMs) continue;
      const moved = movedBytes(socket, direction);
      watched.windowBeganMs = nowMs;
      watched.movedBefore = moved;
      const mayBeSlow = direction === 'taking' && watched.heldBytes() <= maxUnwatchedBytes;
      if (mayBeSlow || moved - movedBefore >= this.#bytesPerMs * windowMs) continue;
      this.#watched.delete(watched);
      watched.onSlow();
    }
    if (this.#watched.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

/** The counts of libuv's stream tell how far one long write has come, which net.Socket does not. */
interface Handle {
  readonly bytesWritten?: number;
  readonly writeQueueSize?: number;
}

function movedBytes(socket: Socket, direction: Direction): number {
  if (direction === 'sending') return socket.bytesRead;
  const { _handle: handle } = socket as unknown as { _handle?: Handle | null };
  // Without the handle's counts nobody is slow; `limits.stallMs` cuts those that do not move.
  return (handle?.bytesWritten ?? Number.POSITIVE_INFINITY) - (handle?.writeQueueSize ?? 0);
}
