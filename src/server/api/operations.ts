/**
 * The HTTP interface as data: path × method × parameters × request fields × statuses, each with a
 * summary. Routing, refusals, the fields that the fast lane leaves to the full lane, and the tables
 * of docs/http-api.md follow from it.
 *
 * Invariant: a request field that the API reads, or that changes how a message is framed, is named
 * here, once. {@link RequestFields} lets code read no others.
 */
import type { ProblemStatus } from './problem-statuses.js';
import {
  after,
  atomic,
  end,
  id,
  limit,
  only,
  order,
  type Parameter,
  prefix,
  replicas,
  start,
  ttl,
} from './query-parameters.js';

export type CommandKind =
  | 'status'
  | 'get'
  | 'put'
  | 'delete'
  | 'range'
  | 'deleteRange'
  | 'batch'
  | 'openapi';

/** One row of the interface: what the methods do at the path. */
export interface Operation {
  readonly kind: CommandKind;
  readonly path: string;
  readonly methods: readonly string[];
  readonly summary: string;
  /** The least that a token must allow, while the server takes tokens only; `any`: it is one. */
  readonly access: 'any' | 'read' | 'write';
  /** In the order in which a refusal names them. Undefined: the query is ignored. */
  readonly parameters: readonly Parameter[] | undefined;
  /** Parameters of which exactly one must be given. */
  readonly oneOf?: readonly string[];
  /** The statuses of success, each with what it means. */
  readonly responses: Readonly<Record<number, string>>;
  /** The refusals that are its own; those of every operation are {@link commonProblems}. */
  readonly problems: readonly ProblemStatus[];
}

const entityPath = '/v0/entity';
const entitiesPath = '/v0/entities';

export const operations: readonly Operation[] = [
  document(
    'status',
    '/v0/status',
    'Says whether the server takes requests.',
    'The server takes requests.',
  ),
  {
    kind: 'get',
    path: entityPath,
    methods: ['GET', 'HEAD'],
    summary: 'Returns the value of an entity.',
    access: 'read',
    parameters: [id, replicas],
    responses: {
      200: 'The content is the value.',
      206: 'The content is a range of it.',
      304: 'The client has it already.',
    },
    problems: [404, 412, 416, 504],
  },
  {
    kind: 'put',
    path: entityPath,
    methods: ['PUT'],
    summary: 'Stores the content as the value of an entity, new or not.',
    access: 'write',
    parameters: [id, replicas, ttl],
    responses: { 201: 'The value is durable.' },
    problems: [412, 501, 504, 507],
  },
  {
    kind: 'delete',
    path: entityPath,
    methods: ['DELETE'],
    summary: 'Removes an entity, present or not.',
    access: 'write',
    parameters: [id, replicas],
    responses: { 202: 'The removal is durable.' },
    problems: [412, 501, 504, 507],
  },
  {
    kind: 'range',
    path: entitiesPath,
    methods: ['GET', 'HEAD'],
    summary: 'Returns entities in the order of their key bytes, as a stream.',
    access: 'read',
    parameters: [start, end, prefix, after, limit, order, only],
    oneOf: ['start', 'prefix'],
    responses: { 200: 'Each entity is a chunk, `<key>\\n<value>`, or a line of NDJSON.' },
    problems: [504],
  },
  {
    kind: 'deleteRange',
    path: entitiesPath,
    methods: ['DELETE'],
    summary: 'Removes the entities of a range, in many commits.',
    access: 'write',
    parameters: [start, end, prefix],
    oneOf: ['start', 'prefix'],
    responses: { 200: 'The removal is durable. `{"deleted":N}` says how many there were.' },
    problems: [501, 504, 507],
  },
  {
    kind: 'batch',
    path: entitiesPath,
    methods: ['POST'],
    summary: 'Puts and removes entities: an operation per line, NDJSON.',
    access: 'write',
    parameters: [atomic],
    responses: { 200: 'A line for each operation says how it ended, in order.' },
    problems: [412, 415, 501, 504, 507],
  },
  document(
    'openapi',
    '/v0/openapi.json',
    'Returns the OpenAPI 3.1 document of this interface.',
    'The content is the document.',
  ),
];

/** One that is there in any case, and the same for all. */
function document(kind: CommandKind, path: string, summary: string, meaning: string): Operation {
  const methods = ['GET', 'HEAD'];
  const responses = { 200: meaning };
  return {
    kind,
    path,
    methods,
    summary,
    access: 'any',
    parameters: undefined,
    responses,
    problems: [],
  };
}

/**
 * `message`: says where the request ends, or what happens to its connection.
 * `read`: changes the response.
 * `refused`: means something that is wrong (400) or that this server cannot do yet (501).
 */
export type FieldUse = 'message' | 'read' | 'refused';

export interface RequestField {
  readonly name: string;
  readonly use: FieldUse;
  /** With which status a field is refused. */
  readonly status?: 400 | 501;
  /** The field next to which it is not refused but ignored. */
  readonly unless?: string;
  /** The operations that it means something to. The others ignore it. */
  readonly operations: readonly CommandKind[];
  readonly summary: string;
}

