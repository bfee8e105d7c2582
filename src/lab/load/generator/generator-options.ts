/** The tools of a generator thread, once its source of requests is ready. */
import type { Target } from '../http/target.js';
import type { LoadOptions } from '../load-options.js';
import type { RequestSource } from '../request/request-source.js';
import type { Clock } from './clock.js';
import type { Control, FromThread } from './messages.js';
import type { SharedRecords } from './recorder.js';

export interface GeneratorOptions {
  readonly load: LoadOptions;
  /** 0 … threads − 1. */
  readonly thread: number;
  readonly target: Target;
  readonly source: RequestSource;
  readonly records: SharedRecords;
  readonly control: Control;
  readonly clock: Clock;
  /** Sends a message to the main thread. */
  readonly post: (message: FromThread) => void;
}
