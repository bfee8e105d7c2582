/**
 * How much a batch may hold, and have under way. Small limits of memory and queue make the bounds
 * smaller, so that a batch never asks for more than there can be: it would get 503 for ever.
 */
import {
  type Limits,
  maxAtomicBytes,
  maxAtomicOperations,
  maxBatchLineBytes,
} from '../../../config/limits.js';
import type { ByteSemaphore } from '../../connection/byte-semaphore.js';
import { bytesPerLine } from './line-cost.js';
import { maxFreeLineBytes } from './line-groups.js';

/** Results of a streamed batch that wait for its client; past it, no further line is begun. */
export const maxUnsentBytes = 64 * 1024;
/** Memory that is not for lines: results that wait, and those that are being sent. */
const resultBytes = 3 * maxUnsentBytes;

/** A bound, and the limit that makes it smaller than it is by default. */
export interface Bound {
  readonly max: number;
  readonly limit: keyof Limits | undefined;
}

export interface BatchBounds {
  /** Bytes of a line. */
  readonly line: Bound;
  /** Bytes of keys and values, and the count, of an atomic batch. */
  readonly atomicBytes: Bound;
  readonly atomicOperations: Bound;
  /** Memory of the lines under way in one streamed batch; one line may take more. */
  readonly maxHeldBytes: number;
  /** The part of it that is at the store; one line may take more. */
  readonly maxQueuedBytes: number;
}

/**
 * @param shareBytes memory that one connection may hold
 * @param largeWrites the queue that an atomic batch has to pass
 * @param batchWrites the queue of the lines of streamed batches
 */
export function batchBounds(
  { maxContentBytesInMemory, maxQueuedWrites }: Limits,
  shareBytes: number,
  largeWrites: ByteSemaphore,
  batchWrites: ByteSemaphore,
): BatchBounds {
  const memory = Math.min(shareBytes, maxContentBytesInMemory);
  const linesMemory = memory - resultBytes;
  // A long line is held as it came, and once more as a value.
  const longest = Math.floor(linesMemory / 2) - 2 * bytesPerLine;
  const line = Math.max(maxFreeLineBytes, longest);
  const atomicMemory = bound(
    maxAtomicBytes,
    Math.max(linesMemory, memory / 2),
    'maxContentBytesInMemory',
  );
  const maxLineBytes = Math.min(line, maxBatchLineBytes);
  return {
    line: bound(maxBatchLineBytes, line, 'maxContentBytesInMemory'),
    atomicBytes:
      largeWrites.maxBytes < atomicMemory.max
        ? { max: largeWrites.maxBytes, limit: 'maxQueuedBytes' }
        : atomicMemory,
    atomicOperations: bound(maxAtomicOperations, maxQueuedWrites, 'maxQueuedWrites'),
    maxHeldBytes: Math.max(0, linesMemory - maxLineBytes),
    maxQueuedBytes: batchWrites.maxBytes,
  };
}

function bound(usual: number, max: number, limit: keyof Limits): Bound {
  return max < usual ? { max, limit } : { max: usual, limit: undefined };
}

/** For a refusal: the bound, and how the operator may raise it. */
export function boundText({ max, limit }: Bound, unit: string): string {
  return limit === undefined ? `${max} ${unit}` : `${max} ${unit} here, by limits.${limit}`;
}
