/** From a batch to its response, over the Store. */
import type { Store } from '../../../store/store.js';
import { contentFields } from '../content-fields.js';
import { framed, lastChunk } from '../range-encoding.js';
import type { ApiResponse } from '../response.js';
import { atomicBatch } from './atomic-batch.js';
import type { BatchIntake } from './batch-intake.js';
import { streamedBatch } from './streamed-batch.js';

const headers = contentFields('application/x-ndjson');

/** @throws Problem, StoreError, ClientGone */
export async function performBatch(
  isAtomic: boolean,
  store: Store,
  intake: BatchIntake,
): Promise<ApiResponse> {
  if (isAtomic)
    return { status: 200, headers, content: Buffer.from(await atomicBatch(store, intake)) };
  const content = (isChunked: boolean) => pages(streamedBatch(store, intake), isChunked);
  return { status: 200, headers, content };
}

async function* pages(
  texts: AsyncIterable<string>,
  isChunked: boolean,
): AsyncGenerator<Uint8Array> {
  for await (const text of texts) yield framed(text, isChunked);
  if (isChunked) yield lastChunk;
}
