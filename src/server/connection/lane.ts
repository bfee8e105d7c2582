/** The parts that the lanes of one server share. A lane is a way from a socket to the Store. */
import type { Limits } from '../../config/limits.js';
import type { Service } from '../service.js';
import type { InFlight } from './in-flight.js';
import type { MemoryBudget } from './memory-budget.js';
import type { SliceScheduler } from './slice-scheduler.js';

export interface LaneOptions {
  readonly service: Service;
  readonly limits: Limits;
  readonly budget: MemoryBudget;
  readonly scheduler: SliceScheduler;
  readonly inFlight: InFlight;
  /** Called with an error for the operator; its client can't be told in full. */
  readonly report: (error: unknown) => void;
}
