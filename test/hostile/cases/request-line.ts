/** The request line, its method and its version (RFC 9112 § 2.3 and § 3). */
import { bytesThat, crlf, each, entity, get, hidden, put, type Rule, request } from '../rule.js';

const line = (text: string) => request(text);
const refused = ['400!', '501!', '505!'];
const versions = [
  ...['http/1.1', 'Http/1.1', 'HTTP/1', 'HTTP/11', 'HTTP/1.', 'HTTP/.1', 'HTTP/1.1.1', 'HTTP/01.1'],
  ...['HTTP/1.01', 'HTTP/1.10', 'HTTP/a.b', 'HTTP/1,1', 'HTTP/1.1x', 'HTTP/1. 1', 'HTTP/ 1.1'],
  ...['HTP/1.1', 'HTTPS/1.1', 'HTTP//1.1', 'HTTP\\1.1', 'HTTP-1.1', 'HTTP/-1.1', 'HTTP/+1.1'],
  ...['HTTP/1.1\0', 'RTSP/1.0', 'RTSP/1.1', 'ICE/1.0', 'SIP/2.0', 'FTP/1.1', 'SHTTP/1.1', '1.1'],
];

export const requestLines: readonly Rule[] = [
  {
    section: '9112 § 3',
    level: 'SHOULD',
    claim: 'an invalid request line gets 400',
    allowed: refused,
    inputs: [
      ...each(
        [
          `GET ${entity}`,
          `GET\t${entity} HTTP/1.1`,
          `GET ${entity}\tHTTP/1.1`,
          `GET\v${entity} HTTP/1.1`,
          `GET\f${entity} HTTP/1.1`,
          ` GET ${entity} HTTP/1.1`,
          `\tGET ${entity} HTTP/1.1`,
          `GET ${entity} HTTP/1.1 `,
          `GET ${entity} HTTP/1.1\t`,
          `GET ${entity} HTTP/1.1 x`,
          `GET ${entity} x HTTP/1.1`,
          `GET${entity} HTTP/1.1`,
          `GET ${entity}HTTP/1.1`,
          'GET HTTP/1.1',
          'GET  HTTP/1.1',
          'GET',
          'HTTP/1.1',
          ` ${entity} HTTP/1.1`,
          'HTTP/1.1 200 OK',
          `GET: ${entity} HTTP/1.1`,
        ],
        line,
      ),
    ],
  },
  {
    section: '9112 § 3',
    level: 'SHOULD',
    claim: 'more than one space is refused, or parted as one',
    allowed: ['400!', '200+'],
    inputs: each([`GET  ${entity} HTTP/1.1`, `GET ${entity}  HTTP/1.1`], line),
  },
  {
    section: '9112 § 2.3',
    level: 'SHOULD',
    claim: 'another protocol, or a malformed version, gets 400 or 505',
    allowed: refused,
    inputs: each(versions, (version) => line(`GET ${entity} ${version}`)),
  },
  {
    section: '9110 § 2.5',
    level: 'SHOULD',
    claim: 'a higher minor version is served as HTTP/1.1',
    allowed: ['200+'],
    inputs: each(['HTTP/1.2', 'HTTP/1.3', 'HTTP/1.9'], (version) =>
      line(`GET ${entity} ${version}`),
    ),
  },
  {
    section: '9110 § 15.6.6',
    level: 'SHOULD',
    claim: 'another major version is not served',
    allowed: refused,
    inputs: [
      ...each(['HTTP/0.0', 'HTTP/0.9', 'HTTP/2.0', 'HTTP/2.1', 'HTTP/3.0', 'HTTP/9.9'], (version) =>
        line(`GET ${entity} ${version}`),
      ),
      ['the preface of HTTP/2', `PRI * HTTP/2.0${crlf}${crlf}SM${crlf}${crlf}`],
    ],
  },
  {
    section: '9112 § 2.2',
    level: 'SHOULD',
    claim: 'an empty line before a request line is ignored',
    allowed: ['200+'],
    inputs: [['one', crlf + get()]],
  },
  {
    section: '9112 § 2.2',
    level: 'SHOULD',
    claim: 'an empty line between requests is ignored',
    allowed: ['200 200+', '201 200+'],
    inputs: [
      ['behind a GET', get() + crlf + get()],
      ['behind a PUT', put(['Content-Length: 1']) + crlf + get()],
    ],
  },
  {
    section: '9112 § 2.2',
    level: 'SHOULD',
    claim: 'bytes that are not a request get 400',
    allowed: ['400!'],
    inputs: [
      ...bytesThat((code) => code !== 10 && code !== 13 && !(code > 64 && code < 91))
        .filter((_, index) => index % 9 === 0)
        .map((byte): [string, string] => [`the byte ${byte.charCodeAt(0)} first`, byte + get()]),
      ['a hello of TLS', '\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03'],
      ['a hello of SSH', `SSH-2.0-OpenSSH_9.6${crlf}`],
      ['a greeting of SMTP', `EHLO localhost${crlf}`],
      ['zeros', '\0'.repeat(1000)],
    ],
  },
];

