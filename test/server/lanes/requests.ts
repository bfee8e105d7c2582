/**
 * The grammar of requests for the fuzzing of the lanes, composed of its parts. It goes far beyond
 * what either lane takes. Characters are bytes (latin1).
 */
import fc from 'fast-check';
import { batchRequest } from './batches.js';
import { host, otherFields } from './fields.js';
import { withContent, withoutContent } from './framing.js';
import { mostly } from './mostly.js';
import { target } from './targets.js';

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
const oddEnds = [
  '\n',
  '\r',
  '\r\r\n',
  '\n\r\n',
  '\r\n\r\n',
  ' \r\n',
  '\t\r\n',
  '\0\r\n',
  '',
  '\r\n ',
];
/** Which line ends in an odd way, and how. */
const lineEnd = mostly<readonly [line: number, end: string]>(
  [0, '\r\n'],
  oddEnds.flatMap((end) => [0, 1, 2, 3].map((line) => [line, end] as const)),
  25,
);

/** One request, good or odd. */
const composed: fc.Arbitrary<string> = fc
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
  .map(
    ([method, target, version, space, host, fields, [oddLine, end], hostFirst, content, none]) => {
      const framed = method === 'PUT' || method === 'POST' ? content : none;
      const all = hostFirst
        ? [host, ...fields, ...framed.fields]
        : [...framed.fields, ...fields, host];
      const first = `${method}${space}${target}${version && ' '}${version}`;
      const lines = [first, ...all.filter((line) => line !== ''), ''];
      const odd = Math.min(oddLine, lines.length - 1);
      return lines.map((line, at) => line + (at === odd ? end : '\r\n')).join('') + framed.bytes;
    },
  );

export const request = fc.oneof(
  { weight: 15, arbitrary: composed },
  { weight: 1, arbitrary: batchRequest },
);

/** Bytes that may stand before, between and behind requests. */
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
