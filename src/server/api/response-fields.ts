/**
 * The response fields of the interface as data: on which operations and statuses they come, and
 * their meaning. The table of docs/http-api.md follows from it. Those of HTTP itself (Date,
 * Connection, Content-Length, …) and of a preflight alone (access/cors.ts) are not among them.
 */
import { type CommandKind, operations } from './operations.js';

export interface ResponseField {
  /** A name that ends in `*` stands for all that begin so. */
  readonly name: string;
  readonly operations: readonly CommandKind[];
  /** Empty: any. */
  readonly statuses: readonly number[];
  readonly summary: string;
}

const all: readonly CommandKind[] = operations.map(({ kind }) => kind);

export const responseFields: readonly ResponseField[] = [
  {
    name: 'ETag',
    operations: ['get', 'put'],
    statuses: [200, 201, 206, 304],
    summary: 'The version of the entity, in double quotes. Each write makes another.',
  },
  ofAll(
    'Content-Type',
    'The type kept with the value, or `application/octet-stream`. An error: ' +
      '`application/problem+json`.',
  ),
  ofAll('X-Content-Type-Options', '`nosniff`: the type is as it says.'),
  ofValue(
    'Content-Security-Policy',
    '`sandbox`, if a type was kept: a page that was put runs no script of this server.',
  ),
  ofValue('Content-Encoding', 'As it was put.'),
  ofValue('Evenkeel-Meta-*', 'As it was put.'),
  ofValue('Evenkeel-Expires', 'When the entity expires, if it does: RFC 3339, in milliseconds.'),
  ofValue('Accept-Ranges', '`bytes`: see `Range`.'),
  {
    name: 'Content-Range',
    operations: ['get'],
    statuses: [206, 416],
    summary: 'Which bytes of how many these are. 416: `bytes */N`, of how many.',
  },
  {
    name: 'Evenkeel-Existed',
    operations: ['delete'],
    statuses: [202],
    summary: '`true` or `false`: whether there was an entity. Left out by a cluster.',
  },
  { name: 'Vary', operations: ['range'], statuses: [200], summary: '`Accept`.' },
  ofAll('Vary', '`Origin`, while `--cors` is given.'),
  ofAll('Access-Control-Allow-Origin', 'The origin that asks, if it is one of `--cors`.'),
  ofAll('Access-Control-Expose-Headers', '`*`, next to the field before.'),
  {
    name: 'Allow',
    operations: all,
    statuses: [405],
    summary: 'The methods that the path takes.',
  },
  ofAll(
    'Server-Timing',
    'If `Evenkeel-Server-Timing` asks for it: `total;dur` in ms. A write that is stored has ' +
      '`queue;dur` and `commit;dur` too.',
  ),
  {
    name: 'WWW-Authenticate',
    operations: all,
    statuses: [400, 401, 403],
    summary: '`Bearer`, and what is wrong with the token (RFC 6750), if that is why.',
  },
  {
    name: 'Retry-After',
    operations: all,
    statuses: [503],
    summary: 'Seconds after which it may work, if waiting helps.',
  },
];

function ofAll(name: string, summary: string): ResponseField {
  return { name, operations: all, statuses: [], summary };
}

/** Fields that come with a value, or a part of it. */
function ofValue(name: string, summary: string): ResponseField {
  return { name, operations: ['get'], statuses: [200, 206], summary };
}
