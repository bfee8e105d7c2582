/** From a command to its response, over the Store. A lane writes the response to its connection. */
import { pieceBytes } from '../../config/limits.js';
import type {
  Allowance,
  Awaitable,
  DeleteResult,
  Entity,
  PutResult,
  Store,
} from '../../store/store.js';
import { contentFields, octetStream } from './content-fields.js';
import { entityResponse } from './entity-response.js';
import { openApiContent } from './openapi/document.js';
import { keyBytes, type RangeContent, rangeBytes } from './range.js';
import type { ApiResponse } from './response.js';
import type { Command } from './route.js';

const nothing = Buffer.alloc(0);
const noHeaders = {};
const serving = Buffer.from('{"status":"serving"}\n');
const json = contentFields('application/json');

/**
 * @param content of a PUT; empty otherwise
 * @param allowance of the request, for ranges and large values
 * @throws Problem, StoreError
 */
export function perform(
  command: Command,
  content: readonly Uint8Array[],
  store: Store,
  allowance: Allowance,
): Awaitable<ApiResponse> {
  switch (command.kind) {
    case 'status':
      if (store.failure) throw store.failure;
      return { status: 200, headers: json, content: serving };
    case 'openapi':
      return { status: 200, headers: json, content: openApiContent(store.capabilities) };
    case 'get':
      return get(command, store, allowance);
    case 'put':
      return store.put(command.key, content, command, allowance).then(created);
    case 'delete':
      return store.delete(command.key, command).then(accepted);
    case 'range':
      return {
        status: 200,
        headers: rangeHeaders[command.format],
        content: rangeContent(command, store, allowance),
      };
    case 'deleteRange':
      return store.deleteRange(command.range, allowance).then(deleted);
    case 'batch':
      throw new TypeError('a batch is done as its content comes, by performBatch');
  }
}

const rangeHeaders = {
  chunks: { ...contentFields(octetStream), Vary: 'Accept' },
  ndjson: { ...contentFields('application/x-ndjson'), Vary: 'Accept' },
};

function rangeContent(
  { range, keysOnly, format }: Command & { kind: 'range' },
  store: Store,
  allowance: Allowance,
): RangeContent {
  return keysOnly
    ? (isChunked) => keyBytes(store.keys(range, allowance), format, isChunked)
    : (isChunked) => rangeBytes(store.range(range, allowance), format, isChunked, allowance);
}

function get(
  command: Command & { kind: 'get' },
  store: Store,
  allowance: Allowance,
): Awaitable<ApiResponse> {
  const entity = store.get(command.key, command, allowance);
  return entity instanceof Promise
    ? entity.then((read) => readResponse(read, command, allowance))
    : readResponse(entity, command, allowance);
}

/** The store took the memory of a large value. A response that is without it gives it back. */
function readResponse(
  entity: Entity | undefined,
  command: Command & { kind: 'get' },
  allowance: Allowance,
): ApiResponse {
  const bytes = entity?.value.length ?? 0;
  if (bytes <= pieceBytes) return entityResponse(entity, command);
  let isHeld = false;
  try {
    const response = entityResponse(entity, command);
    isHeld = response.content.length > pieceBytes;
    return response;
  } finally {
    if (!isHeld) allowance.give(bytes);
  }
}

function created({ version }: PutResult): ApiResponse {
  return { status: 201, headers: noHeaders, ownHeaders: undefined, version, content: nothing };
}

function accepted({ existed }: DeleteResult): ApiResponse {
  if (existed === undefined) return unseen;
  return existed ? removed : wasAbsent;
}

/** The store does not look whether there was an entity. */
const unseen: ApiResponse = { status: 202, headers: noHeaders, content: nothing };

const removed = acceptedWith('true');
const wasAbsent = acceptedWith('false');

function deleted(count: number): ApiResponse {
  return { status: 200, headers: json, content: Buffer.from(`{"deleted":${count}}\n`) };
}

function acceptedWith(existed: string): ApiResponse {
  return { status: 202, headers: { 'Evenkeel-Existed': existed }, content: nothing };
}
