/**
 * Sends requests one after the other over one connection. So the server does the same work for
 * each, in a turn of its own, however busy the machine is: a budget counts work, not time.
 */
import { monotonicClock } from '../load/generator/clock.js';
import { Connection } from '../load/http/connection.js';
import { faultFinder } from '../load/http/expectation.js';
import { firstOpen, resolveTargets } from '../load/http/target.js';
import { TargetError } from '../load/load-errors.js';
import { type LoadOptions, loadLimits } from '../load/load-options.js';
import { plainSource } from '../load/request/plain.js';

export interface RequestLoop {
  /** Resolves when so many more are answered. @throws TargetError if one fails */
  send(count: number): Promise<void>;
  /** How many have been answered. */
  readonly answered: number;
  close(): void;
}

/** @param options with plain work, and one thread @throws TargetError */
export async function openRequestLoop(options: LoadOptions): Promise<RequestLoop> {
  const clock = monotonicClock();
  const source = plainSource(options);
  const faultOf = faultFinder(options.expect);
  let answered = 0;
  let wanted = 0;
  let done: (() => void) | undefined;
  let fail: ((error: Error) => void) | undefined;
  let failure: Error | undefined;
  const failed = (why: string) => {
    failure ??= new TargetError(`a request failed: ${why}`);
    fail?.(failure);
  };
  const next = () => {
    if (answered >= wanted) done?.();
    else if (connection.ready) connection.send();
  };
  const connection = new Connection(
    {
      target: await firstOpen(await resolveTargets(options), options),
      source,
      timeoutMs: options.timeoutMs,
      maxContentBytes: loadLimits.messageBytes,
      collect: (options.expect?.patterns.length ?? 0) > 0,
      now: () => clock.now(),
    },
    {
      onReady: next,
      onResponse: (status, content) => {
        answered++;
        const fault = faultOf(status, content);
        if (fault !== undefined) failed(fault);
        return true;
      },
      onFailure: (kind, cause) => failed(`${kind}: ${cause}`),
      onBytes: () => {},
      onOpening: () => {},
    },
  );
  connection.open();
  return {
    get answered() {
      return answered;
    },
    send: (count) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(
          () => failed(`${wanted - answered} were not answered in time`),
          options.timeoutMs + count * options.timeoutMs,
        );
        const end = (finish: () => void) => () => {
          clearTimeout(timer);
          finish();
        };
        done = end(resolve);
        fail = (error) => end(() => reject(error))();
        if (failure) return fail(failure);
        wanted = answered + count;
        next();
      }),
    close: () => connection.close(),
  };
}
