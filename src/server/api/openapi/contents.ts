/** The contents of requests and responses, by operation and status: media types and schemas. */
import { toJsonSchema } from '@valibot/to-json-schema';
import type { GenericSchema } from 'valibot';
import { operationLine } from '../batch/operation-line.js';
import { resultLine } from '../batch/result-line.js';
import type { CommandKind } from '../operations.js';
import type { Schema } from './schema.js';

export interface Content {
  readonly type: string;
  /** Undefined: any bytes. */
  readonly schema?: Schema;
  /** The name of the schema of each line, if the content is lines of JSON. */
  readonly lines?: keyof typeof schemas;
}

const base64: Schema = { type: 'string', contentEncoding: 'base64' };

/** The schemas that have a name in the document. */
export const schemas = {
  Problem: {
    description: 'Why a request was refused (RFC 9457), and what to change.',
    type: 'object',
    properties: {
      title: { type: 'string', description: 'The phrase of the status.' },
      status: { type: 'integer', minimum: 400, maximum: 599 },
      detail: { type: 'string', description: 'What was wrong and what to change, for a person.' },
      index: { type: 'integer', description: 'The operation of an atomic batch, from 0.' },
      needed: { type: 'integer', description: 'Replicas that had to respond.' },
      answered: { type: 'integer', description: 'Those that did, or could, if a node says so.' },
      written: {
        enum: ['no', 'unknown'],
        description: 'Whether the write may be done, though it is not acknowledged.',
      },
    },
    required: ['title', 'status', 'detail'],
  },
  Status: {
    description: 'Whether the server takes requests.',
    type: 'object',
    properties: { status: { const: 'serving' } },
    required: ['status'],
  },
  Entity: {
    description:
      'An entity of a range. A key that is not UTF-8 comes as `keyBase64`. With `only=keys` ' +
      'there is only the key.',
    type: 'object',
    properties: {
      key: { type: 'string' },
      keyBase64: base64,
      version: { type: 'string', pattern: '^[1-9][0-9]*$' },
      expires: { type: 'string', format: 'date-time' },
      contentType: { type: 'string' },
      contentEncoding: { type: 'string' },
      meta: { type: 'object', additionalProperties: { type: 'string' } },
      value: base64,
    },
    oneOf: [{ required: ['key'] }, { required: ['keyBase64'] }],
    dependentRequired: { version: ['value'], value: ['version'] },
    additionalProperties: false,
  },
  Deleted: {
    description: 'How many entities were removed.',
    type: 'object',
    properties: { deleted: { type: 'integer', minimum: 0 } },
    required: ['deleted'],
  },
  Operation: { description: 'An operation of a batch.', ...schemaOf(operationLine) },
  Result: { description: 'How an operation of a batch ended.', ...schemaOf(resultLine) },
} as const satisfies Readonly<Record<string, Schema>>;

/** The schema by which the server itself checks. */
function schemaOf(schema: GenericSchema): Schema {
  const { $schema: _, ...rest } = toJsonSchema(schema, { target: 'draft-2020-12' });
  return rest as Schema;
}

export const problemContent: Content = {
  type: 'application/problem+json',
  schema: { $ref: '#/components/schemas/Problem' },
};

const anyBytes: Content = { type: 'application/octet-stream' };
/** A value, in the type that was kept with it. */
const anyType: Content = { type: '*/*' };

/** Contents of responses. A status that is not here has none. */
export const responseContents: Readonly<
  Record<CommandKind, Readonly<Record<number, readonly Content[]>>>
> = {
  status: {
    200: [{ type: 'application/json', schema: { $ref: '#/components/schemas/Status' } }],
  },
  get: { 200: [anyType], 206: [anyType] },
  put: {},
  delete: {},
  range: { 200: [anyBytes, { type: 'application/x-ndjson', lines: 'Entity' }] },
  deleteRange: {
    200: [{ type: 'application/json', schema: { $ref: '#/components/schemas/Deleted' } }],
  },
  batch: { 200: [{ type: 'application/x-ndjson', lines: 'Result' }] },
  openapi: { 200: [{ type: 'application/json', schema: { type: 'object' } }] },
};

export const requestContents: Readonly<Partial<Record<CommandKind, readonly Content[]>>> = {
  put: [anyType],
  batch: [{ type: 'application/x-ndjson', lines: 'Operation' }],
};
