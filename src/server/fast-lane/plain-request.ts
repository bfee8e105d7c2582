/**
 * The grammar of the fast lane: requests for one entity as nearly all clients write them. It is a
 * subset of RFC 9112's, so a plain request means the same to llhttp. All others are left to the
 * full lane.
 *
 *     plain   = method " /v0/entity?" *qchar " HTTP/1.1" CRLF 1*( field CRLF ) CRLF content
 *     method  = "GET" / "PUT" / "DELETE"
 *     qchar   = ALPHA / DIGIT / any of -._~%!$&'()*+,;=:@/?
 *     field   = token ":" *( %x20-7E / HTAB )
 *
 * with one Host; at most one Authorization; one Content-Length of 1 to 9 digits for PUT, and none
 * otherwise; for PUT at most one Content-Type, a media type of less than 64 bytes; a Connection of
 * keep-alive or none; no other field that the table gives to the operation; and all of the content
 * there.
 *
 * Most queries are `id=` and a key of 1 to 1024 qchars other than % + and &, which stands for
 * itself. The router reads all other queries.
 */
import { type Limits, maxKeyBytes } from '../../config/limits.js';
import {
  type Operation,
  operations,
  type RequestField,
  type RequestFields,
  requestFields,
} from '../api/operations.js';
import type { Command } from '../api/route.js';
import { type KnownType, KnownTypes } from './known-types.js';

const noFields: RequestFields = {};

/** One request, as offsets in the bytes that hold it. Filled again for each request. */
export class PlainRequest {
  /** Undefined if its key does not stand for itself. */
  command: Command | undefined;
  method = '';
  /** Empty if `command` is there. */
  target = '';
  /** The field that the router reads: a Content-Type, if there is one. */
  fields: RequestFields = noFields;
  /** The value of Host, which the grammar does not judge. */
  hostStart = 0;
  hostEnd = 0;
  /** The value of Authorization, which the grammar does not judge; empty if there is none. */
  credentialsStart = 0;
  credentialsEnd = 0;
  contentStart = 0;
  /** Where the request ends, and its content. */
  end = 0;
}

const isTarget = 1;
const isToken = 2;
const isText = 4;
/** A byte of a target that stands for itself in a key, and does not end it. */
const isLiteral = 8;

/** The parts of a request in which each byte may stand. */
const kinds = new Uint8Array(256);
const alphanumeric = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
for (let code = 0x20; code <= 0x7e; code++) mayBe(isText, String.fromCharCode(code));
mayBe(isText, '\t');
mayBe(isTarget, `${alphanumeric}-._~%!$&'()*+,;=:@/?`);
mayBe(isLiteral, `${alphanumeric}-._~!$'()*,;=:@/?`);
mayBe(isToken, `${alphanumeric}!#$%&'*+-.^_\`|~`);

function mayBe(kind: number, bytes: string): void {
  for (const byte of Buffer.from(bytes)) kinds[byte] = (kinds[byte] as number) | kind;
}

const cr = 0x0d;
const lf = 0x0a;
const colon = 0x3a;
const space = 0x20;
const tab = 0x09;

const id = Buffer.from('id=');
const version = Buffer.from(' HTTP/1.1\r\n');
const host = Buffer.from('host');
const contentLength = Buffer.from('content-length');
const contentType = Buffer.from('content-type');
const authorization = Buffer.from('authorization');
const connection = Buffer.from('connection');
const keepAlive = Buffer.from('keep-alive');

/** A method that the lane takes, and the fields with which a request of it is not plain. */
interface PlainMethod {
  readonly kind: 'get' | 'put' | 'delete';
  readonly method: string;
  /** How such a request begins. */
  readonly start: Buffer;
  /** Names of fields for the full lane in lower case, by their length. */
  readonly fullLaneFields: readonly (readonly Buffer[] | undefined)[];
  /** How other names begin, in lower case. */
  readonly fullLanePrefixes: readonly Buffer[];
  readonly readsType: boolean;
}

/** The lane's methods. A field that the table gives to one is left, unless this file handles it. */
export function plainMethods(fields: readonly RequestField[]): readonly PlainMethod[] {
  const handled = [host, contentLength, connection, authorization].map(String);
  return (['get', 'put', 'delete'] as const).map((kind) => {
    const { path, methods } = operations.find((row) => row.kind === kind) as Operation;
    const method = methods[0] as string;
    const fullLaneFields: Buffer[][] = [];
    const fullLanePrefixes: Buffer[] = [];
    let readsType = false;
    for (const field of fields) {
      const name = field.name.toLowerCase();
      // isName would not find another byte.
      if (!/^[a-z0-9-]+\*?$/.test(name)) throw new TypeError(`the field ${name} is not a name`);
      if (handled.includes(name) || !field.operations.includes(kind)) continue;
      if (name === String(contentType)) readsType = true;
      else if (name.endsWith('*')) fullLanePrefixes.push(Buffer.from(name.slice(0, -1)));
      else {
        fullLaneFields[name.length] ??= [];
        fullLaneFields[name.length]?.push(Buffer.from(name));
      }
    }
    return {
      kind,
      method,
      start: Buffer.from(`${method} ${path}?`),
      fullLaneFields,
      fullLanePrefixes,
      readsType,
    };
  });
}

const tableMethods = plainMethods(requestFields);
const types = new KnownTypes();

/**
 * Finds a plain request that begins at `start` and is there whole. False: the full lane decides.
 * @param methods those of the table, unless a test has another table
 */
