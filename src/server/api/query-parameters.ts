/** The parameters that operations take in the query. */
import { maxKeyBytes, maxTtlSeconds } from '../../config/limits.js';

export interface Parameter {
  readonly name: string;
  readonly isRequired: boolean;
  /** The shape of its value. */
  readonly value: string;
  readonly summary: string;
}

const keyValue = `1 to ${maxKeyBytes} bytes, percent-encoded`;
export const id: Parameter = {
  name: 'id',
  isRequired: true,
  value: keyValue,
  summary: 'The key of the entity.',
};

export const replicas: Parameter = {
  name: 'replicas',
  isRequired: false,
  value: '`ack/from`, 1 ≤ ack ≤ from',
  summary: 'How many of how many replicas must confirm. Default: a quorum of all.',
};

export const ttl: Parameter = {
  name: 'ttl',
  isRequired: false,
  value: `1 to ${maxTtlSeconds}, or with \`ms\` behind it 1 to ${maxTtlSeconds}000`,
  summary: 'Seconds, or milliseconds, until the entity expires. Default: it stays.',
};

export const start: Parameter = {
  name: 'start',
  isRequired: false,
  value: keyValue,
  summary: 'The lowest key of the range, included.',
};

export const end: Parameter = {
  name: 'end',
  isRequired: false,
  value: keyValue,
  summary: 'The bound above, excluded; goes with `start`. Default: the end of the store.',
};

export const prefix: Parameter = {
  name: 'prefix',
  isRequired: false,
  value: keyValue,
  summary: 'All keys that begin with these bytes, in place of `start` and `end`.',
};

export const after: Parameter = {
  name: 'after',
  isRequired: false,
  value: keyValue,
  summary: 'Goes on behind this key, in the order of the range. It need not exist.',
};

export const limit: Parameter = {
  name: 'limit',
  isRequired: false,
  value: '1 or more',
  summary: 'The maximum number of entities. Default: all.',
};

export const order: Parameter = {
  name: 'order',
  isRequired: false,
  value: '`asc` or `desc`',
  summary: '`desc` begins with the highest key. Default: `asc`.',
};

export const only: Parameter = {
  name: 'only',
  isRequired: false,
  value: '`keys`',
  summary: 'Returns keys without values, at a multiple of the speed.',
};

export const atomic: Parameter = {
  name: 'atomic',
  isRequired: false,
  value: '`true` or `false`',
  summary: 'Whether all operations are done, or none. Default: each is done by itself.',
};
