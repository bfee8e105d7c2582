/** The parameters that operations take in the query: their words, and their schemas. */
import { maxKeyBytes, maxTtlMs, maxTtlSeconds } from '../../config/limits.js';
import type { Capabilities } from '../../store/store.js';
import type { Schema } from './openapi/schema.js';

export interface Parameter {
  readonly name: string;
  readonly isRequired: boolean;
  /** The shape of its value, in words. */
  readonly value: string;
  readonly summary: string;
  /** The same shape for programs; it may depend on the store. */
  readonly schema: Schema | ((store: Pick<Capabilities, 'replicas'>) => Schema);
}

const keyValue = `1 to ${maxKeyBytes} bytes, percent-encoded`;
/** It counts characters, and the store bytes: a key in other letters than ASCII's is shorter. */
const keySchema: Schema = { type: 'string', minLength: 1, maxLength: maxKeyBytes };
export const id: Parameter = {
  name: 'id',
  isRequired: true,
  value: keyValue,
  summary: 'The key of the entity.',
  schema: keySchema,
};

export const replicas: Parameter = {
  name: 'replicas',
  isRequired: false,
  value: '`ack/from`, 1 ≤ ack ≤ from',
  summary: 'How many of how many replicas must confirm. Default: a quorum of all.',
  schema: (store) => ({ type: 'string', enum: replicaCounts(store.replicas) }),
};

export const ttl: Parameter = {
  name: 'ttl',
  isRequired: false,
  value: `1 to ${maxTtlSeconds}, or with \`ms\` behind it 1 to ${maxTtlSeconds}000`,
  summary: 'Seconds, or milliseconds, until the entity expires. Default: it stays.',
  schema: {
    oneOf: [
      { type: 'integer', minimum: 1, maximum: maxTtlSeconds },
      { type: 'string', pattern: `^(${digitsUpTo(maxTtlMs)})ms$` },
    ],
  },
};

export const start: Parameter = {
  name: 'start',
  isRequired: false,
  value: keyValue,
  summary: 'The lowest key of the range, included.',
  schema: keySchema,
};

export const end: Parameter = {
  name: 'end',
  isRequired: false,
  value: keyValue,
  summary: 'The bound above, excluded; goes with `start`. Default: the end of the store.',
  schema: keySchema,
};

export const prefix: Parameter = {
  name: 'prefix',
  isRequired: false,
  value: keyValue,
  summary: 'All keys that begin with these bytes, in place of `start` and `end`.',
  schema: keySchema,
};

export const after: Parameter = {
  name: 'after',
  isRequired: false,
  value: keyValue,
  summary: 'Goes on behind this key, in the order of the range. It need not exist.',
  schema: keySchema,
};

export const limit: Parameter = {
  name: 'limit',
  isRequired: false,
  value: '1 or more',
  summary: 'The maximum number of entities. Default: all.',
  schema: { type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER },
};

export const order: Parameter = {
  name: 'order',
  isRequired: false,
  value: '`asc` or `desc`',
  summary: '`desc` begins with the highest key. Default: `asc`.',
  schema: { type: 'string', enum: ['asc', 'desc'] },
};

export const only: Parameter = {
  name: 'only',
  isRequired: false,
  value: '`keys`',
  summary: 'Returns keys without values, at a multiple of the speed.',
  schema: { type: 'string', enum: ['keys'] },
};

export const atomic: Parameter = {
  name: 'atomic',
  isRequired: false,
  value: '`true` or `false`',
  summary: 'Whether all operations are done, or none. Default: each is done by itself.',
  schema: { type: 'boolean' },
};

/** A pattern of the whole numbers from 1 to `max`, without leading zeros. */
function digitsUpTo(max: number): string {
  const digits = String(max);
  const shorter = digits.length > 1 ? [`[1-9][0-9]{0,${digits.length - 2}}`] : [];
  const below = [...digits].flatMap((digit, at) => {
    const low = at === 0 ? 1 : 0;
    const high = Number(digit) - 1;
    const rest = `[0-9]{${digits.length - at - 1}}`;
    return high < low ? [] : [`${digits.slice(0, at)}[${low}-${high}]${rest}`];
  });
  return [...shorter, ...below, digits].join('|');
}

/** Each `ack/from` that a store with so many replicas can keep. */
function replicaCounts(replicas: number): string[] {
  const counts: string[] = [];
  for (let from = 1; from <= replicas; from++)
    for (let ack = 1; ack <= from; ack++) counts.push(`${ack}/${from}`);
  return counts;
}
