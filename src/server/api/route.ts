/**
 * From a request's head to what it asks for, by the table of operations. Nothing here knows how the
 * request came in or touches the store: a wrong request is refused before its content is read.
 */
import type {
  Capabilities,
  Condition,
  DeletedRange,
  EntityFields,
  RangeOptions,
  ReplicaCount,
} from '../../store/store.js';
import type { Service } from '../service.js';
import { type RequestedRange, requestedRange } from './byte-range.js';
import { keptFields } from './kept-fields.js';
import {
  allMethods,
  type CommandKind,
  type FieldsOf,
  type Operation,
  operations,
  type RequestField,
  type RequestFields,
  requestFields,
} from './operations.js';
import {
  duration,
  flag,
  interval,
  key,
  mustBeKept,
  replicas,
  wholeNumber,
  word,
} from './parameters.js';
import {
  mustKeepConditions,
  type ReadPreconditions,
  readPreconditions,
  writeCondition,
} from './preconditions.js';
import { overloaded, Problem, quote } from './problem.js';
import type { ProblemStatus } from './problem-statuses.js';
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
  | { readonly kind: 'status' | 'openapi' }
  | {
      readonly kind: 'get';
      readonly key: Buffer;
      readonly replicas?: ReplicaCount;
      readonly preconditions?: ReadPreconditions;
      readonly range?: RequestedRange;
    }
  | {
      readonly kind: 'put';
      readonly key: Buffer;
      readonly replicas?: ReplicaCount;
      readonly condition?: Condition;
      readonly ttlMs?: number;
      readonly fields?: EntityFields;
    }
  | {
      readonly kind: 'delete';
      readonly key: Buffer;
      readonly replicas?: ReplicaCount;
      readonly condition?: Condition;
    }
  | {
      readonly kind: 'range';
      readonly range: RangeOptions;
      readonly keysOnly: boolean;
      readonly format: RangeFormat;
    }
  | { readonly kind: 'deleteRange'; readonly range: DeletedRange }
  | { readonly kind: 'batch'; readonly isAtomic: boolean };

export type RangeFormat = 'chunks' | 'ndjson';

interface Route {
  readonly operation: Operation;
  readonly parameterNames: ReadonlySet<string>;
  /** The fields that it refuses, by name in lower case, and how. */
  readonly refused: readonly {
    readonly name: keyof RequestFields;
    readonly status: ProblemStatus;
    /** Next to this field it is ignored. */
    readonly unless: keyof RequestFields | undefined;
  }[];
}

const routes = new Map<string, Map<string, Route>>();
for (const operation of operations) {
  const methods = routes.get(operation.path) ?? new Map<string, Route>();
  routes.set(operation.path, methods);
  const parameterNames = new Set(operation.parameters?.map(({ name }) => name));
  const refused = (requestFields as readonly RequestField[])
    .filter(({ use, operations }) => use === 'refused' && operations.includes(operation.kind))
    .map(({ name, status = 501, unless }) => ({
      name: name.toLowerCase() as keyof RequestFields,
      status,
      unless: unless?.toLowerCase() as keyof RequestFields | undefined,
    }));
  for (const method of operation.methods)
    methods.set(method, { operation, parameterNames, refused });
}

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
  for (const { name, status, unless } of refused) {
    const isIgnored = unless !== undefined && head.fields[unless] !== undefined;
    if (head.fields[name] !== undefined && !isIgnored) throw refusal(name, status);
  }
  const query =
    operation.parameters && parseQuery(mark < 0 ? '' : target.slice(mark + 1), parameterNames);
  return commandOf[operation.kind](query ?? new Map(), head, store.capabilities);
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
      : `the condition ${name} needs a Last-Modified, which entities have not; use if-match or ` +
          'if-none-match, or leave the field out if the write may be done in any case',
  );
}

/** How each kind of operation reads its parameters, and the fields that the table gives it. */
const commandOf: {
  readonly [Kind in CommandKind]: (
    query: Query,
    head: { readonly method: string; readonly fields: FieldsOf<Kind> },
    capabilities: Capabilities,
  ) => Command;
} = {
  status: () => ({ kind: 'status' }),
  openapi: () => ({ kind: 'openapi' }),
  get: (query, { method, fields }, capabilities) => {
    const preconditions = readPreconditions(fields);
    // RFC 9110 § 14.2: a range means something to GET alone.
    const range = method === 'GET' ? requestedRange(fields) : undefined;
    return {
      kind: 'get',
      ...entity(query, capabilities),
      ...(preconditions && { preconditions }),
      ...(range && { range }),
    };
  },
  put: (query, { fields }, capabilities) => {
    const ttlMs = duration(query, 'ttl');
    if (ttlMs !== undefined) mustBeKept(ttlMs, capabilities);
    const kept = keptFields(fields);
    return {
      kind: 'put',
      ...entity(query, capabilities),
      ...conditionOf(fields, capabilities),
      ...(ttlMs !== undefined && { ttlMs }),
      ...(kept && { fields: kept }),
    };
  },
  delete: (query, { fields }, capabilities) => ({
    kind: 'delete',
    ...entity(query, capabilities),
    ...conditionOf(fields, capabilities),
  }),
  range: (query, { fields }) => {
    const limit = wholeNumber(query, 'limit', Number.MAX_SAFE_INTEGER);
    const order = word(query, 'order', ['asc', 'desc']);
    return {
      kind: 'range',
      range: {
        ...interval(query),
        ...(query.has('after') && { after: key(query, 'after') }),
        ...(limit !== undefined && { limit }),
        ...(order && { order }),
      },
      keysOnly: word(query, 'only', ['keys']) !== undefined,
      format: rangeFormat(fields.accept),
    };
  },
  deleteRange: (query, { fields }) => {
    if (writeCondition(fields))
      throw new Problem(
        501,
        'a condition is on one entity, and this is a range; leave the field out, or DELETE each ' +
          'entity with its condition',
      );
    return { kind: 'deleteRange', range: interval(query) };
  },
  batch: (query, { fields }, { atomicBatches }) => {
    if (fields['if-match'] !== undefined || fields['if-none-match'] !== undefined)
      throw new Problem(400, 'a batch has its conditions in its lines: ifMatch, ifNoneMatch');
    const coding = fields['content-encoding'];
    if (coding !== undefined)
      throw new Problem(415, `a batch has no content coding, got ${quote(String(coding))}`);
    const isAtomic = flag(query, 'atomic');
    if (isAtomic && !atomicBatches)
      throw new Problem(
        501,
        'this store has no atomic batches: its keys are on several nodes; leave atomic out',
      );
    return { kind: 'batch', isAtomic };
  },
};

function entity(query: Query, capabilities: Capabilities) {
  return { key: key(query, 'id'), ...replicas(query, capabilities) };
}

/** @throws Problem 400, 501 */
function conditionOf(
  fields: FieldsOf<'put'> | FieldsOf<'delete'>,
  capabilities: Capabilities,
): { condition?: Condition } {
  const condition = writeCondition(fields);
  if (!condition) return {};
  mustKeepConditions(capabilities, 'the field');
  return { condition };
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
