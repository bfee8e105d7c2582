/**
 * A range as an async iterator. It is one response, read as fast as the caller takes it. If that is
 * cut off, for example because the caller was slow, the next one goes on behind the last key.
 */
import { decodeBase64 } from './base64.js';
import { defaultContentType, Entity, EntityKey } from './entity.js';
import { EvenkeelError } from './error.js';
import { encodeKey, type Key, type KeyFields, keyOfFields } from './key.js';
import type { ListOptions } from './options.js';
import { lines } from './pieces.js';
import { rangeTarget } from './query.js';
import { retryDelayMs, sleep } from './retry.js';
import { checkNumber, type Transport } from './transport.js';

interface Line extends KeyFields {
  readonly version?: string;
  readonly expires?: string;
  readonly contentType?: string;
  readonly contentEncoding?: string;
  readonly meta?: Readonly<Record<string, string>>;
  readonly value?: string;
}

export function listEntities(
  transport: Transport,
  options: ListOptions,
): AsyncGenerator<Entity, void> {
  return list(transport, options, '', entityOf);
}

export function listKeys(
  transport: Transport,
  options: ListOptions,
): AsyncGenerator<EntityKey, void> {
  return list(transport, options, '&only=keys', (key) => new EntityKey(key));
}

async function* list<T>(
  transport: Transport,
  options: ListOptions,
  only: string,
  read: (key: Key, line: Line) => T,
): AsyncGenerator<T, void> {
  const { limit, order, signal } = options;
  checkNumber('limit', limit, 1, Number.MAX_SAFE_INTEGER);
  const policy = { retries: transport.retries(options), isIdempotent: true };
  let left = limit ?? Number.POSITIVE_INFINITY;
  let after = options.after;
  for (let tried = 1; ; tried++) {
    try {
      const target = rangeTarget(options, {
        ...(after !== undefined && { after: encodeKey(after) }),
        ...(order !== undefined && { order }),
        ...(limit !== undefined && { limit: String(left) }),
      });
      const reply = await transport.attempt({
        ...options,
        method: 'GET',
        target: target + only,
        headers: { Accept: 'application/x-ndjson' },
        isIdempotent: true,
      });
      for await (const text of lines(reply)) {
        const { key, entity } = parse(text, read);
        after = key;
        left--;
        // An entity is progress: the next failure is the first again.
        tried = 1;
        yield entity;
      }
      return;
    } catch (error) {
      if (left === 0) return;
      const delayMs = retryDelayMs(error, tried, policy);
      if (delayMs === undefined) throw error;
      await sleep(delayMs, signal);
    }
  }
}

/** @throws TypeError if the line is not an entity */
function entityOf(key: Key, line: Line): Entity {
  const { version, expires, value } = line;
  if (typeof version !== 'string' || typeof value !== 'string')
    throw new TypeError('the line has no version, or no value');
  const fields = {
    version,
    expiresAt: expires === undefined ? undefined : new Date(expires),
    contentType: line.contentType ?? defaultContentType,
    contentEncoding: line.contentEncoding,
    meta: line.meta ?? {},
  };
  return new Entity(key, fields, decodeBase64(value));
}

function parse<T>(text: string, read: (key: Key, line: Line) => T): { key: Key; entity: T } {
  try {
    const line = JSON.parse(text) as Line;
    const key = line.key ?? keyOfFields(line);
    return { key, entity: read(key, line) };
  } catch (cause) {
    throw new EvenkeelError(
      'protocol',
      `a line of the range is not an entity: ${text.slice(0, 64)}`,
      {
        cause,
      },
    );
  }
}
