/** Content-Length and the end of a message (RFC 9110 § 8.6, RFC 9112 § 6.3). */
import { bare, crlf, each, entity, get, hidden, put, type Rule, request } from '../rule.js';

const badLengths = [
  ...['', ' ', '+1', '-1', '-0', '--1', '1a', 'a1', '0x1', '1.0', '1.', '.1', '1e0', '1 1', '1\t1'],
  ...['1;', '1; 1', '1:', '"1"', "'1'", '(1)', 'one', 'NaN', 'Infinity', '1_0', '1,000', '0b1'],
  ...['1\v', '1\f', '\v1', '1\x7f', '1\x80', '\xb9', '1%', '1/1', '1-1', '0-1', '1+', '=1', '*'],
];
/** Past 2^53, 2^63 and 2^64, and around what wraps to 1 in 32 and 64 bits. */
const hugeLengths = [
  ...['4294967297', '9007199254740993', '9223372036854775807', '9223372036854775809'],
  ...['18446744073709551615', '18446744073709551616', '18446744073709551617'],
  ...['99999999999999999999', '9'.repeat(40), '9'.repeat(200)],
];

export const lengths: readonly Rule[] = [
  {
    section: '9112 § 6.3',
    level: 'MUST',
    claim: 'an invalid Content-Length gets 400 and ends the connection',
    allowed: ['400!'],
    inputs: [
      ...each(badLengths, (length) => put([`Content-Length: ${length}`], hidden)),
      ...each(['+5', '-1', '0x1', 'a', '1 1'], (length) => get(`Content-Length: ${length}`)).map(
        ([name, bytes]): [string, string] => [`GET ${name}`, bytes],
      ),
      ...each(['+5', '-1', '0x1', 'a', '1 1'], (length) =>
        request('DELETE /v0/entity?id=w HTTP/1.1', [`Content-Length: ${length}`]),
      ).map(([name, bytes]): [string, string] => [`DELETE ${name}`, bytes]),
    ],
  },
  {
    section: '9112 § 6.3',
    level: 'MUST',
    claim: 'lengths that differ get 400 and end the connection',
    allowed: ['400!'],
    inputs: [
      ...each(['1, 2', '0, 1', '1,2', '1, 1, 2', '01, 2', '1,x', '1, -1', '1, +1'], (length) =>
        put([`Content-Length: ${length}`], hidden),
      ),
      ...each(['2', '0', '00', '11', 'x', '-1', '+1', '0x1'], (length) =>
        put(['Content-Length: 1', `Content-Length: ${length}`], hidden),
      ),
      ...each(['0', '2', 'x'], (length) =>
        put([`content-length: ${length}`, 'X: y', 'Content-Length: 1'], hidden),
      ).map(([name, bytes]): [string, string] => [`${name} apart`, bytes]),
    ],
  },
  {
    section: '9112 § 6.3',
    level: 'MUST',
    claim: 'equal lengths count as one, or get 400',
    allowed: ['400!', '201+'],
    inputs: [
      ...each(['1, 1', '1,1', '5, 5', '1,1,1', '1 , 1', '01, 1'], (length) =>
        put([`Content-Length: ${length}`], length.startsWith('5') ? 'value' : 'v'),
      ),
      ['two fields', put(['Content-Length: 1', 'Content-Length: 1'])],
      ['three fields', put(['Content-Length: 1', 'content-length: 1', 'CONTENT-LENGTH: 1'])],
    ],
  },
  {
    section: '9110 § 8.6',
    level: 'MUST',
    claim: 'a huge length does not overflow',
    allowed: ['413!', '400!'],
    inputs: each(hugeLengths, (length) => put([`Content-Length: ${length}`], hidden)),
  },
  {
    section: '9110 § 8.6',
    level: 'MUST',
    claim: 'a length is one or more digits',
    allowed: ['201+'],
    inputs: [
      ...each(['1', '01', '0001', `${'0'.repeat(30)}1`], (length) =>
        put([`Content-Length: ${length}`]),
      ),
      ['0', put(['Content-Length: 0'], '')],
      ['000', put(['Content-Length: 000'], '')],
      ['5000', put(['Content-Length: 5000'], 'v'.repeat(5000))],
    ],
  },
  {
    section: '9112 § 6.3',
    level: 'MUST',
    claim: 'content of the stated length is not a request, nor a part of the next',
    allowed: ['201+'],
    inputs: [
      ...each([hidden, `${crlf}${crlf}`, crlf, '\r', '\n', '\0', `0${crlf}${crlf}`], (content) =>
        put([`Content-Length: ${content.length}`], content),
      ),
      ['HTTP/1.1 behind it', put(['Content-Length: 8'], 'HTTP/1.1')],
    ],
  },
  {
    section: '9112 § 6.3',
    level: 'MUST',
    claim: 'a request without a length has no content',
    allowed: ['201+', '411+', '411!'],
    inputs: [
      ['PUT', put([], '')],
      ['PUT in HTTP/1.1 with a type', put(['Content-Type: text/plain'], '')],
    ],
  },
  {
    section: '9112 § 6.3',
    level: 'MUST',
    claim: 'a request without a length has no content: bytes behind it are the next request',
    allowed: ['200 400!', '400!'],
    inputs: [
      ['GET and text', `${get()}value\r\n\r\n`],
      ['GET and a chunk', `${get()}1${crlf}v${crlf}0${crlf}${crlf}`],
    ],
  },
  {
    section: '9112 § 8',
    level: 'MUST',
    claim: 'a request that is cut off is not carried out',
    allowed: ['400!', '!'],
    ends: true,
    inputs: [
      [
        'in its content',
        bare('PUT /v0/entity?id=hidden HTTP/1.1', ['Host: localhost', 'Content-Length: 9'], 'v'),
      ],
      [
        'before its content',
        bare('PUT /v0/entity?id=hidden HTTP/1.1', ['Host: localhost', 'Content-Length: 9']),
      ],
      ['in a field', `PUT /v0/entity?id=hidden HTTP/1.1${crlf}Host: local`],
      ['behind the request line', `DELETE ${entity} HTTP/1.1${crlf}`],
      ['before the empty line', `DELETE ${entity} HTTP/1.1${crlf}Host: localhost${crlf}`],
      ['in the empty line', `DELETE ${entity} HTTP/1.1${crlf}Host: localhost${crlf}\r`],
      ['in the target', `DELETE ${entity}`],
      ['in the version', `DELETE ${entity} HTTP/1.`],
    ],
  },
];
