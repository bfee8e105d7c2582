/**
 * From what a request asks for to its answer, over the Store. An answer says nothing of how it is sent: a
 * lane writes it to its connection.
 */
import type { Awaitable, Entity, Store } from '../../store/store.js';
import { Problem } from './problem.js';
import { rangeChunks } from './range.js';
import type { Command } from './route.js';

export interface Answer {
  readonly status: 200 | 201 | 202;
  readonly headers: Readonly<Record<string, string>>;
  /** The content: whole, or pages of chunks to be sent as the reader takes them. */
  readonly body: Uint8Array | AsyncIterable<readonly Uint8Array[]>;
}

const nothing = Buffer.alloc(0);
const serving = Buffer.from('{"status":"serving"}\n');
const created: Answer = { status: 201, headers: {}, body: nothing };
const accepted: Answer = { status: 202, headers: {}, body: nothing };
const octets = { 'Content-Type': 'application/octet-stream' };

/**
 * Does what was asked for.
 * @param body the content of a PUT; empty otherwise
 * @throws Problem, StoreError
 */
export function perform(
  command: Command,
  body: readonly Uint8Array[],
  store: Store,
): Awaitable<Answer> {
  switch (command.kind) {
    case 'status':
      if (store.failure) throw store.failure;
      return { status: 200, headers: { 'Content-Type': 'application/json' }, body: serving };
    case 'get':
      return get(command, store);
    case 'put':
      return store.put(command.key, body, command).then(() => created);
    case 'delete':
      return store.delete(command.key, command).then(() => accepted);
    case 'range':
      return {
        status: 200,
        headers: { ...rangeType[command.format], Vary: 'Accept' },
        body: rangeChunks(store.range(command), command.format),
      };
  }
}

/** Made once: the stack of an ordinary answer is worth nothing, and takes time. */
const absent = new Problem(404, 'there is no entity under this id; PUT one first');

const rangeType = { chunks: octets, ndjson: { 'Content-Type': 'application/x-ndjson' } };

function get(command: Command & { kind: 'get' }, store: Store): Awaitable<Answer> {
  const entity = store.get(command.key, command);
  return entity instanceof Promise ? entity.then(found) : found(entity);
}

function found(entity: Entity | undefined): Answer {
  if (!entity) throw absent;
  return { status: 200, headers: octets, body: entity.value };
}
