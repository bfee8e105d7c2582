/** The request target and its four forms (RFC 9112 § 3.2, RFC 9110 § 4.2). */
import { bare, bytesThat, each, entity, type Rule, request } from '../rule.js';

const target = (text: string, method = 'GET') => request(`${method} ${text} HTTP/1.1`);
/** As many bytes as a target needs to be so long. */
const longTarget = (length: number) => {
  const start = '/v0/status?';
  return start + 'a'.repeat(length - start.length);
};

export const targets: readonly Rule[] = [
  {
    section: '9112 § 3.2.2',
    level: 'MUST',
    claim: 'the absolute form is accepted',
    allowed: ['200+'],
    inputs: each(
      [
        `http://localhost${entity}`,
        `HTTP://localhost${entity}`,
        `http://LOCALHOST${entity}`,
        `http://localhost:8080${entity}`,
        `http://localhost:${entity}`,
        `http://127.0.0.1${entity}`,
        `http://[::1]:80${entity}`,
        `http://%6cocalhost${entity}`,
      ],
      target,
    ),
  },
  {
    section: '9112 § 3.2.2',
    level: 'MUST',
    claim: 'the target of an absolute form wins over Host',
    allowed: ['200+'],
    inputs: each(['localhost:1', 'other.example', 'evil.example:80'], (host) =>
      bare(`GET http://localhost${entity} HTTP/1.1`, [`Host: ${host}`]),
    ),
  },
  {
    section: '9110 § 7.4',
    level: 'SHOULD',
    claim: 'an absolute form of another server is refused',
    allowed: ['400', '403', '421'],
    inputs: each(['evil.example', 'evil.example:80', 'localhost.evil.example'], (host) =>
      target(`http://${host}${entity}`),
    ),
  },
  {
    section: '9110 § 4.2.1',
    level: 'MUST',
    claim: 'an http URI without a host is invalid',
    allowed: ['400'],
    inputs: each([`http://${entity}`, `http://:80${entity}`, 'http://?id=k', 'http://'], target),
  },
  {
    section: '9110 § 4.2.4',
    level: 'SHOULD',
    claim: 'an http URI with userinfo is an error',
    allowed: ['400'],
    inputs: each(
      ['u@localhost', 'u:p@localhost', '@localhost', 'localhost@evil.example', 'u%40@localhost'],
      (authority) => target(`http://${authority}${entity}`),
    ),
  },
  {
    section: '9112 § 3.2.2',
    level: 'SHOULD',
    claim: 'a malformed authority in the target gets 400',
    allowed: ['400'],
    inputs: each(
      ['localhost:x', 'localhost:80:80', 'localhost:99999', '[::1', '::1', 'a%zz', 'a"b', 'a|b'],
      (authority) => target(`http://${authority}${entity}`),
    ),
  },
  {
    section: '9110 § 7.4',
    level: 'MUST',
    claim: 'an https URI is refused on a connection without TLS',
    allowed: ['4xx'],
    inputs: each([`https://localhost${entity}`, `HTTPS://localhost:443${entity}`], target),
  },
  {
    section: '9112 § 3.2.1',
    level: 'SHOULD',
    claim: 'a target of no form gets 400',
    allowed: ['400'],
    inputs: each(
      [
        'v0/entity?id=k',
        '?id=k',
        'localhost:80',
        'localhost',
        `http:${entity}`,
        `http:/localhost${entity}`,
        `ftp://localhost${entity}`,
        `file://${entity}`,
        'urn:a:b',
        '\\v0\\entity',
        '.',
        '..',
      ],
      target,
    ),
  },
  {
    section: '9112 § 3.2.4',
    level: 'SHOULD',
    claim: 'the asterisk form is for OPTIONS alone',
    allowed: ['4xx', '501'],
    inputs: ['GET', 'HEAD', 'PUT', 'DELETE', 'POST'].map((method): [string, string] => [
      method,
      target('*', method),
    ]),
  },
  {
    section: '9112 § 3.2.4',
    level: 'SHOULD',
    claim: 'OPTIONS * asks about the server, and is not malformed',
    allowed: ['2xx+', '405+', '501+'],
    inputs: [['OPTIONS *', target('*', 'OPTIONS')]],
  },
  {
    section: '9112 § 3.2',
    level: 'SHOULD',
    claim: 'a fragment is not a part of a target',
    allowed: ['400'],
    inputs: each(['#', '#x', '&replicas=1/1#'], (end) => target(entity + end)),
  },
  {
    section: '9112 § 3.2',
    level: 'SHOULD',
    claim: 'a byte that no URI has gets 400',
    allowed: ['400'],
    inputs: each(
      [
        ...bytesThat((code) => code < 32).filter((byte) => !'\r\n'.includes(byte)),
        ...['\x7f', '\x80', '\xa0', '\xff', ...'"<>\\^`{|}'],
      ],
      (byte) => target(`${entity}${byte}`),
    ),
  },
  {
    section: '9112 § 3',
    level: 'MUST',
    claim: 'a target longer than the server takes gets 414',
    allowed: ['414!'],
    inputs: [16_384, 20_000, 32_768, 50_000, 65_000].map((length): [string, string] => [
      `${length} bytes`,
      target(longTarget(length)),
    ]),
  },
  {
    section: '9112 § 3',
    level: 'SHOULD',
    claim: 'a request line of 8000 bytes is taken',
    allowed: ['200+'],
    inputs: [1000, 4000, 8000].map((length): [string, string] => [
      `${length} bytes`,
      target(longTarget(length)),
    ]),
  },
  {
    section: '9110 § 4.1',
    level: 'SHOULD',
    claim: 'a % without two hexadecimal digits is not a key',
    allowed: ['400'],
    inputs: each(['%', '%4', '%zz', '%%', '%u0061', '%-1', '%+1', '%0x'], (key) =>
      target(`/v0/entity?id=${key}`),
    ),
  },
];
