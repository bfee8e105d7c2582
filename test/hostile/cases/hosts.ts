/** The Host field (RFC 9112 § 3.2, RFC 9110 § 7.2 and § 7.4). */
import { bare, each, entity, type Rule, request } from '../rule.js';

const from = (host: string) => bare(`GET ${entity} HTTP/1.1`, [`Host: ${host}`]);
const invalid = [
  ...['a b', 'a/b', '/', 'a\\b', 'a?b', 'a#b', 'u@h', 'u:p@h', '@', 'a%', 'a%4', 'a%zz', 'a%%41'],
  ...['a:b', 'a:-1', 'a:+1', 'a:80:80', 'a:8 0', 'a:80x', 'a:0x50', 'a:99999', ':', ':80'],
  ...['[', '[]', '[::1', '::1]', '::1', '[::1]a', '[::1]:b', '[127.0.0.1]', '[a]', '[:::]'],
  ...['[1::2::3]', '[v.a]', 'a"b', 'a<b', 'a>b', 'a[b', 'a]b', 'a^b', 'a`b', 'a{b', 'a|b', 'a}b'],
  ...['localhost\xe9', '\x80', '\xff', 'http://localhost', 'localhost/'],
];

export const hosts: readonly Rule[] = [
  {
    section: '9112 § 3.2',
    level: 'MUST',
    claim: 'a request of HTTP/1.1 without Host gets 400',
    allowed: ['400'],
    inputs: [
      ...['GET', 'HEAD', 'DELETE', 'OPTIONS', 'POST', 'TRACE'].map((method): [string, string] => [
        method,
        bare(`${method} ${entity} HTTP/1.1`, []),
      ]),
      ['PUT', bare('PUT /v0/entity?id=hidden HTTP/1.1', ['Content-Length: 1'], 'v')],
      ['CONNECT', bare('CONNECT localhost:80 HTTP/1.1', [])],
      ['an absolute form', bare(`GET http://localhost${entity} HTTP/1.1`, [])],
      ['another field', bare(`GET ${entity} HTTP/1.1`, ['X-Host: localhost'])],
      ['a name with a hyphen', bare(`GET ${entity} HTTP/1.1`, ['Host-: localhost'])],
      ['a short name', bare(`GET ${entity} HTTP/1.1`, ['Hos: localhost'])],
    ],
  },
  {
    section: '9112 § 3.2',
    level: 'MUST',
    claim: 'a request with more than one Host gets 400',
    allowed: ['400'],
    inputs: [
      ...each(
        ['Host: localhost', 'host: localhost', 'HOST: localhost', 'hOsT:localhost', 'Host: other'],
        (field) => request(`GET ${entity} HTTP/1.1`, [field]),
      ),
      ['an empty one', request(`GET ${entity} HTTP/1.1`, ['Host:'])],
      ['three', request(`GET ${entity} HTTP/1.1`, ['Host: localhost', 'Host: localhost'])],
      ['one apart', request(`GET ${entity} HTTP/1.1`, ['A: b', 'C: d', 'Host: localhost'])],
      ['an absolute form', request(`GET http://localhost${entity} HTTP/1.1`, ['Host: localhost'])],
      ['HTTP/1.0', request(`GET ${entity} HTTP/1.0`, ['Host: other'])],
      [
        'PUT',
        request('PUT /v0/entity?id=hidden HTTP/1.1', ['Host: localhost', 'Content-Length: 1'], 'v'),
      ],
      ['HEAD', request(`HEAD ${entity} HTTP/1.1`, ['Host: localhost'])],
      ['DELETE', request(`DELETE ${entity} HTTP/1.1`, ['Host: other'])],
      ['CONNECT', request('CONNECT localhost:80 HTTP/1.1', ['Host: localhost'])],
    ],
  },
  {
    section: '9112 § 3.2',
    level: 'MUST',
    claim: 'an invalid Host gets 400',
    allowed: ['400'],
    inputs: [
      ...each(invalid, from),
      ['PUT', bare('PUT /v0/entity?id=hidden HTTP/1.1', ['Host: a/b', 'Content-Length: 1'], 'v')],
      ['HEAD', bare(`HEAD ${entity} HTTP/1.1`, ['Host: a b'])],
      ['DELETE', bare(`DELETE ${entity} HTTP/1.1`, ['Host: u@h'])],
      ['CONNECT', bare('CONNECT localhost:80 HTTP/1.1', ['Host: a/b'])],
      ['an absolute form', bare(`GET http://localhost${entity} HTTP/1.1`, ['Host: a/b'])],
      ['HTTP/1.0', bare(`GET ${entity} HTTP/1.0`, ['Host: a/b'])],
    ],
  },
  {
    section: '9110 § 7.2',
    level: 'MUST',
    claim: 'a valid Host of this server is taken',
    allowed: ['200+'],
    inputs: each(
      [
        ...['localhost', 'LOCALHOST', 'LocalHost:80', 'localhost:', 'localhost:8080', 'localhost.'],
        ...['127.0.0.1', '127.0.0.1:1', '[::1]', '[::1]:8080', '[0:0:0:0:0:0:0:1]', '\tlocalhost'],
        ...['%6c%6Fcalhost', 'localhost\t ', '  localhost', 'a.localhost', 'localhost:00080'],
      ],
      from,
    ),
  },
  {
    section: '9110 § 7.4',
    level: 'SHOULD',
    claim: 'a request for another server is refused (DNS rebinding)',
    allowed: ['400', '403', '421'],
    inputs: each(
      [
        ...['evil.example', 'evil.example:8080', 'localhost.evil.example', 'evil-localhost', 'a,b'],
        ...[
          '127.0.0.1.evil.example',
          'xn--bcher-kva.example',
          'a.b',
          'local',
          'localhost..',
          '127.1',
        ],
      ],
      from,
    ),
  },
  {
    section: '9112 § 3.3',
    level: 'SHOULD',
    claim: 'an empty Host gets 400: an http URI has an authority',
    allowed: ['400'],
    inputs: each(['', ' ', '\t'], from),
  },
];