export function findPlainRequest(
  bytes: Buffer,
  start: number,
  limits: Limits,
  into: PlainRequest,
  methods = tableMethods,
): boolean {
  const known = methodAt(bytes, start, methods);
  if (known === undefined) return false;
  const query = start + known.start.length;
  let at = query;
  while ((kinds[bytes[at] as number] as number) & isLiteral) at++;
  const literalEnd = at;
  while ((kinds[bytes[at] as number] as number) & isTarget) at++;
  const targetEnd = at;
  if (!startsWith(bytes, at, version)) return false;
  at += version.length;

  let type: KnownType | undefined;
  let hosts = 0;
  let length = -1;
  let fields = 0;
  into.credentialsEnd = 0;
  while (bytes[at] !== cr) {
    const name = at;
    while ((kinds[bytes[at] as number] as number) & isToken) at++;
    const nameLength = at - name;
    if (nameLength === 0 || bytes[at] !== colon) return false;
    let value = ++at;
    while ((kinds[bytes[at] as number] as number) & isText) at++;
    if (bytes[at] !== cr || bytes[at + 1] !== lf) return false;
    fields++;
    if (nameLength === host.length && isName(bytes, name, host)) {
      hosts++;
      into.hostStart = skipSpace(bytes, value);
      into.hostEnd = at;
    } else if (nameLength === contentLength.length && isName(bytes, name, contentLength)) {
      if (length >= 0) return false;
      value = skipSpace(bytes, value);
      length = digits(bytes, value, at);
      if (length < 0) return false;
    } else if (nameLength === connection.length && isName(bytes, name, connection)) {
      value = skipSpace(bytes, value);
      if (at - value !== keepAlive.length || !isName(bytes, value, keepAlive)) return false;
    } else if (nameLength === authorization.length && isName(bytes, name, authorization)) {
      if (into.credentialsEnd > 0) return false;
      into.credentialsStart = skipSpace(bytes, value);
      into.credentialsEnd = at;
    } else if (
      known.readsType &&
      nameLength === contentType.length &&
      isName(bytes, name, contentType)
    ) {
      if (type) return false;
      type = types.find(bytes, skipSpace(bytes, value), at);
      if (!type) return false;
    } else if (isForFullLane(known, bytes, name, nameLength)) return false;
    at += 2;
  }
  if (bytes[at + 1] !== lf) return false;
  at += 2;
  if (hosts !== 1 || fields > limits.maxHeaderFields || at - start > limits.maxHeaderBytes)
    return false;
  if (length >= 0 !== (known.method === 'PUT') || length > limits.maxValueBytes) return false;
  const end = at + Math.max(length, 0);
  if (end > bytes.length) return false;

  const key = query + id.length;
  const isLiteralKey =
    literalEnd === targetEnd &&
    targetEnd > key &&
    targetEnd - key <= maxKeyBytes &&
    startsWith(bytes, query, id);
  into.command = isLiteralKey
    ? commandOf(known.kind, copyOf(bytes, key, targetEnd), type)
    : undefined;
  into.fields = type?.request ?? noFields;
  into.method = known.method;
  into.target = isLiteralKey
    ? ''
    : bytes.toString('latin1', start + known.method.length + 1, targetEnd);
  into.contentStart = at;
  into.end = end;
  return true;
}

/** A loop and no closure, as in all that runs for each request. */
function methodAt(
  bytes: Buffer,
  start: number,
  methods: readonly PlainMethod[],
): PlainMethod | undefined {
  for (const method of methods) if (startsWith(bytes, start, method.start)) return method;
  return undefined;
}

function commandOf(kind: PlainMethod['kind'], key: Buffer, type: KnownType | undefined): Command {
  return type?.kept ? { kind: 'put', key, fields: type.kept } : { kind, key };
}

/** Whether the field of this name is for the full lane. */
function isForFullLane(
  { fullLaneFields, fullLanePrefixes }: PlainMethod,
  bytes: Buffer,
  name: number,
  length: number,
): boolean {
  for (const prefix of fullLanePrefixes)
    if (length >= prefix.length && isName(bytes, name, prefix)) return true;
  const fields = fullLaneFields[length];
  if (fields) for (const field of fields) if (isName(bytes, name, field)) return true;
  return false;
}

/** The bytes outlive their buffer, which is read into again. */
export function copyOf(bytes: Buffer, start: number, end: number): Buffer {
  const copy = Buffer.allocUnsafe(end - start);
  bytes.copy(copy, 0, start, end);
  return copy;
}

function startsWith(bytes: Buffer, at: number, text: Buffer): boolean {
  for (let index = 0; index < text.length; index++)
    if (bytes[at + index] !== text[index]) return false;
  return true;
}

/** Whether these letters and hyphens stand there, in upper or lower case. */
function isName(bytes: Buffer, at: number, lower: Buffer): boolean {
  for (let index = 0; index < lower.length; index++)
    if (((bytes[at + index] as number) | 0x20) !== lower[index]) return false;
  return true;
}

function skipSpace(bytes: Buffer, start: number): number {
  let at = start;
  while (bytes[at] === space || bytes[at] === tab) at++;
  return at;
}

/** The number that these bytes spell; -1 if they are not 1 to 9 digits. */
function digits(bytes: Buffer, start: number, end: number): number {
  if (end - start < 1 || end - start > 9) return -1;
  let number = 0;
  for (let at = start; at < end; at++) {
    const digit = (bytes[at] as number) - 0x30;
    if (digit < 0 || digit > 9) return -1;
    number = number * 10 + digit;
  }
  return number;
}
