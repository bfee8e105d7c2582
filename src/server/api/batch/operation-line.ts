/** A line of a batch: its schema, and the operation that it means. */
import { isUtf8 } from 'node:buffer';
import * as v from 'valibot';
import { maxKeyBytes, maxTtlMs } from '../../../config/limits.js';
import type { Capabilities, Condition, EntityFields, Operation } from '../../../store/store.js';
import { keptFields, metaPrefix } from '../kept-fields.js';
import { mustBeKept } from '../parameters.js';
import { mustKeepConditions } from '../preconditions.js';
import { Problem, quote, valueTooLarge } from '../problem.js';
import { type Bound, boundText } from './batch-bounds.js';
import type { BatchIntake } from './batch-intake.js';
import { isQuicklyParsed } from './line-shape.js';

const text = v.string('should be a string');
const base64 = v.pipe(text, v.regex(/^[A-Za-z0-9+/]*={0,2}$/, 'should be base64'));
const metaName = v.pipe(
  text,
  v.regex(/^[!#$%&'*+\-.^_`|~0-9a-z]+$/, 'should be a token in lower case'),
);
const isWhole = v.pipe(
  v.number('should be a number'),
  v.safeInteger('should be a whole number'),
  v.minValue(1, 'should be at least 1'),
  v.maxValue(maxTtlMs, `should be at most ${maxTtlMs}`),
);

function say<const Schema extends v.GenericSchema>(meaning: string, schema: Schema) {
  return v.optional(v.pipe(schema, v.description(meaning)));
}

/** One line of the content of `POST /v0/entities`. */
export const operationLine = v.strictObject(
  {
    key: say('The key, as text.', text),
    keyBase64: say('The key, if it is not UTF-8.', base64),
    value: say('The value, as base64. A put has this or valueText.', base64),
    valueText: say('The value, as text.', text),
    delete: say('Removes the entity.', v.literal(true, 'should be true, or be left out')),
    ttlMs: say('Milliseconds until the entity expires. Default: it stays.', isWhole),
    expires: say(
      'When the entity expires, as in a listing.',
      v.pipe(text, v.isoTimestamp('should be a time as of RFC 3339')),
    ),
    ifMatch: say(
      'Only if the entity has this version, or is there: `*`.',
      v.pipe(text, v.regex(/^(?:\*|[0-9]{1,16})$/, 'should be a version or *')),
    ),
    ifNoneMatch: say('Only if the entity is absent.', v.literal('*', 'should be *')),
    contentType: say('Kept with the value.', text),
    contentEncoding: say('Kept with the value.', text),
    meta: say(
      'Kept with the value, by name in lower case.',
      v.record(metaName, text, 'should be an object'),
    ),
    version: say('Ignored: it is there in a listing.', text),
  },
  'should be an object with these members',
);

const members = Object.keys(operationLine.entries).join(', ');

export type OperationLine = v.InferOutput<typeof operationLine>;

export interface LineContext {
  readonly capabilities: Pick<Capabilities, 'conditions' | 'maxExpiresMs'>;
  /** Bytes of a line. */
  readonly line: Bound;
  readonly maxValueBytes: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly mustAllowKey?: BatchIntake['mustAllowKey'];
}

export function lineContext(
  capabilities: LineContext['capabilities'],
  { bounds, maxValueBytes, mustAllowKey }: BatchIntake,
): LineContext {
  return { capabilities, line: bounds.line, maxValueBytes, now: Date.now, mustAllowKey };
}

/**
 * The operation of a line.
 * @param bytes undefined: it is longer than a line may be
 * @throws Problem 400, 401, 403, 413, 431, 501, about the line alone
 */
export function operationOf(bytes: Buffer | undefined, context: LineContext): Operation {
  if (bytes === undefined)
    throw new Problem(
      413,
      `a line has at most ${boundText(context.line, 'bytes')}; ` +
        'send a larger value with a PUT of its own',
    );
  const line = parse(bytes);
  const key = keyOf(line);
  context.mustAllowKey?.(key);
  const condition = conditionOf(line, context.capabilities);
  const conditional = condition && { condition };
  if (line.delete) {
    const other = onlyForPuts.find((name) => line[name] !== undefined);
    if (other) throw new Problem(400, `a deletion has no ${other}; leave it or delete out`);
    return { kind: 'delete', key, ...(conditional && { options: conditional }) };
  }
  const value = [contentOf(line, context.maxValueBytes)];
  const ttlMs = ttlOf(line, context.now);
  if (ttlMs !== undefined) mustBeKept(ttlMs, context.capabilities);
  const fields = fieldsOf(line);
  if (!conditional && ttlMs === undefined && !fields) return { kind: 'put', key, value };
  const options = {
    ...conditional,
    ...(ttlMs !== undefined && { ttlMs }),
    ...(fields && { fields }),
  };
  return { kind: 'put', key, value, options };
}

const onlyForPuts = [
  'value',
  'valueText',
  'ttlMs',
  'expires',
  'contentType',
  'contentEncoding',
  'meta',
] as const satisfies readonly (keyof OperationLine)[];

function parse(bytes: Buffer): OperationLine {
  if (!isUtf8(bytes))
    throw new Problem(400, 'the line is not UTF-8; write other keys as keyBase64');
  if (!isQuicklyParsed(bytes))
    throw new Problem(400, 'the line has too many members or brackets; it holds one operation');
  let json: unknown;
  try {
    json = JSON.parse(bytes.toString());
  } catch (error) {
    throw new Problem(400, `the line is not JSON: ${(error as Error).message}`);
  }
  mustBeMembers(json);
  const parsed = v.safeParse(operationLine, json, { abortEarly: true });
  if (parsed.success) {
    const meta = metaOf(json);
    return meta ? { ...parsed.output, meta } : parsed.output;
  }
  const [issue] = parsed.issues;
  const path = v.getDotPath(issue);
  if (path === null) throw new Problem(400, `the line ${issue.message}, got ${issue.received}`);
  throw new Problem(400, `${quote(path)} ${issue.message}, got ${quote(issue.received)}`);
}

/** The schema takes the names of inherited properties, such as `constructor`, for known ones. */
function mustBeMembers(json: unknown): void {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return;
  const unknown = Object.keys(json).find((name) => !Object.hasOwn(operationLine.entries, name));
  if (unknown === undefined) return;
  throw new Problem(400, `${quote(unknown)} is not a member of a line; the members are ${members}`);
}

/** As it was sent: the schema leaves some names out, for example `constructor`, unseen. */
function metaOf(json: unknown): Record<string, string> | undefined {
  const { meta } = json as { readonly meta?: Record<string, unknown> };
  if (meta === undefined) return undefined;
  // The schema takes an array for a record.
  if (Array.isArray(meta)) throw new Problem(400, '"meta" should be an object, got "Array"');
  for (const [name, value] of Object.entries(meta))
    if (typeof value !== 'string')
      throw new Problem(
        400,
        `${quote(`meta.${name}`)} should be a string, got ${quote(JSON.stringify(value))}`,
      );
  return meta as Record<string, string>;
}

function keyOf({ key: keyText, keyBase64 }: OperationLine): Buffer {
  if ((keyText === undefined) === (keyBase64 === undefined))
    throw new Problem(400, 'the line needs a key or a keyBase64, and not both');
  if (keyText !== undefined) mustBeText('key', keyText);
  const key = keyText === undefined ? decoded('keyBase64', keyBase64) : Buffer.from(keyText);
  if (key.length >= 1 && key.length <= maxKeyBytes) return key;
  throw new Problem(400, `a key has 1 to ${maxKeyBytes} bytes, got ${key.length}`);
}

function contentOf({ value, valueText }: OperationLine, maxBytes: number): Buffer {
  if ((value === undefined) === (valueText === undefined))
    throw new Problem(400, 'the line needs a value or a valueText, and not both, or a delete');
  if (valueText !== undefined) mustBeText('valueText', valueText);
  const bytes = valueText === undefined ? decoded('value', value) : Buffer.from(valueText);
  if (bytes.length <= maxBytes) return bytes;
  throw valueTooLarge(maxBytes);
}

function decoded(name: string, base64 = ''): Buffer {
  if (base64.length % 4 === 0) return Buffer.from(base64, 'base64');
  throw new Problem(400, `${name} is not base64: its length is not a multiple of 4; pad it with =`);
}

/** JSON can hold halves of characters, which have no UTF-8. */
function mustBeText(name: string, value: string): void {
  if (/\p{Surrogate}/u.test(value))
    throw new Problem(400, `${name} holds half a surrogate pair, which is not text; use base64`);
}

function conditionOf(
  { ifMatch, ifNoneMatch }: OperationLine,
  capabilities: LineContext['capabilities'],
): Condition | undefined {
  if (ifMatch === undefined && ifNoneMatch === undefined) return undefined;
  mustKeepConditions(capabilities, 'ifMatch and ifNoneMatch');
  if (ifMatch !== undefined && ifNoneMatch !== undefined)
    throw new Problem(400, 'ifMatch and ifNoneMatch exclude each other; give one');
  if (ifMatch === undefined) return { kind: 'absent' };
  return ifMatch === '*' ? { kind: 'present' } : { kind: 'version', versions: [Number(ifMatch)] };
}

function ttlOf({ ttlMs, expires }: OperationLine, now: () => number): number | undefined {
  if (expires === undefined) return ttlMs;
  if (ttlMs !== undefined) throw new Problem(400, 'ttlMs and expires exclude each other; give one');
  const leftMs = Math.ceil(Date.parse(expires) - now());
  if (!(leftMs <= maxTtlMs))
    throw new Problem(
      400,
      `expires is at most ${maxTtlMs} ms from now, got ${quote(expires)}; ` +
        'give an earlier time, or leave it out',
    );
  // An entity that has expired replaces what is stored, and is gone in a moment.
  return Math.max(1, leftMs);
}

function fieldsOf({ contentType, contentEncoding, meta }: OperationLine): EntityFields | undefined {
  if (contentType === undefined && contentEncoding === undefined && !meta) return undefined;
  const fields: Record<string, string> = {};
  if (contentType !== undefined) fields['content-type'] = contentType;
  if (contentEncoding !== undefined) fields['content-encoding'] = contentEncoding;
  for (const [name, value] of Object.entries(meta ?? {})) fields[metaPrefix + name] = value;
  return keptFields(fields);
}
