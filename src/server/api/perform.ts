/** From a command to its response, over the Store. A lane writes the response to its connection. */
import type { Allowance, Awaitable, Entity, Store } from '../../store/store.js';
import { contentFields } from './content-fields.js';
import { Problem } from './problem.js';
import { type RangeContent, rangeBytes } from './range.js';
import type { Command } from './route.js';

export interface ApiResponse {
  readonly status: 200 | 201 | 202 | 204;
  readonly headers: Readonly<Record<string, string>>;
  /** The content: whole, or pages to be made as the reader takes them. */
  readonly content: Uint8Array | RangeContent;
}

const nothing = Buffer.alloc(0);
const serving = Buffer.from('{"status":"serving"}\n');
const created: ApiResponse = { status: 201, headers: {}, content: nothing };
const accepted: ApiResponse = { status: 202, headers: {}, content: nothing };
const octets = contentFields('application/octet-stream');
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
    case 'get':
      return get(command, store, allowance);
    case 'put':
      return store.put(command.key, content, command, allowance).then(() => created);
    case 'delete':
      return store.delete(command.key, command).then(() => accepted);
    case 'range':
      return {
        status: 200,
        headers: { ...rangeType[command.format], Vary: 'Accept' },
        content: (isChunked) =>
          rangeBytes(store.range(command, allowance), command.format, isChunked, allowance),
      };
  }
}

/** Made once: a stack for each absent key would take time. */
const absent = new Problem(404, 'this id has no entity; PUT one first');

const rangeType = { chunks: octets, ndjson: contentFields('application/x-ndjson') };

function get(
  command: Command & { kind: 'get' },
  store: Store,
  allowance: Allowance,
): Awaitable<ApiResponse> {
  const entity = store.get(command.key, command, allowance);
  return entity instanceof Promise ? entity.then(found) : found(entity);
}

function found(entity: Entity | undefined): ApiResponse {
  if (!entity) throw absent;
  return { status: 200, headers: octets, content: entity.value };
}
