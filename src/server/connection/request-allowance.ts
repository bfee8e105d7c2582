/** Slices of the event loop's time, and a share of the memory, for requests of one connection. */
import type { Socket } from 'node:net';
import type { Allowance } from '../../store/store.js';
import { type MemoryBudget, Reservation } from './memory-budget.js';
import type { SliceScheduler } from './slice-scheduler.js';

export class RequestAllowance extends Reservation implements Allowance {
  readonly #scheduler: SliceScheduler;
  readonly #socket: Socket;

  constructor(budget: MemoryBudget, scheduler: SliceScheduler, socket: Socket) {
    super(budget);
    this.#scheduler = scheduler;
    this.#socket = socket;
  }

  /** @throws ClientGone */
  slice(): Promise<number> {
    return this.#scheduler.slice(this.#socket);
  }
}
