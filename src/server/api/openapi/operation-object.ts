/**
 * One operation of the document: a method at a path. It has neither 405, for its method is taken,
 * nor request fields that are refused, or mean the same to every operation.
 */
import type { Capabilities } from '../../../store/store.js';
import {
  type CommandKind,
  type Operation,
  operations,
  type RequestField,
  requestFields,
} from '../operations.js';
import { commonProblems } from '../problem-statuses.js';
import type { Parameter } from '../query-parameters.js';
import { responseFields } from '../response-fields.js';
import { requestContents, responseContents } from './contents.js';
import {
  contentObject,
  fieldObject,
  headersObject,
  isPattern,
  isShown,
  type Json,
  nameOf,
} from './parts.js';

/** RFC 9110 § 14.2: a range means something to GET alone, so HEAD ignores it. */
const ofGetAlone: readonly (string | number)[] = ['Range', 'If-Range', 206, 416];

/** A condition is on one entity: these operations on many refuse all fields of their own. */
const refusing: readonly CommandKind[] = ['deleteRange', 'batch'];

export function isParameter({ use, operations: kinds }: RequestField): boolean {
  return use === 'read' && kinds.length < operations.length;
}

export function operationObject(
  operation: Operation,
  method: string,
  store: Pick<Capabilities, 'replicas'>,
): Json {
  const { kind, path, parameters = [] } = operation;
  // A HEAD of a range reads nothing, so no replica can fail it.
  const isOfReading = (what: string | number) => kind === 'range' && what === 504;
  const isTaken = (what: string | number) =>
    method !== 'HEAD' || !(ofGetAlone.includes(what) || isOfReading(what));
  const fields = requestFields.filter((field: RequestField) => {
    const isRead = field.operations.includes(kind) && !refusing.includes(kind);
    return isParameter(field) && isRead && isTaken(field.name);
  });
  const content = requestContents[kind];
  return {
    operationId: operationId(path, method),
    ...wordsObject(operation),
    parameters: [
      ...parameters.map((parameter) => parameterObject(parameter, store)),
      ...fields.filter(isShown).map((field) => fieldObject(field, kind)),
    ],
    ...(content && { requestBody: { content: contentObject(content) } }),
    responses: responsesObject(operation, method, isTaken),
  };
}

/** For example `getEntity`. */
function operationId(path: string, method: string): string {
  const [last = ''] = (path.split('/').at(-1) ?? '').split('.');
  return `${method.toLowerCase()}${last.slice(0, 1).toUpperCase()}${last.slice(1)}`;
}

/** OpenAPI cannot say which parameters exclude each other, and some names of fields. */
function wordsObject({ kind, summary, oneOf }: Operation): Json {
  const patterns = [...requestFields, ...responseFields].filter((field) => {
    return isPattern(field) && (field.operations as readonly string[]).includes(kind);
  });
  const words = patterns.map(({ name, summary }) => `Field \`${name}\`: ${summary}`);
  if (oneOf) words.push(`Give exactly one of \`${oneOf.join('`, `')}\`.`);
  return words.length > 0 ? { summary, description: words.join(' ') } : { summary };
}

function parameterObject(
  { name, isRequired, value, summary, schema }: Parameter,
  store: Pick<Capabilities, 'replicas'>,
): Json {
  return {
    name,
    in: 'query',
    required: isRequired,
    description: `${summary} Its value: ${value}.`,
    schema: typeof schema === 'function' ? schema(store) : schema,
  };
}

function responsesObject(
  { kind, responses, problems }: Operation,
  method: string,
  isTaken: (status: number) => boolean,
): Json {
  const own = Object.entries(responses)
    .filter(([status]) => isTaken(Number(status)))
    .map(([text, description]): [string, Json] => {
      const status = Number(text);
      const fields = responseFields.filter((field) => {
        return field.operations.includes(kind) && field.statuses.includes(status);
      });
      const contents = method === 'HEAD' ? undefined : responseContents[kind][status];
      const content = contents && { content: contentObject(contents) };
      return [text, { description, ...headersObject(fields), ...content }];
    });
  const refusals = [...new Set([...commonProblems, ...problems])]
    .filter((status) => status !== 405 && isTaken(status))
    .map((status): [string, Json] => {
      return [String(status), { $ref: `#/components/responses/${nameOf(status)}` }];
    });
  return Object.fromEntries([...own, ...refusals]);
}
