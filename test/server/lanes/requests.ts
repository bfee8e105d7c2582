/**
 * The grammar of requests for the fuzzing of the lanes. It goes far beyond what either lane takes: each part of a request
 * is plain most of the time, so that most requests are good or have one flaw. Characters are bytes (latin1).
 */
import fc from 'fast-check';
import { host, otherFields } from './fields.js';
import { withContent, withoutContent } from './framing.js';

/** Stands where the keys of a case begin; replaced by as many other letters, so that no two cases share a key. */
export const prefix = 'PREFIX';

function mostly<T>(plain: T, odd: readonly T[], weight = 20): fc.Arbitrary<T> {
  return fc.oneof(
    { weight, arbitrary: fc.constant(plain) },
    { weight: 1, arbitrary: fc.constantFrom(...odd) },
  );
}

const oddSuffixes = [
  ...['%00', '%ff', '%FF', '%C3%A9', '%61', '+', '%2B', '%2b', '%20', '%25', '%26', '%3d', '%23', '%0d%0a'],
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
      { weight: 4, arbitrary: fc.array(fc.constantFrom(...oddParameters), { minLength: 1, maxLength: 3 }) },
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

const target = fc.oneof(
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
    ),
  },
  { weight: 1, arbitrary: fc.constantFrom('*', '/', '/v0/entity', '/v0/entity?', 'h:80') },
);

const method = fc.oneof(
  { weight: 10, arbitrary: fc.constant('PUT') },
  { weight: 10, arbitrary: fc.constant('GET') },
  { weight: 5, arbitrary: fc.constant('DELETE') },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      ...[
        'HEAD',
        'POST',
        'OPTIONS',
        'CONNECT',
        'PATCH',
        'TRACE',
        'QUERY',
        'PRI',
        'M-SEARCH',
        'SOURCE',
        'DESCRIBE',
        'PROPFIND',
      ],
      ...[
        'get',
        'Put',
        'GETX',
        'GE',
        'PUTT',
        'PU',
        'DELET',
        'DELETEE',
        'FOO',
        '',
        'G\0T',
        'GET\t',
        ' GET',
        '\x80PUT',
        'PUT:',
      ],
    ),
  },
);

const version = mostly('HTTP/1.1', [
  ...[
    'HTTP/1.0',
    'HTTP/1.0',
    'HTTP/1.0',
    'HTTP/0.9',
    'HTTP/2.0',
    'HTTP/1.2',
    'HTTP/1.10',
    'HTTP/1.01',
    'HTTP/01.1',
    'HTTP/1',
    'HTTP/11',
  ],
  ...[
    'http/1.1',
    'HTTP/1.1 ',
    ' HTTP/1.1',
    'HTTP/1,1',
    'HTTP /1.1',
    'HTTP/ 1.1',
    'HTTP/1.1\t',
    'HTTQ/1.1',
    'RTSP/1.0',
    'ICE/1.0',
    'HTTP/1.1\0',
    '',
  ],
]);

const space = mostly(' ', ['  ', '\t', '', '\x0b', '\x0c', '\r', '\xa0'], 60);
const oddEnds = ['\n', '\r', '\r\r\n', '\n\r\n', '\r\n\r\n', ' \r\n', '\t\r\n', '\0\r\n', '', '\r\n '];
/** Which line ends in an odd way, and how. */
const lineEnd = mostly<readonly [line: number, end: string]>(
  [0, '\r\n'],
  oddEnds.flatMap((end) => [0, 1, 2, 3].map((line) => [line, end] as const)),
  25,
);

/** One request, good or odd. */
export const request: fc.Arbitrary<string> = fc
  .tuple(
    method,
    target,
    version,
    space,
    host,
    otherFields,
    lineEnd,
    fc.boolean(),
    withContent,
    withoutContent,
  )
  .map(([method, target, version, space, host, fields, [oddLine, end], hostFirst, content, none]) => {
    const framed = method === 'PUT' || method === 'POST' ? content : none;
    const all = hostFirst ? [host, ...fields, ...framed.fields] : [...framed.fields, ...fields, host];
    const first = `${method}${space}${target}${version && ' '}${version}`;
    const lines = [first, ...all.filter((line) => line !== ''), ''];
    const odd = Math.min(oddLine, lines.length - 1);
    return lines.map((line, at) => line + (at === odd ? end : '\r\n')).join('') + framed.bytes;
  });

/** What may stand before, between and behind requests. */
export const between = fc.oneof(
  { weight: 40, arbitrary: fc.constant('') },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      ...[
        '\r\n',
        '\r\n\r\n',
        '\n',
        '\r',
        '\n\n',
        '\r\n\n',
        ' ',
        '\t',
        '\0',
        '\xff',
        'garbage',
        'garbage\r\n\r\n',
        'GET ',
        'HTTP/1.1 200 OK\r\n\r\n',
      ],
      'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
      '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
      'GET /v0/entity?id=PREFIXa\r\n',
      '0\r\n\r\n',
    ),
  },
);
