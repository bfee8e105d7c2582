/** The schemas of fields of requests and responses. A field that is not here takes any text. */
import { maxKeptFieldBytes } from '../../../config/limits.js';
import type { CommandKind } from '../operations.js';
import type { Schema } from './schema.js';

const text: Schema = { type: 'string' };
const tag = '(W/)?"[!#-~]*"';
const tags: Schema = {
  oneOf: [{ const: '*' }, { type: 'string', pattern: `^${tag}([ \\t]*,[ \\t]*${tag})*$` }],
};
const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";

const requestSchemas: Readonly<Record<string, Schema>> = {
  'If-Match': tags,
  'If-None-Match': tags,
  'Content-Encoding': {
    type: 'string',
    pattern: `^${token}([ \\t]*,[ \\t]*${token})*$`,
    maxLength: maxKeptFieldBytes,
  },
};

export function requestFieldSchema(name: string, kind?: CommandKind): Schema {
  // A write that names versions which must not be there is a 501.
  if (name === 'If-None-Match' && kind !== 'get') return { const: '*' };
  return requestSchemas[name] ?? text;
}

const responseSchemas: Readonly<Record<string, Schema>> = {
  ETag: { type: 'string', pattern: '^"[1-9][0-9]*"$' },
  'Evenkeel-Expires': { type: 'string', format: 'date-time' },
  'Evenkeel-Existed': { type: 'boolean' },
  'Accept-Ranges': { const: 'bytes' },
  'Content-Range': { type: 'string', pattern: '^bytes ([0-9]+-[0-9]+|\\*)/[0-9]+$' },
  'Content-Security-Policy': { const: 'sandbox' },
  'WWW-Authenticate': { type: 'string', pattern: '^Bearer realm="evenkeel"' },
  'Retry-After': { type: 'integer', minimum: 1 },
};

const always: readonly string[] = ['Accept-Ranges', 'Allow', 'Content-Range', 'ETag', 'Vary'];

export function responseFieldSchema(name: string): Schema {
  return responseSchemas[name] ?? text;
}

/** Whether each response that the table gives the field to has it. */
export function isAlwaysSent(name: string): boolean {
  return always.includes(name);
}
