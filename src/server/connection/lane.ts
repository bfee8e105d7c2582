/** What a lane, a way from a socket to the Store, is given to work with. The lanes of one server share it. */
import type { Limits } from '../../config/limits.js';
import type { Service } from '../service.js';
import type { Running } from './in-flight.js';
import type { Memory } from './memory-budget.js';

export interface LaneOptions {
  readonly service: Service;
  readonly limits: Limits;
  readonly memory: Memory;
  readonly running: Running;
  /** Called with an error that its client can't be told in full, for the operator. */
  readonly report: (error: unknown) => void;
}
