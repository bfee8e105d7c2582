/**
 * A fuzzing case: the bytes of a connection, the pieces in which they are sent, and whether the
 * client ends its side behind them. The bytes are a pipeline of requests, some of it mutated.
 * Characters are bytes (latin1).
 */
import fc from 'fast-check';
import { between, request } from './requests.js';

export interface Case {
  readonly bytes: string;
  /** Where the bytes are cut into pieces that the server reads apart: ascending offsets. */
  readonly cuts: readonly number[];
  /**
   * Whether the client ends its side right after its last byte, or only once the server is quiet.
   */
  readonly endsAtOnce: boolean;
}

type Mutation = (bytes: string) => string;

/** A place in bytes of any length. */
const place = fc.nat(2 ** 20 - 1);
const at = (bytes: string, place: number) => Math.floor((place / 2 ** 20) * (bytes.length + 1));
const splice = (bytes: string, from: number, length: number, inserted: string) =>
  bytes.slice(0, from) + inserted + bytes.slice(from + length);

const interesting = fc.constantFrom(
  ...[
    '\r\n',
    '\r',
    '\n',
    '\0',
    ' ',
    '\t',
    ':',
    ',',
    ';',
    '%',
    '&',
    '=',
    '?',
    '#',
    '/',
    '+',
    '-',
    '0',
    '1',
    '9',
    'a',
    'F',
  ],
  ...[
    '\x01',
    '\x0b',
    '\x0c',
    '\x1f',
    '\x7f',
    '\x80',
    '\x85',
    '\xa0',
    '\xff',
    '\r\n\r\n',
    '\r\n ',
    '\n\n',
    '%0',
    '%00',
    'HTTP/1.1',
  ],
  ...[
    'Host: g\r\n',
    'Content-Length: 3\r\n',
    'Transfer-Encoding: chunked\r\n',
    'Connection: close\r\n',
    'Expect: 100-continue\r\n',
  ],
);

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.tuple(place, fc.nat(7)).map(
    ([place, bit]): Mutation =>
      (bytes) => {
        const from = at(bytes, place);
        return splice(
          bytes,
          from,
          1,
          String.fromCharCode((bytes.charCodeAt(from) || 0) ^ (1 << bit)),
        );
      },
  ),
  fc.tuple(place, interesting).map(
    ([place, text]): Mutation =>
      (bytes) =>
        splice(bytes, at(bytes, place), 0, text),
  ),
  fc.tuple(place, interesting).map(
    ([place, text]): Mutation =>
      (bytes) =>
        splice(bytes, at(bytes, place), text.length, text),
  ),
  fc.tuple(place, fc.integer({ min: 1, max: 8 })).map(
    ([place, length]): Mutation =>
      (bytes) =>
        splice(bytes, at(bytes, place), length, ''),
  ),
  fc.tuple(place, fc.integer({ min: 1, max: 80 }), place).map(
    ([place, length, to]): Mutation =>
      (bytes) => {
        const from = at(bytes, place);
        return splice(bytes, at(bytes, to), 0, bytes.slice(from, from + length));
      },
  ),
  fc.tuple(place, place, request).map(
    ([place, other, donor]): Mutation =>
      (bytes) =>
        bytes.slice(0, at(bytes, place)) + donor.slice(at(donor, other)),
  ),
  place.map(
    (place): Mutation =>
      (bytes) =>
        bytes.slice(0, at(bytes, place)),
  ),
);

const mutations = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Mutation[]>([]) },
  { weight: 2, arbitrary: fc.array(mutation, { minLength: 1, maxLength: 3 }) },
);

const several = fc.array(fc.tuple(request, between), { minLength: 1, maxLength: 4 });
const pipeline = fc.oneof(
  { weight: 9, arbitrary: several },
  {
    weight: 1,
    arbitrary: fc.array(fc.tuple(request, between), { minLength: 5, maxLength: 20, size: 'max' }),
  },
);

const cuts = fc.oneof(
  { weight: 6, arbitrary: fc.constant<number[]>([]) },
  { weight: 4, arbitrary: fc.array(place, { minLength: 1, maxLength: 1 }) },
  { weight: 2, arbitrary: fc.array(place, { minLength: 2, maxLength: 6 }) },
);

export const aCase: fc.Arbitrary<Case> = fc
  .tuple(between, pipeline, mutations, cuts, fc.integer({ min: 0, max: 7 }))
  .map(([before, requests, mutations, cuts, end]) => {
    const whole = before + requests.flat().join('');
    const bytes = mutations.reduce((mutated, mutate) => mutate(mutated), whole);
    const offsets = new Set(cuts.map((cut) => at(bytes, cut)));
    return {
      bytes,
      cuts: [...offsets].filter((cut) => cut > 0 && cut < bytes.length).sort((a, b) => a - b),
      endsAtOnce: end < 7,
    };
  })
  // With a request under way, the full lane cuts a connection that asks for a tunnel. It is a race
  // whether the response comes first.
  .filter(({ bytes }) => bytes.lastIndexOf('CONNECT') <= 0);

export function pieces({ bytes, cuts }: Case): string[] {
  return [0, ...cuts].map((from, index) => bytes.slice(from, cuts[index]));
}
