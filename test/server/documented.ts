/**
 * Holds exchanges against the OpenAPI document, in both directions. An exchange must not show what
 * the document leaves out; and the document's claims are a list, which exchanges strike off.
 */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { openApiDocument } from '#dist/server/api/openapi/document.js';
import { responseFields } from '#dist/server/api/response-fields.js';

export interface Exchange {
  readonly method: string;
  readonly target: string;
  /** Names of the request fields that were sent, in any case. */
  readonly requestFields: readonly string[];
  readonly status: number;
  /** By name in lower case. */
  readonly fields: ReadonlyMap<string, string>;
  /** Undefined: it was not looked at. */
  readonly content?: string;
}

interface ResponseObject {
  readonly $ref?: string;
  readonly headers?: Readonly<Record<string, { readonly required: boolean }>>;
  readonly content?: Readonly<Record<string, MediaType>>;
}

interface MediaType {
  readonly schema?: object;
  /** The schema of each line. */
  readonly 'x-itemSchema'?: object;
}

interface OperationObject {
  readonly operationId: string;
  readonly parameters: readonly { readonly name: string; readonly in: string }[];
  readonly responses: Readonly<Record<string, ResponseObject>>;
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, OperationObject>>>>;
  readonly components: {
    readonly schemas: object;
    readonly parameters: Readonly<Record<string, { readonly name: string }>>;
    readonly responses: Readonly<Record<string, ResponseObject>>;
  };
}

const document = openApiDocument({ replicas: 1 }) as unknown as Document;
const { components } = document;
const all = Object.values(document.paths).flatMap((methods) => Object.values(methods));
const ajv = new Ajv2020({ strict: false, validateFormats: false });
const validators = new Map<object, ValidateFunction>();
/** Fields of any response: those of HTTP itself, and those that the table gives to all. */
const ofMessages = new Set([
  ...['date', 'connection', 'keep-alive', 'content-length', 'transfer-encoding'],
  ...responseFields.filter(({ statuses }) => statuses.length === 0).map(({ name }) => lower(name)),
]);
/** How names begin that the document cannot list. */
const prefixes = responseFields
  .filter(({ name }) => name.endsWith('*'))
  .map(({ name }) => lower(name).slice(0, -1));

/** Statuses that any request may get. */
const anywhere = new Set([
  '405',
  ...Object.keys(components.responses)
    .map((name) => name.replace('Problem', ''))
    .filter((status) => all.every(({ responses }) => Object.hasOwn(responses, status))),
]);

/** All that the document says, one line each. */
export function claims(): string[] {
  const lines = all.flatMap(({ operationId, parameters, responses }) => [
    ...parameters.map(({ name, in: place }) => `${operationId} takes ${place} ${name}`),
    ...Object.keys(responses).flatMap((status) => claimsOf(operationId, status)),
  ]);
  const ofEach = Object.keys(components.parameters).map((name) => `each takes header ${name}`);
  const refusals = [...anywhere].flatMap((status) => claimsOf('each', status));
  return [...new Set([...lines, ...ofEach, ...refusals])].sort();
}

/** A status, its fields, and its media types. */
function claimsOf(operationId: string, status: string): string[] {
  const who = anywhere.has(status) ? 'each' : operationId;
  const { headers = {}, content = {} } = responseOf(operationId, status) ?? {};
  return [
    `${who} gives ${status}`,
    ...Object.keys(headers).map((name) => `${who} gives ${status} ${name}`),
    ...Object.keys(content).map((type) => `${who} gives ${status} ${type}`),
  ];
}

function operationOf(method: string, target: string): OperationObject | undefined {
  const path = target.replace(/^http:\/\/[^/]*/i, '').replace(/\?.*/s, '');
  return document.paths[path]?.[method.toLowerCase()];
}

function responseOf(operationId: string, status: string): ResponseObject | undefined {
  const known = all.find((operation) => operation.operationId === operationId)?.responses[status];
  if (known !== undefined && known.$ref === undefined) return known;
  return known || anywhere.has(status) ? components.responses[`Problem${status}`] : undefined;
}

/** The claims that an exchange proves. */
export function shownBy(exchange: Exchange): string[] {
  const { method, target, status, fields, requestFields } = exchange;
  const { operationId = 'each', parameters = [] } = operationOf(method, target) ?? {};
  const sent = new Set(requestFields.map((name) => name.toLowerCase()));
  const query = new URLSearchParams(target.split('?')[1] ?? '');
  const type = fields.get('content-type');
  return [
    ...parameters
      .filter(({ name, in: place }) => {
        // A parameter that is refused with its request has not been taken.
        return place === 'query' ? query.has(name) && status < 400 : sent.has(name.toLowerCase());
      })
      .map(({ name, in: place }) => `${operationId} takes ${place} ${name}`),
    ...Object.keys(components.parameters)
      .filter((name) => sent.has(name.toLowerCase()))
      .map((name) => `each takes header ${name}`),
    ...claimsOf(operationId, String(status)).filter((claim) => {
      const [, , , what] = claim.split(' ');
      const isType = what === type || (what === '*/*' && type !== undefined);
      return what === undefined || isType || fields.has(what.toLowerCase());
    }),
  ];
}

/** Tells where an exchange shows more than the document says, or less than it promises. */
export function contradictions(exchange: Exchange): string[] {
  const { method, target, status, fields, content } = exchange;
  // Interim responses are of HTTP itself, and preflights are asked by browsers.
  if (status < 200 || (method === 'OPTIONS' && status === 204)) return [];
  const where = `${method} ${target.slice(0, 100)}: ${status}`;
  const operation = operationOf(method, target);
  const response = responseOf(operation?.operationId ?? 'each', String(status));
  if (response === undefined) return [`${where} is not a status of it`];
  const { headers = {}, content: contents = {} } = response;
  const faults: string[] = [];
  const known = new Set([...ofMessages, ...Object.keys(headers).map(lower)]);
  const isKnown = (name: string) =>
    known.has(name) || prefixes.some((prefix) => name.startsWith(prefix));
  for (const name of fields.keys())
    if (!isKnown(name)) faults.push(`${where} has the field ${name}`);
  for (const [name, { required }] of Object.entries(headers))
    if (required && !fields.has(name.toLowerCase())) faults.push(`${where} has no ${name}`);
  const type = fields.get('content-type');
  if (type === undefined || method === 'HEAD') return faults;
  const medium = contents[type] ?? contents['*/*'];
  if (medium === undefined) return [...faults, `${where} is ${type}`];
  if (content === undefined) return faults;
  const { schema, 'x-itemSchema': itemSchema } = medium;
  if (itemSchema)
    for (const line of content.split('\n').slice(0, -1)) faults.push(...errors(itemSchema, line));
  else if (schema && type.endsWith('json')) faults.push(...errors(schema, content));
  return faults;
}

/** @param json its characters are bytes */
function errors(schema: object, json: string): string[] {
  const validate = validators.get(schema) ?? ajv.compile({ ...schema, components });
  validators.set(schema, validate);
  const value: unknown = JSON.parse(Buffer.from(json, 'latin1').toString());
  return validate(value) ? [] : [`${json.slice(0, 100)} ${ajv.errorsText(validate.errors)}`];
}

function lower(name: string): string {
  return name.toLowerCase();
}
