/** Field lines (RFC 9112 § 2.2 and § 5, RFC 9110 § 5). */
import {
  bare,
  bytesThat,
  each,
  entity,
  get,
  type Input,
  put,
  type Rule,
  request,
  shown,
} from '../rule.js';

const start = `GET ${entity} HTTP/1.1`;
const isTokenByte = (byte: string) => /[!#$%&'*+\-.^_`|~0-9A-Za-z]/.test(byte);
/** The bytes that a name may not have, without the colon, which ends it, and line ends. */
const notToken = bytesThat((code) => code < 128)
  .filter((byte) => !isTokenByte(byte) && !':\r\n'.includes(byte))
  .concat('\x80', '\xa0', '\xe9', '\xff');
const framing = ['Content-Length', 'Transfer-Encoding', 'Host', 'Connection', 'Expect'];

const behind = ([name, bytes]: Input): Input => [`${name} behind`, bytes];

export const fields: readonly Rule[] = [
  {
    section: '9112 § 5.1',
    level: 'MUST',
    claim: 'white space between a field name and its colon gets 400',
    allowed: ['400'],
    inputs: [' ', '\t', '  ', ' \t'].flatMap((space) =>
      ['X', ...framing].map((name): [string, string] => [
        shown(`${name}${space}:`),
        get(`${name}${space}: 1`),
      ]),
    ),
  },
  {
    section: '9112 § 2.2',
    level: 'MUST',
    claim: 'white space before the first field is refused, or its line is not used',
    allowed: ['400!', '200+'],
    inputs: [' ', '\t', '  '].flatMap((space) =>
      ['X: y', 'Connection: close'].map((field): [string, string] => [
        shown(space + field),
        bare(start, [space + field, 'Host: localhost']),
      ]),
    ),
  },
  {
    section: '9112 § 2.2',
    level: 'MUST',
    claim: 'white space before the first field does not make it a field',
    allowed: ['400'],
    inputs: each([' ', '\t', '  '], (space) => bare(start, [`${space}Host: localhost`])),
  },
  {
    section: '9110 § 5.1',
    level: 'SHOULD',
    claim: 'a field name that is not a token gets 400',
    allowed: ['400!'],
    inputs: ['first', 'within', 'last'].flatMap((place) =>
      notToken
        // A space or tab at either end is another rule's.
        .filter((byte) => place === 'within' || !' \t'.includes(byte))
        .map((byte): [string, string] => [
          `${shown(byte)} ${place}`,
          get(
            { first: `${byte}X: y`, within: `X${byte}Y: z`, last: `X${byte}: y` }[place] as string,
          ),
        ]),
    ),
  },
  {
    section: '9110 § 5.1',
    level: 'SHOULD',
    claim: 'a field that is not known is ignored, whatever token is its name',
    allowed: ['200+'],
    inputs: each(
      [
        ...bytesThat((code) => code < 128).filter((byte) => isTokenByte(byte) && !/\w/.test(byte)),
        ...['0', 'a', 'X-a-b', '__proto__', 'constructor', 'Hosts', 'Content-Lengths'],
        ...['Content_Length', 'Transfer_Encoding', 'Proxy-Authorization', 'x'.repeat(1000)],
      ],
      (name) => get(`${name}: 1`),
    ),
  },
  {
    section: '9112 § 5',
    level: 'SHOULD',
    claim: 'a line that is not a field gets 400',
    allowed: ['400!'],
    inputs: each(['X', ': y', ':', 'X y', '=', 'GET / HTTP/1.1', '::', ' : '], (line) => get(line)),
  },
  {
    section: '9112 § 5.2',
    level: 'MUST',
    claim: 'a folded line gets 400, or counts as one line with spaces',
    allowed: ['400!', '200+'],
    inputs: each(
      ['X: a\r\n b', 'X: a\r\n\tb', 'X: a\r\n  \t b', 'X: a\r\n b\r\n c', 'X:\r\n a', 'X: a\r\n '],
      (field) => get(field),
    ),
  },
  {
    section: '9112 § 5.2',
    level: 'MUST',
    claim: 'a folded line that frames the message is not read in two ways',
    allowed: ['400!', '201+'],
    inputs: [
      ['a length behind the fold', put(['Content-Length:\r\n 1'])],
      ['a length behind a fold with a tab', put(['Content-Length:\r\n\t1'])],
      ['a fold behind a length', put(['Content-Length: 1\r\n '])],
      ['a length in a folded line', put(['X: y\r\n Content-Length: 9', 'Content-Length: 1'])],
      ['a coding in a folded line', put(['X: y\r\n Transfer-Encoding: a', 'Content-Length: 1'])],
    ],
  },
  {
    section: '9110 § 5.5',
    level: 'MUST',
    claim: 'NUL, CR or LF in a value is refused',
    allowed: ['400!'],
    inputs: [
      ...each(['\0', 'a\0', '\0a', 'a\0b', 'a\rb', '\ra', 'a\r', 'a\r\r', '\r'], (value) =>
        get(`X: ${value}`),
      ),
      ...each(['localhost\0', '\0localhost', 'local\0host', 'local\rhost'], (value) =>
        bare(start, [`Host: ${value}`]),
      ),
      ...each(['1\0', '\x001', '1\r', '\r1'], (value) => put([`Content-Length: ${value}`])),
    ],
  },
  {
    section: '9112 § 2.2',
    level: 'MUST',
    claim: 'a bare CR elsewhere in the head is refused',
    allowed: ['400!'],
    inputs: [
      ['in the target', get().replace('?id', '\r?id')],
      ['before the version', get().replace(' HTTP', '\r HTTP')],
      ['as the end of the request line', get().replace('HTTP/1.1\r\n', 'HTTP/1.1\r')],
      ['behind the request line', get().replace('HTTP/1.1\r\n', 'HTTP/1.1\r\r\n')],
      ['in a name', get('X\rY: z')],
      ['behind a name', get('X\r: z')],
      ['as the empty line', `${get().slice(0, -2)}\rX`],
      ['before the empty line', `${get().slice(0, -2)}\r\r\n`],
    ],
  },
  {
    section: '9110 § 5.5',
    level: 'SHOULD',
    claim: 'bytes above 127 in a value are opaque',
    allowed: ['200+'],
    inputs: each(['\x80', '\xa0', '\xff', 'a\xe9b', '\xc3\xa9', '\xff\xfe'], (value) =>
      get(`X: ${value}`),
    ),
  },
  {
    section: '9112 § 5.1',
    level: 'MUST',
    claim: 'white space around a value is not a part of it',
    allowed: ['201+'],
    inputs: [
      ...each(['', ' ', '\t', '  ', ' \t '], (space) => put([`Content-Length:${space}1`])),
      ...each([' ', '  '], (space) => put([`Content-Length: 1${space}`])).map(behind),
      ...each(['\t', ' \t', '\t '], (space) => put([`Content-Length: 1${space}`])).map(behind),
      ...each(['\t', ' \t '], (space) => put(['Content-Length: 1', `X:${space}y${space}`])).map(
        ([name, bytes]): Input => [`${name} around another`, bytes],
      ),
    ],
  },
  {
    section: '9110 § 5.1',
    level: 'MUST',
    claim: 'a field name is compared without case',
    allowed: ['201+'],
    inputs: [
      ...each(['content-length: 1', 'CONTENT-LENGTH: 1', 'cOnTeNt-LeNgTh: 1'], (field) =>
        put([field]),
      ),
      ...each(['transfer-encoding: chunked', 'TRANSFER-ENCODING: CHUNKED'], (field) =>
        put([field], '1\r\nv\r\n0\r\n\r\n'),
      ),
      ...each(['host', 'HOST', 'hOsT'], (name) =>
        bare('PUT /v0/entity?id=w HTTP/1.1', [`${name}: localhost`, 'Content-Length: 1'], 'v'),
      ),
    ],
  },
  {
    section: '9110 § 5.4',
    level: 'MUST',
    claim: 'fields larger than the server takes get a 4xx',
    allowed: ['4xx'],
    inputs: [
      ['1000 fields', get(...Array.from({ length: 1000 }, (_, n) => `X${n}: y`))],
      ['a value of 40 KB', get(`X: ${'y'.repeat(40_000)}`)],
      ['a value of 40 KB with spaces', get(`X: ${'y '.repeat(20_000)}`)],
      ['a name of 40 KB', get(`${'X'.repeat(40_000)}: y`)],
      [
        '40 values of 1 KB',
        get(...Array.from({ length: 40 }, (_, n) => `X${n}: ${'y'.repeat(1000)}`)),
      ],
    ],
  },
  {
    section: '9110 § 5.6.1',
    level: 'MUST',
    claim: 'empty elements of a list are ignored',
    allowed: ['200!'],
    inputs: each([',close', 'close,', ', close', 'x,,close', 'close , ,', ',,,close'], (options) =>
      request(start, [`Connection: ${options}`]),
    ),
  },
];