const unknownMethods = [
  'FOO',
  'GETX',
  'GE',
  'G',
  'PUTT',
  'DELET',
  'BREW',
  'X-Y',
  'M!',
  '0',
  'GET_',
];

export const methods: readonly Rule[] = [
  {
    section: '9110 § 9.1',
    level: 'MUST',
    claim: 'GET and HEAD are supported',
    allowed: ['200+'],
    inputs: ['GET', 'HEAD'].flatMap((method) =>
      each([entity, '/v0/status', '/v0/entities?start=k&end=l&limit=1'], (target) =>
        line(`${method} ${target} HTTP/1.1`),
      ).map(([name, bytes]): [string, string] => [`${method} ${name}`, bytes]),
    ),
  },
  {
    section: '9110 § 9.1',
    level: 'MUST',
    claim: 'a method is case-sensitive: get is not GET',
    allowed: ['400', '405', '501'],
    inputs: each(['get', 'Get', 'gET', 'GEt', 'head'], (method) =>
      line(`${method} ${entity} HTTP/1.1`),
    ),
  },
  {
    section: '9110 § 9.1',
    level: 'SHOULD',
    claim: 'an unknown method gets 501',
    allowed: ['501'],
    inputs: each(unknownMethods, (method) => line(`${method} ${entity} HTTP/1.1`)),
  },
  {
    section: '9112 § 3.1',
    level: 'SHOULD',
    claim: 'a method that is not a token is refused',
    allowed: ['400!', '501!'],
    inputs: each(
      [...bytesThat((code) => code < 9 || code > 126), ...'"(),/:;<=>?@[\\]{}'].filter(
        (byte, index) => byte < '\x80' || index % 16 === 0,
      ),
      (byte) => line(`G${byte}T ${entity} HTTP/1.1`),
    ),
  },
  {
    section: '9110 § 15.5.6',
    level: 'MUST',
    claim: 'a 405 has an Allow field',
    allowed: ['405', '501'],
    inputs: ['POST', 'PATCH', 'OPTIONS', 'TRACE', 'PROPFIND', 'LOCK'].flatMap((method) =>
      each([entity, '/v0/status', '/v0/entities?start=k&end=l'], (target) =>
        line(`${method} ${target} HTTP/1.1`),
      )
        .filter(([name]) => method !== 'POST' || !name.includes('entities'))
        .map(([name, bytes]): [string, string] => [`${method} ${name}`, bytes]),
    ),
    check: (responses) =>
      responses[0]?.status === 405 && !responses[0].fields.has('allow')
        ? 'a 405 without Allow'
        : undefined,
  },
  {
    section: '9110 § 9.3.2',
    level: 'MUST',
    claim: 'the response to HEAD has no content',
    allowed: ['200+', '400+', '404+', '405+', '421+'],
    inputs: [
      ...each(
        [
          entity,
          '/v0/entity?id=absent',
          '/v0/entity?id=',
          '/v0/status',
          '/v0/entities?start=k&end=l',
          '/',
        ],
        (target) => line(`HEAD ${target} HTTP/1.1`),
      ),
    ],
  },
  {
    section: '9110 § 9.3.6',
    level: 'MUST',
    claim: 'CONNECT to an empty or invalid port is refused',
    allowed: ['4xx!', '5xx!'],
    inputs: each(
      ['localhost:', 'localhost:99999', 'localhost:a', 'localhost', ':80', '[::1]', '/', '*'],
      (target) => line(`CONNECT ${target} HTTP/1.1`),
    ),
  },
  {
    section: '9110 § 9.3.8',
    level: 'SHOULD',
    claim: 'TRACE sends no credentials back',
    allowed: ['405', '501', '403'],
    inputs: [['a Cookie', request(`TRACE ${entity} HTTP/1.1`, ['Cookie: secret'])]],
    check: ([first]) => (first?.content.includes('secret') ? 'the secret came back' : undefined),
  },
  {
    section: '9110 § 9.3.1',
    level: 'MUST',
    claim: 'the content of a GET or HEAD is not a request',
    allowed: ['2xx', '4xx'],
    inputs: ['GET', 'HEAD', 'OPTIONS', 'DELETE'].flatMap((method): [string, string][] => {
      const target = method === 'DELETE' ? '/v0/entity?id=w' : entity;
      const start = `${method} ${target} HTTP/1.1`;
      const chunk = `${hidden.length.toString(16)}${crlf}${hidden}${crlf}0${crlf}${crlf}`;
      return [
        [`${method} with a length`, request(start, [`Content-Length: ${hidden.length}`], hidden)],
        [`${method} in chunks`, request(start, ['Transfer-Encoding: chunked'], chunk)],
      ];
    }),
  },
];
