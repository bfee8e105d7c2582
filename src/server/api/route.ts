/**
 * From a request's head to what it asks for. Nothing here knows how the request came in, and nothing here
 * touches the store: a wrong request is refused before its body is read.
 */
import { maxTtlSeconds } from '../../config/limits.js';
import type { Capabilities, ReplicaCount, Store } from '../../store/store.js';
import { key, replicas, wholeNumber } from './parameters.js';
import { overloaded, Problem, quote } from './problem.js';
import { parseQuery } from './query.js';

/** The part of a request that decides what it asks for. */
export interface Head {
  readonly method: string;
  /** The request target as it stood in the request line, one character a byte (latin1). */
  readonly target: string;
  /** The Accept field, or undefined. */
  readonly accept: string | undefined;
}

/** What a request asks for, checked. */
export type Operation =
  | { readonly kind: 'status' }
  | { readonly kind: 'get'; readonly key: Buffer; readonly replicas?: ReplicaCount }
  | {
      readonly kind: 'put';
      readonly key: Buffer;
      readonly replicas?: ReplicaCount;
      readonly ttlSeconds?: number;
    }
  | { readonly kind: 'delete'; readonly key: Buffer; readonly replicas?: ReplicaCount }
  | {
      readonly kind: 'range';
      readonly start: Buffer;
      readonly end?: Buffer;
      readonly limit?: number;
      readonly format: RangeFormat;
    };

export type RangeFormat = 'chunks' | 'ndjson';

type Parse = (query: string, head: Head, capabilities: Capabilities) => Operation;

const entityNames = new Set(['id', 'replicas']);
const putNames = new Set([...entityNames, 'ttl']);
const rangeNames = new Set(['start', 'end', 'limit']);

const get: Parse = (query, _head, capabilities) => {
  const parameters = parseQuery(query, entityNames);
  return { kind: 'get', key: key(parameters, 'id'), ...replicas(parameters, capabilities) };
};

const put: Parse = (query, _head, capabilities) => {
  const parameters = parseQuery(query, putNames);
  const ttlSeconds = wholeNumber(parameters, 'ttl', maxTtlSeconds);
  return {
    kind: 'put',
    key: key(parameters, 'id'),
    ...replicas(parameters, capabilities),
    ...(ttlSeconds === undefined ? {} : { ttlSeconds }),
  };
};

const remove: Parse = (query, _head, capabilities) => {
  const parameters = parseQuery(query, entityNames);
  return { kind: 'delete', key: key(parameters, 'id'), ...replicas(parameters, capabilities) };
};

const range: Parse = (query, head) => {
  const parameters = parseQuery(query, rangeNames);
  const limit = wholeNumber(parameters, 'limit', Number.MAX_SAFE_INTEGER);
  return {
    kind: 'range',
    start: key(parameters, 'start'),
    ...(parameters.has('end') ? { end: key(parameters, 'end') } : {}),
    ...(limit === undefined ? {} : { limit }),
    format: rangeFormat(head.accept),
  };
};

const status: Parse = () => ({ kind: 'status' });

/** Path → method → parser: the whole interface. (Of an entity's key that stands for itself fast-lane/plain-request.ts says the same, faster.) */
const routes: ReadonlyMap<string, ReadonlyMap<string, Parse>> = new Map([
  [
    '/v0/status',
    new Map([
      ['GET', status],
      ['HEAD', status],
    ]),
  ],
  [
    '/v0/entity',
    new Map([
      ['GET', get],
      ['HEAD', get],
      ['PUT', put],
      ['DELETE', remove],
    ]),
  ],
  [
    '/v0/entities',
    new Map([
      ['GET', range],
      ['HEAD', range],
    ]),
  ],
]);

/** What requests are asked of. */
export interface Service {
  readonly store: Store;
  /** True once the server was told to stop: what runs finishes, what comes is refused. */
  readonly draining: boolean;
}

/**
 * What the request asks for, if the service takes requests.
 * @throws Problem 400, 405; 503 while draining
 */
export function admit(head: Head, { store, draining }: Service): Operation {
  if (draining) throw overloaded('the server is stopping; wait for its restart, or use another');
  return route(head, store.capabilities);
}

function route(head: Head, capabilities: Capabilities): Operation {
  const target = originForm(head.target);
  const mark = target.indexOf('?');
  const path = mark < 0 ? target : target.slice(0, mark);
  const methods = routes.get(path);
  if (!methods)
    throw new Problem(
      400,
      `unknown path ${quote(path)}; this server has ${[...routes.keys()].join(', ')}`,
    );
  const parse = methods.get(head.method);
  if (!parse) {
    const allow = [...methods.keys()].join(', ');
    throw new Problem(405, `${path} takes ${allow}, not ${head.method}`, {
      headers: { Allow: allow },
    });
  }
  return parse(mark < 0 ? '' : target.slice(mark + 1), head, capabilities);
}

/** Path and query of a request target: a server must take the absolute form too (RFC 9112 § 3.2.2). */
function originForm(target: string): string {
  const hash = target.indexOf('#');
  if (hash >= 0)
    throw new Problem(
      400,
      'a request target has no fragment; write %23 for a # that belongs to a key',
    );
  if (target.startsWith('/')) return target;
  const absolute = /^https?:\/\/[^/?]*/i.exec(target);
  return absolute ? target.slice(absolute[0].length) : target;
}

/** NDJSON if the Accept field names it with a weight above 0, else the representation of chunks. */
function rangeFormat(accept: string | undefined): RangeFormat {
  for (const item of accept?.split(',') ?? []) {
    const [type = '', ...parameters] = item.split(';').map((part) => part.trim().toLowerCase());
    if (
      type === 'application/x-ndjson' &&
      !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter))
    )
      return 'ndjson';
  }
  return 'chunks';
}
