/** What a request of the full lane may use: slices of the event loop's time, and memory. */
import type { Socket } from 'node:net';
import type { Allowance } from '../../store/store.js';
import type { Reservation } from './memory-budget.js';
import type { SliceScheduler } from './slice-scheduler.js';

export class RequestAllowance implements Allowance {
  readonly #reservation: Reservation;
  readonly #scheduler: SliceScheduler;
  readonly #socket: Socket;

  constructor(reservation: Reservation, scheduler: SliceScheduler, socket: Socket) {
    this.#reservation = reservation;
    this.#scheduler = scheduler;
    this.#socket = socket;
  }

  /** @throws ClientGone */
  slice(): Promise<number> {
    return this.#scheduler.slice(this.#socket);
  }

  /** @throws Problem 503 when so many bytes more do not fit */
  take(bytes: number): void {
    this.#reservation.take(bytes);
  }

  give(bytes: number): void {
    this.#reservation.give(bytes);
  }
}
