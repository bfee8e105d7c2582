/**
 * Operations in, a result each out, in order. While one request is under way the next is made
 * ready; the source is asked for no more than that.
 */
import { EvenkeelError } from './error.js';
import {
  type BatchResult,
  lineOf,
  type Operation,
  type OperationLine,
  type OperationResult,
  resultOf,
} from './operation.js';
import { lines, type Reply } from './pieces.js';
import { retryDelayMs, sleep } from './retry.js';
import { type Operations, Segments } from './segments.js';
import type { CallOptions, Transport } from './transport.js';

const target = '/v0/entities';
const headers = { 'Content-Type': 'application/x-ndjson' };

export async function* streamBatch(
  transport: Transport,
  operations: Operations,
  options: CallOptions,
): AsyncGenerator<BatchResult, void> {
  const segments = new Segments(operations);
  try {
    let next = segments.next(tick());
    for (;;) {
      const segment = await next;
      if (segment.length === 0) return;
      let finish = () => {};
      const finished = new Promise<void>((resolve) => {
        finish = resolve;
      });
      next = segments.next(finished.then(tick));
      // It is awaited when these results are all there.
      next.catch(() => {});
      yield* sendSegment(transport, segment, options);
      finish();
    }
  } finally {
    segments.return();
  }
}

/** All operations, or none. */
export function atomicBatch(
  transport: Transport,
  operations: readonly Operation[],
  options: CallOptions,
): Promise<OperationResult[]> {
  const segment = operations.map(lineOf);
  const call = callOf(segment, `${target}?atomic=true`, options);
  return transport.call(call, async (reply) => {
    const results: OperationResult[] = [];
    for await (const result of resultsOf(segment, reply))
      if (result.kind === 'failed') throw result.error;
      else results.push(result);
    return results;
  });
}

/** Sends what has no result yet, until all have one. */
async function* sendSegment(
  transport: Transport,
  segment: readonly OperationLine[],
  options: CallOptions,
): AsyncGenerator<BatchResult, void> {
  let done = 0;
  for (let tried = 1; ; tried++) {
    const rest = segment.slice(done);
    const call = callOf(rest, target, options);
    const policy = { retries: transport.retries(options), isIdempotent: call.isIdempotent };
    try {
      for await (const result of resultsOf(rest, await transport.attempt(call))) {
        done++;
        tried = 1;
        yield result;
      }
      return;
    } catch (error) {
      const delayMs = retryDelayMs(error, tried, policy);
      if (delayMs === undefined) throw error;
      await sleep(delayMs, options.signal);
    }
  }
}

/** @throws EvenkeelError what ended the batch, or `connection` if it has fewer results */
async function* resultsOf(
  segment: readonly OperationLine[],
  reply: Reply,
): AsyncGenerator<BatchResult, void> {
  let count = 0;
  let last: BatchResult | undefined;
  for await (const text of lines(reply)) {
    // One result behind, because the last one may be about the whole batch.
    if (last) yield last;
    const line = segment[count++];
    if (!line) throw new EvenkeelError('protocol', 'there are more results than operations');
    last = resultOf(line.operation, text);
  }
  if (last?.kind === 'failed' && count < segment.length) throw last.error;
  if (last) yield last;
  if (count < segment.length)
    throw new EvenkeelError('connection', `only ${count} of ${segment.length} results came`);
}

function callOf(segment: readonly OperationLine[], target: string, options: CallOptions) {
  return {
    ...options,
    method: 'POST',
    target,
    headers,
    content: new TextEncoder().encode(segment.map(({ text }) => text).join('')),
    isIdempotent: segment.every(({ isIdempotent }) => isIdempotent),
  } as const;
}

/** Until all that is ready now has run. */
function tick(): Promise<void> {
  return sleep(0, undefined);
}
