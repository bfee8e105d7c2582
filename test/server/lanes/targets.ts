/**
 * Request targets for the fuzzing of the lanes: keys, parameters, paths. Characters are bytes
 * (latin1).
 */
import fc from 'fast-check';
import { mostly } from './mostly.js';

/**
 * Stands where the keys of a case begin. As many other letters replace it, so that no two cases
 * share a key.
 */
export const prefix = 'PREFIX';

const oddSuffixes = [
  ...[
    '%00',
    '%ff',
    '%FF',
    '%C3%A9',
    '%61',
    '+',
    '%2B',
    '%2b',
    '%20',
    '%25',
    '%26',
    '%3d',
    '%23',
    '%0d%0a',
  ],
  ...[
    '%',
    '%4',
    '%zz',
    '%%',
    '%%20',
    '%u0061',
    '%+1',
    '% 1',
    '%1g',
    '%:0',
    '%0:',
    '%@0',
    '%G0',
    '%`0',
    '%/0',
  ],
  ...[
    '"',
    "'",
    '<',
    '>',
    '\\',
    '^',
    '`',
    '{',
    '|',
    '}',
    '~',
    ';',
    ',',
    '/',
    '?',
    '=',
    ':',
    '@',
    '!',
    '*',
    '(',
    '[',
    ']',
  ],
  ...[
    '#',
    '#a',
    '\x80',
    '\xff',
    '\xc3\xa9',
    '\0',
    '\x01',
    '\x7f',
    '\t',
    ' ',
    ' b',
    '\x0b',
    '\x0c',
    '\x1f',
    '\x85',
    '\xa0',
  ],
  ...[1017, 1018, 1019, 2000, 20_000].map((length) => 'k'.repeat(length)),
  ...[1017, 1018, 1019].map((length) => '%6b'.repeat(length)),
];

const key = fc.oneof(
  { weight: 20, arbitrary: fc.constantFrom('a', 'b').map((suffix) => prefix + suffix) },
  { weight: 3, arbitrary: fc.constantFrom(...oddSuffixes).map((suffix) => prefix + suffix) },
  {
    weight: 1,
    arbitrary: fc
      .array(fc.constantFrom(...oddSuffixes.slice(0, 60)), { minLength: 2, maxLength: 5 })
      .map((suffixes) => prefix + suffixes.join('')),
  },
);

const oddParameters = [
  ...[
    'ttl=1000',
    'ttl=630720000',
    'ttl=630720001',
    'ttl=0',
    'ttl=',
    'ttl',
    'ttl=+5',
    'ttl=05000',
    'ttl=1e9',
    'ttl=-1',
    'ttl=%31000',
  ],
  ...[
    'ttl=1000&ttl=1000',
    'ttl=99999999999999999999',
    'ttl=1000000000000000',
    'TTL=1000',
    'ttl=10_00',
    'ttl=1000 ',
    'ttl=1000000ms',
    'ttl=630720000000ms',
    'ttl=630720000001ms',
    'ttl=0ms',
    'ttl=ms',
    'ttl=1000000MS',
    'ttl=1000000m%73',
    'ttl=1000s',
  ],
  ...[
    'replicas=1/1',
    'replicas=1%2F1',
    'replicas=2/3',
    'replicas=0/1',
    'replicas=1',
    'replicas=',
    'replicas=01/01',
    'replicas=1/1/1',
  ],
  ...[
    '',
    '&',
    '=',
    '=x',
    '&&',
    'x',
    'x=1',
    'id',
    'id=',
    `id=${prefix}b`,
    'ID=x',
    'i%64=x',
    'id%00=x',
    '%69d',
    'id=#',
    '%',
    '__proto__=1',
  ],
  ...['limit=1', 'start=a', 'end=b', 'limit=0'],
];

const query = fc
  .tuple(
    mostly('id=', [
      'Id=',
      'i%64=',
      '%69%64=',
      'id%3D',
      'id==',
      'id',
      ' id=',
      'id =',
      'id=id=',
      '&id=',
      'start=',
    ]),
    key,
    fc.oneof(
      { weight: 16, arbitrary: fc.constant<string[]>([]) },
      {
        weight: 4,
        arbitrary: fc.array(fc.constantFrom(...oddParameters), { minLength: 1, maxLength: 3 }),
      },
    ),
    mostly(false, [true]),
  )
  .map(([name, value, others, last]) =>
    (last ? [...others, name + value] : [name + value, ...others]).join('&'),
  );

const path = mostly('/v0/entity', [
  ...[
    '/v0/entities',
    '/v0/status',
    '/v0/entity/',
    '//v0/entity',
    '/V0/entity',
    '/v0/./entity',
    '/v0/../v0/entity',
    '/v0/entit%79',
  ],
  ...[
    '/v0/entity%3f',
    '/v0%2fentity',
    '/v0/entity;x',
    '/v0\\entity',
    '/',
    '',
    '*',
    'v0/entity',
    '?',
    '/v0/entity\0',
    '/v0/entity#',
  ],
  ...[
    'http://h/v0/entity',
    'HTTP://other/v0/entity',
    'https://u:p@h:1/v0/entity',
    'http:///v0/entity',
    'http:/v0/entity',
  ],
  ...[
    'ftp://h/v0/entity',
    'http://h',
    'http://h#/v0/entity',
    'h:80',
    '/http://h/v0/entity',
    'http://h\\/v0/entity',
    'http://[::1]/v0/entity',
  ],
]);

export const target = fc.oneof(
  {
    weight: 30,
    arbitrary: fc
      .tuple(path, mostly('?', ['', '??', '%3f', '&', ' ?', '?&']), query)
      .map((parts) => parts.join('')),
  },
  { weight: 1, arbitrary: fc.constant('/v0/status') },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      ...[10, 1, 0].map((limit) => `/v0/entities?start=${prefix}&end=${prefix}~&limit=${limit}`),
      ...[
        `prefix=${prefix}`,
        `prefix=${prefix}&only=keys`,
        `prefix=${prefix}&order=desc&after=${prefix}b`,
        `start=${prefix}&end=${prefix}~&after=${prefix}a&order=asc&only=keys&limit=1`,
        `prefix=${prefix}&start=${prefix}`,
        `prefix=${prefix}&order=up`,
        `prefix=${prefix}&only=values`,
      ].map((query) => `/v0/entities?${query}`),
    ),
  },
  { weight: 1, arbitrary: fc.constantFrom('*', '/', '/v0/entity', '/v0/entity?', 'h:80') },
);