/** The methods that some path takes, as in the field Allow. */
export const allMethods = [...new Set(operations.flatMap(({ methods }) => methods))].join(', ');

const all: readonly CommandKind[] = operations.map(({ kind }) => kind);
const writes = ['put', 'delete', 'deleteRange'] as const satisfies readonly CommandKind[];

/** The request fields that may change a response or its framing; all others are ignored. */
export const requestFields = [
  message(
    'Host',
    'HTTP/1.1 needs exactly one. On loopback: an address, `localhost`, `--allow-host`.',
  ),
  message('Content-Length', 'The length of the content in bytes.'),
  message('Transfer-Encoding', 'Only `chunked` is understood.'),
  message('Connection', '`close` makes this request the last of its connection.'),
  message('Keep-Alive', 'Ignored.'),
  message('Proxy-Connection', 'Read as `Connection`.'),
  message('TE', 'Ignored: responses have no trailers.'),
  message('Trailer', 'Ignored, as trailers are.'),
  message('Upgrade', 'The response is in HTTP/1.1, and the last of its connection.'),
  message('HTTP2-Settings', 'Ignored.'),
  ofAll('Expect', '`100-continue` asks for leave to send the content; others get 417.'),
  ofAll('Authorization', '`Bearer` and a token of `--tokens`, otherwise 401. Without, ignored.'),
  ofAll('Origin', "Another than the server's own, or one of `--cors`, gets 403."),
  ofAll(
    'Sec-Fetch-Site',
    'Another than `same-origin` or `none` gets 403, without an Origin of `--cors`.',
  ),
  ofAll(
    'Access-Control-Request-Method',
    'With OPTIONS and an origin of `--cors`: a preflight, which gets 204.',
  ),
  {
    name: 'Accept',
    use: 'read',
    operations: ['range'],
    summary: '`application/x-ndjson` asks for NDJSON.',
  },
  {
    name: 'If-Match',
    use: 'read',
    operations: ['get', ...writes, 'batch'],
    summary: 'Only if the entity is there (`*`), or has one of these ETags. Otherwise 412.',
  },
  {
    name: 'If-None-Match',
    use: 'read',
    operations: ['get', ...writes, 'batch'],
    summary:
      'A write: only if the entity is absent (`*`; ETags are a 501), otherwise 412. ' +
      'A read: 304 if the entity has one of these ETags.',
  },
  {
    name: 'Range',
    use: 'read',
    operations: ['get'],
    summary: '`bytes=` and one range of the value asks for a 206. `HEAD` ignores it.',
  },
  {
    name: 'If-Range',
    use: 'read',
    operations: ['get'],
    summary: 'Ignores `Range` unless the entity has this ETag.',
  },
  {
    name: 'Evenkeel-Server-Timing',
    use: 'read',
    operations: all,
    summary: '`1` asks for `Server-Timing`.',
  },
  kept('Content-Type', 'Kept with the value. Default: `application/octet-stream`.'),
  {
    name: 'Content-Encoding',
    use: 'read',
    operations: ['put', 'batch'],
    summary: 'Kept with the value, which is stored as it comes. A batch with one gets a 415.',
  },
  kept(
    'Evenkeel-Meta-*',
    'Kept with the value: up to 1 KiB of names, behind the prefix, and values.',
  ),
  refused('If-Modified-Since', 'A condition on the time of the last write.', {
    unless: 'If-None-Match',
  }),
  refused('If-Unmodified-Since', 'A condition on the time of the last write.', {
    unless: 'If-Match',
  }),
  refused('Content-Range', 'Says that the content is only a part of the value.', { status: 400 }),
] as const satisfies readonly RequestField[];

/**
 * The request fields that the code of one kind of operation may read, by name in lower case. A
 * field that the table does not give to the kind does not compile there.
 */
export type FieldsOf<Kind extends CommandKind> = {
  readonly [Field in (typeof requestFields)[number] as Kind extends Field['operations'][number]
    ? Key<Lowercase<Field['name']>>
    : never]?: string | readonly string[] | undefined;
};

/** A name that ends in `*` stands for all that begin so. */
type Key<Name extends string> = Name extends `${infer Prefix}*` ? `${Prefix}${string}` : Name;

/** The request fields of the table, by name in lower case. */
export type RequestFields = FieldsOf<CommandKind>;

function message<Name extends string>(name: Name, summary: string) {
  return { name, use: 'message', operations: all, summary } as const;
}

function ofAll<Name extends string>(name: Name, summary: string) {
  return { name, use: 'read', operations: all, summary } as const;
}

function kept<Name extends string>(name: Name, summary: string) {
  return { name, use: 'read', operations: ['put'], summary } as const;
}

function refused<Name extends string>(
  name: Name,
  summary: string,
  { status = 501, unless }: Pick<RequestField, 'status' | 'unless'> = {},
) {
  const ignored = unless === undefined ? {} : { unless };
  return { name, use: 'refused', status, operations: writes, summary, ...ignored } as const;
}
