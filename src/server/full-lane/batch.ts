/** A batch in the full lane: its content is read while its response is sent. */
import type { IncomingMessage } from 'node:http';
import { maxAtomicBytes, maxBatchLineBytes, pieceBytes } from '../../config/limits.js';
import type { BatchIntake } from '../api/batch/batch-intake.js';
import { performBatch } from '../api/batch/perform-batch.js';
import { needsOperator, overloaded, Problem, slowContent } from '../api/problem.js';
import type { ApiResponse } from '../api/response.js';
import type { LaneOptions } from '../connection/lane.js';
import type { RequestAllowance } from '../connection/request-allowance.js';
import { announcedLength } from './content.js';
import { ContentPieces } from './content-pieces.js';
import type { FullConnection } from './full-connection.js';

export interface BatchExchange {
  readonly req: IncomingMessage;
  readonly connection: FullConnection;
  readonly allowance: RequestAllowance;
  /** Asks for the content, if the client waits for that. */
  readonly beginContent: () => void;
}

/** @throws Problem, StoreError, ClientGone */
export async function serveBatch(
  isAtomic: boolean,
  { req, connection, allowance, beginContent }: BatchExchange,
  lane: LaneOptions,
): Promise<ApiResponse> {
  const { service, limits, contentRate, inFlight, report } = lane;
  const { store } = service;
  const watchSending = () =>
    contentRate.watch(
      req.socket,
      'sending',
      () => allowance.heldBytes,
      () => connection.fail(slowContent(limits)),
    );
  const begin = () => {
    beginContent();
    return new ContentPieces(req, connection);
  };
  const intakeOf = (content: ContentPieces): BatchIntake => ({
    content,
    stop: () => {
      content.stop();
      if (!req.complete) connection.fail(unread);
    },
    allowance,
    maxLineBytes: maxBatchLineBytes,
    maxValueBytes: limits.maxValueBytes,
    writes: lane.batchWrites,
    duringWrite: (bytes, work) =>
      bytes > pieceBytes ? lane.largeWrites.during(bytes, work) : work(),
    watchLongLine: watchSending,
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
  });
  if (!isAtomic) {
    connection.streams = true;
    return performBatch(false, store, intakeOf(begin()));
  }
  const announced = announcedLength(req, Number.POSITIVE_INFINITY) ?? maxAtomicBytes;
  const bytes = Math.min(announced, maxAtomicBytes, limits.maxContentBytesInMemory);
  if (!allowance.tryTake(bytes)) {
    connection.hold(true);
    await allowance.reserve(bytes).finally(() => connection.hold(false));
  }
  const unwatch = watchSending();
  try {
    return await performBatch(true, store, intakeOf(begin()));
  } finally {
    unwatch();
  }
}

const stopping = overloaded(
  'the server is stopping; send this line, and those after it, to the next one',
);
const unread = new Problem(400, 'the batch ended before its content did; send the rest again', {
  closes: true,
});
