/**
 * The retry policy of one request, which also tells whether it was sent more than once. A request
 * whose node fails goes to the next one. If a node says that replicas failed, that is final:
 * another node would say the same, later.
 */
import type { policies } from 'cassandra-driver';

type RetryPolicy = policies.retry.RetryPolicy;
type Decision = policies.retry.DecisionInfo;

/** As the driver numbers its decisions. */
const rethrow = { decision: 0 } as Decision;
const nextNode = { decision: 1, consistency: undefined, useCurrentHost: false } as unknown;

export class Attempts {
  /** Times that it was sent again. */
  retries = 0;
  /** Nobody waits for it any more. */
  isOver = false;

  /** As the driver takes it. It never asks for the class. */
  get policy(): RetryPolicy {
    return this as unknown as RetryPolicy;
  }

  onUnavailable(): Decision {
    return rethrow;
  }

  onReadTimeout(): Decision {
    return rethrow;
  }

  onWriteTimeout(): Decision {
    return rethrow;
  }

  /** The node hangs, is overloaded or is gone. Whether it did the request is not known. */
  onRequestError(): Decision {
    this.retries++;
    return this.isOver ? rethrow : (nextNode as Decision);
  }
}
