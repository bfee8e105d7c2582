/** Parts of the document that are made of one row of a table. */
import type { CommandKind, RequestField } from '../operations.js';
import type { ResponseField } from '../response-fields.js';
import type { Content } from './contents.js';
import { isAlwaysSent, requestFieldSchema, responseFieldSchema } from './field-schemas.js';
import type { Schema } from './schema.js';

export type Json = Readonly<Record<string, unknown>>;

/** OpenAPI ignores parameters of these names: contents and security schemes say them. */
const saidElsewhere = ['Accept', 'Content-Type', 'Authorization'];

/** Whether the document has the field as a parameter: not those that frame a message (RFC 9112). */
export function isShown({ name, use }: RequestField): boolean {
  return use !== 'message' && !saidElsewhere.includes(name) && !isPattern({ name });
}

/** Whether the name stands for all that begin so, which OpenAPI has no word for. */
export function isPattern({ name }: { readonly name: string }): boolean {
  return name.endsWith('*');
}

/** @param kind the operation; undefined: none alone */
export function fieldObject({ name, summary }: RequestField, kind?: CommandKind): Json {
  const schema = requestFieldSchema(name, kind);
  return { name, in: 'header', required: false, description: summary, schema };
}

/** Those that describe the content of any response are left out. */
export function headersObject(fields: readonly ResponseField[]): Json {
  const headers = fields
    .filter((field) => field.statuses.length > 0 && !isPattern(field))
    .map(({ name, summary: description }) => {
      const header = {
        description,
        required: isAlwaysSent(name),
        schema: responseFieldSchema(name),
      };
      return [name, header];
    });
  return headers.length > 0 ? { headers: Object.fromEntries(headers) } : {};
}

export function contentObject(contents: readonly Content[]): Json {
  return Object.fromEntries(
    contents.map(({ type, schema, lines }) => [type, lines ? linesObject(lines) : { schema }]),
  );
}

/** OpenAPI 3.1 has no word for a sequence of values; 3.2 calls it itemSchema. */
function linesObject(name: string): Json {
  const schema: Schema = { type: 'string', description: `Lines, each of them one ${name}.` };
  return { schema, 'x-itemSchema': { $ref: `#/components/schemas/${name}` } };
}

/** The component of the responses with this status. */
export function nameOf(status: number | string): string {
  return `Problem${status}`;
}
