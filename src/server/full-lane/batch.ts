/** A batch in the full lane: its content is read while its response is sent. */
import type { IncomingMessage } from 'node:http';
import { pieceBytes } from '../../config/limits.js';
import type { Permit } from '../access/permit.js';
import { type BatchBounds, batchBounds } from '../api/batch/batch-bounds.js';
import type { BatchIntake } from '../api/batch/batch-intake.js';
import { performBatch } from '../api/batch/perform-batch.js';
import { needsOperator, overloaded, slowContent } from '../api/problem.js';
import type { ApiResponse } from '../api/response.js';
import type { ByteSemaphore } from '../connection/byte-semaphore.js';
import { cut } from '../connection/cut.js';
import type { LaneOptions } from '../connection/lane.js';
import type { RequestAllowance } from '../connection/request-allowance.js';
import { announcedLength } from './content.js';
import { ContentPieces } from './content-pieces.js';
import type { FullConnection } from './full-connection.js';

export interface BatchExchange {
  readonly req: IncomingMessage;
  readonly connection: FullConnection;
  /** Undefined: the client may write any key. */
  readonly permit: Permit | undefined;
  readonly allowance: RequestAllowance;
  /** Asks for the content, if the client waits for that. */
  readonly beginContent: () => void;
  /** Called when all of the content was read. */
  readonly onContentRead: () => void;
}

/** @throws Problem, StoreError, ClientGone */
export async function serveBatch(
  isAtomic: boolean,
  exchange: BatchExchange,
  lane: LaneOptions,
): Promise<ApiResponse> {
  const { connection, allowance } = exchange;
  const { limits, budget, largeWrites, batchWrites } = lane;
  const { store } = lane.service;
  const bounds = batchBounds(limits, budget.shareBytes, largeWrites, batchWrites);
  if (isAtomic) {
    const { max } = bounds.atomicBytes;
    const announced = announcedLength(exchange.req, Number.POSITIVE_INFINITY) ?? max;
    const bytes = Math.min(announced, max);
    if (!allowance.tryTake(bytes)) {
      connection.pauseContent(true);
      await allowance.reserve(bytes).finally(() => connection.pauseContent(false));
    }
    return performBatch(
      true,
      store,
      intakeOf(exchange, lane, bounds, watchSending(exchange, lane)),
    );
  }
  connection.streams = true;
  const { content, ...response } = await performBatch(
    false,
    store,
    intakeOf(exchange, lane, bounds, () => {}),
  );
  if (content instanceof Uint8Array) return { content, ...response };
  return { ...response, content: (isChunked) => watchTaking(content(isChunked), exchange, lane) };
}

/** @param onEnd called when no more content is awaited */
function intakeOf(
  exchange: BatchExchange,
  lane: LaneOptions,
  bounds: BatchBounds,
  onEnd: () => void,
): BatchIntake {
  const { req, connection, permit, allowance, beginContent, onContentRead } = exchange;
  const { service, limits, inFlight, report } = lane;
  const turnOf = (queue: ByteSemaphore) => async (bytes: number) => {
    await allowance.queueFor(queue, bytes);
    return () => queue.give(bytes);
  };
  const largeTurn = turnOf(lane.largeWrites);
  beginContent();
  const content = new ContentPieces(req, connection, (isWhole) => {
    onEnd();
    if (isWhole) onContentRead();
  });
  return {
    content,
    stop: () => {
      content.stop();
      if (!req.complete) connection.endAfterResponse();
    },
    allowance,
    bounds,
    maxValueBytes: limits.maxValueBytes,
    mustAllowKey: permit && ((key) => permit.mustAllowKey(key)),
    lineTurn: turnOf(lane.batchWrites),
    atomicTurn: async (bytes) => (bytes > pieceBytes ? largeTurn(bytes) : () => {}),
    watchLongLine: () => watchSending(exchange, lane),
    onResting: (isResting) => {
      if (!connection.rest(isResting)) return;
      // A server that stops does not wait for it.
      if (isResting) inFlight.end();
      else inFlight.begin();
    },
    refusal: () => (service.draining ? stopping : undefined),
    onProblem: (problem) => {
      if (needsOperator(problem)) report(problem.cause);
    },
  };
}

/** The client is slow only while it is read. */
function watchSending(
  { req, connection, allowance }: BatchExchange,
  { contentRate, limits }: LaneOptions,
): () => void {
  return contentRate.watch(
    req.socket,
    'sending',
    () => allowance.heldBytes,
    () => connection.fail(slowContent(limits)),
    () => connection.isHeld,
  );
}

/** The client is slow only while results wait for it. */
async function* watchTaking(
  pages: AsyncIterable<Uint8Array>,
  { req, allowance }: BatchExchange,
  { contentRate }: LaneOptions,
): AsyncGenerator<Uint8Array> {
  let isSending = false;
  const unwatch = contentRate.watch(
    req.socket,
    'taking',
    () => allowance.heldBytes,
    () => cut(req.socket),
    () => !isSending,
  );
  try {
    for await (const page of pages) {
      isSending = true;
      yield page;
      isSending = false;
    }
  } finally {
    unwatch();
  }
}

const stopping = overloaded(
  'the server is stopping; send this line, and those after it, to the next one',
);
