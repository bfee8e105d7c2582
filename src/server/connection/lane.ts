/** The parts that the lanes of one server share. A lane is a way from a socket to the Store. */
import type { TlsOptions } from 'node:tls';
import type { Limits } from '../../config/limits.js';
import type { Door } from '../access/door.js';
import type { Tokens } from '../access/tokens.js';
import type { Service } from '../service.js';
import type { Bookkeeping } from '../statistics/exchange.js';
import type { ByteSemaphore } from './byte-semaphore.js';
import type { Connections } from './connections.js';
import type { ContentRate } from './content-rate.js';
import type { InFlight } from './in-flight.js';
import type { MemoryBudget } from './memory-budget.js';
import type { SliceScheduler } from './slice-scheduler.js';

export interface LaneOptions {
  readonly service: Service;
  readonly limits: Limits;
  readonly door: Door;
  /** Each request must have one of them. Undefined: none is asked for. */
  readonly tokens: Tokens | undefined;
  /** Undefined: the connections are in the clear. */
  readonly tls: TlsOptions | undefined;
  readonly budget: MemoryBudget;
  /** Large writes take turns at the store, so that its queue has room for small ones. */
  readonly largeWrites: ByteSemaphore;
  /** So do the lines of batches. */
  readonly batchWrites: ByteSemaphore;
  /** And deletions of ranges. Each counts as many writes as it queues at once. */
  readonly rangeDeletions: ByteSemaphore;
  readonly contentRate: ContentRate;
  readonly connections: Connections;
  readonly scheduler: SliceScheduler;
  readonly inFlight: InFlight;
  readonly bookkeeping: Bookkeeping;
  /** Called with an error for the operator; its client can't be told in full. */
  readonly report: (error: unknown) => void;
}

/** The event of the server that brings a connection on which requests can be read. */
export function connectionEvent({ tls }: Pick<LaneOptions, 'tls'>) {
  return tls === undefined ? 'connection' : 'secureConnection';
}
