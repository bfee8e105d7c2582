/**
 * The retry policy of one request, which also tells whether it may be done though it failed. A
 * request whose node fails goes to the next one. If a node says that replicas did not respond in
 * time, that is final: another node would say the same, later.
 */
import type { policies } from 'cassandra-driver';

type RetryPolicy = policies.retry.RetryPolicy;
type Decision = policies.retry.DecisionInfo;

/** As the driver numbers its decisions. */
const rethrow = { decision: 0 } as Decision;
const nextNode = { decision: 1, consistency: undefined, useCurrentHost: false } as unknown;

/** Nodes that are asked again after one saw too few replicas. */
const maxRefusals = 2;

export class Attempts {
  /** Times that it was sent again though a node may have done it. */
  retries = 0;
  /** Nobody waits for it any more. */
  isOver = false;
  /** Why no node could be asked; undefined: one is asked now. */
  withoutNode: unknown;

  /** As the driver takes it. It never asks for the class. */
  get policy(): RetryPolicy {
    return this as unknown as RetryPolicy;
  }

  /**
   * Too few replicas are alive, as the node sees it. One that has just started sees the others as
   * dead for some seconds, so another one is asked. None of them did anything.
   */
  onUnavailable({ nbRetry }: { readonly nbRetry: number }): Decision {
    return this.isOver || nbRetry >= maxRefusals ? rethrow : (nextNode as Decision);
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
