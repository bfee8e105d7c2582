/**
 * The response fields of the interface as data: on which operations and statuses they come, and
 * their meaning. The table of docs/http-api.md follows from it.
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
  {
    name: 'Content-Type',
    operations: all,
    statuses: [],
    summary:
      'The type kept with the value, or `application/octet-stream`. An error: ' +
      '`application/problem+json`.',
  },
  {
    name: 'X-Content-Type-Options',
    operations: all,
    statuses: [],
    summary: '`nosniff`: the type is as it says.',
  },
  {
    name: 'Content-Security-Policy',
    operations: ['get'],
    statuses: [200, 206],
    summary: '`sandbox`, if a type was kept: a page that was put runs no script of this server.',
  },
  {
    name: 'Content-Encoding',
    operations: ['get'],
    statuses: [200, 206],
    summary: 'As it was put.',
  },
  {
    name: 'Evenkeel-Meta-*',
    operations: ['get'],
    statuses: [200, 206],
    summary: 'As it was put.',
  },
  {
    name: 'Evenkeel-Expires',
    operations: ['get'],
    statuses: [200, 206],
    summary: 'When the entity expires, if it does: RFC 3339, in milliseconds.',
  },
  {
    name: 'Accept-Ranges',
    operations: ['get'],
    statuses: [200, 206],
    summary: '`bytes`: see `Range`.',
  },
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
    summary: '`true` or `false`: whether there was an entity.',
  },
  { name: 'Vary', operations: ['range'], statuses: [200], summary: '`Accept`.' },
  {
    name: 'Allow',
    operations: all,
    statuses: [405],
    summary: 'The methods that the path takes.',
  },
  {
    name: 'Retry-After',
    operations: all,
    statuses: [503],
    summary: 'Seconds after which it may work, if waiting helps.',
  },
];
