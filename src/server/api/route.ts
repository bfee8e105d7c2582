/**
 * From a request's head to what it asks for, by the table of operations. Nothing here knows how the
 * request came in or touches the store: a wrong request is refused before its content is read.
 */
import { maxTtlSeconds } from '../../config/limits.js';
import type { Capabilities, ReplicaCount } from '../../store/store.js';
import type { Service } from '../service.js';
import {
  type CommandKind,
  type FieldsOf,
  type Operation,
  operations,
  type ProblemStatus,
  type RequestField,
  type RequestFields,
  requestFields,
} from './operations.js';
import { key, replicas, wholeNumber } from './parameters.js';
import { overloaded, Problem, quote } from './problem.js';
import { parseQuery, type Query } from './query.js';
import { absoluteForm } from './target.js';

/** The part of a request that decides what it asks for. */
export interface RequestHead {
  readonly method: string;
  /** The request target as it stood in the request line, one character per byte (latin1). */
  readonly target: string;
  readonly fields: RequestFields;
}

/** A checked request. */
export type Command =
  | { readonly kind: 'status' }
  | { readonly kind: 'get'; readonly key: Buffer; readonly replicas?: ReplicaCount }
  | {
      readonly kind: 'put';
      readonly key: Buffer;
      readonly replicas?: ReplicaCount;
      readonly ttlMs?: number;
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

interface Route {
  readonly operation: Operation;
  readonly parameterNames: ReadonlySet<string>;
  /** The fields that it refuses, by name in lower case, and how. */
  readonly refused: readonly {
    readonly name: keyof RequestFields;
    readonly status: ProblemStatus;
  }[];
}

const routes = new Map<string, Map<string, Route>>();
for (const operation of operations) {
  const methods = routes.get(operation.path) ?? new Map<string, Route>();
  routes.set(operation.path, methods);
  const parameterNames = new Set(operation.parameters?.map(({ name }) => name));
  const refused = (requestFields as readonly RequestField[])
    .filter(({ use, operations }) => use === 'refused' && operations.includes(operation.kind))
    .map(({ name, status = 501 }) => ({
      name: name.toLowerCase() as keyof RequestFields,
      status,
    }));
  for (const method of operation.methods)
    methods.set(method, { operation, parameterNames, refused });
}

const allMethods = [...new Set(operations.flatMap(({ methods }) => methods))].join(', ');

/**
 * Checks a request, if the service takes requests.
 * @throws Problem 400, 405, 501; 503 while draining
 */
export function admit(head: RequestHead, { store, draining }: Service): Command {
  if (draining) throw overloaded('the server is stopping; wait for its restart, or use another');
  const target = originForm(head.target);
  const mark = target.indexOf('?');
  const path = mark < 0 ? target : target.slice(0, mark);
  const { operation, parameterNames, refused } = find(path, head.method);
  for (const { name, status } of refused)
    if (head.fields[name] !== undefined) throw refusal(name, status);
  const query =
    operation.parameters && parseQuery(mark < 0 ? '' : target.slice(mark + 1), parameterNames);
  return commandOf[operation.kind](query ?? new Map(), head.fields, store.capabilities);
}

function find(path: string, method: string): Route {
  const methods = routes.get(path);
  if (path === '*' && method === 'OPTIONS')
    throw new Problem(405, 'OPTIONS is not taken; docs/http-api.md says what is', {
      headers: { Allow: allMethods },
    });
  if (!methods)
    throw new Problem(
      400,
      `unknown path ${quote(path)}; this server has ${[...routes.keys()].join(', ')}`,
    );
  const route = methods.get(method);
  if (route) return route;
  const allow = [...methods.keys()].join(', ');
  throw new Problem(405, `${path} takes ${allow}, not ${method}`, { headers: { Allow: allow } });
}

function refusal(name: keyof RequestFields, status: ProblemStatus): Problem {
  return new Problem(
    status,
    name === 'content-range'
      ? 'the field content-range says that this is a part, and a part cannot be stored as the ' +
          'whole; send the whole value without the field'
      : `the condition ${name} is not implemented yet, and the write would not be safe ` +
          'without; leave the field out if it may be done in any case',
  );
}

/** How each kind of operation reads its parameters, and the fields that the table gives it. */
const commandOf: {
  readonly [Kind in CommandKind]: (
    query: Query,
    fields: FieldsOf<Kind>,
    capabilities: Capabilities,
  ) => Command;
} = {
  status: () => ({ kind: 'status' }),
  get: (query, _fields, capabilities) => ({ kind: 'get', ...entity(query, capabilities) }),
  put: (query, _fields, capabilities) => {
    const ttlSeconds = wholeNumber(query, 'ttl', maxTtlSeconds);
    return {
      kind: 'put',
      ...entity(query, capabilities),
      ...(ttlSeconds !== undefined && { ttlMs: ttlSeconds * 1000 }),
    };
  },
  delete: (query, _fields, capabilities) => ({ kind: 'delete', ...entity(query, capabilities) }),
  range: (query, fields) => {
    const limit = wholeNumber(query, 'limit', Number.MAX_SAFE_INTEGER);
    return {
      kind: 'range',
      start: key(query, 'start'),
      ...(query.has('end') && { end: key(query, 'end') }),
      ...(limit !== undefined && { limit }),
      format: rangeFormat(fields.accept),
    };
  },
};

function entity(query: Query, capabilities: Capabilities) {
  return { key: key(query, 'id'), ...replicas(query, capabilities) };
}

/** Path and query of a target. */
function originForm(target: string): string {
  const hash = target.indexOf('#');
  if (hash >= 0)
    throw new Problem(
      400,
      'a request target has no fragment; write %23 for a # that belongs to a key',
    );
  return absoluteForm(target)?.rest ?? target;
}

/** NDJSON if the Accept field names it with a weight above 0, otherwise chunks. */
function rangeFormat(accept: RequestFields['accept']): RangeFormat {
  for (const item of String(accept ?? '').split(',')) {
    const [type = '', ...parameters] = item.split(';').map((part) => part.trim().toLowerCase());
    if (
      type === 'application/x-ndjson' &&
      !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter))
    )
      return 'ndjson';
  }
  return 'chunks';
}
