/** Persistence, pipelining, and what a client asks of the connection (RFC 9112 § 9, RFC 9110). */
import { bare, each, entity, get, put, type Rule, request } from '../rule.js';

const start = `GET ${entity} HTTP/1.1`;
const old = `GET ${entity} HTTP/1.0`;
const absent = request('GET /v0/entity?id=absent HTTP/1.1');
const expects = (expectation: string) => put(['Content-Length: 1', `Expect: ${expectation}`]);

export const connections: readonly Rule[] = [
  {
    section: '9112 § 9.3',
    level: 'SHOULD',
    claim: 'a connection persists',
    allowed: ['200+'],
    inputs: [
      ['no Connection', get()],
      ...each(
        [
          ...['keep-alive', 'Keep-Alive', '', 'x', 'closed', 'clos', 'x-close', 'close-x', 'te'],
          ...['keep-alive, x', '"close"', 'close=1', 'no-close'],
        ],
        (options) => request(start, [`Connection: ${options}`]),
      ),
      ['Keep-Alive', get('Keep-Alive: timeout=1, max=1')],
    ],
  },
  {
    section: '9112 § 9.6',
    level: 'MUST',
    claim: 'close ends the connection: nothing behind it is served',
    allowed: ['200!', '201!', '202!'],
    inputs: [
      ...each(
        [
          ...[
            'close',
            'Close',
            'CLOSE',
            ' close ',
            '\tclose',
            'close\t',
            'close \t',
            '\t close\t ',
          ],
          ...[
            'close, keep-alive',
            'keep-alive, close',
            'x, close',
            'x,close',
            'close,x',
            'x,\tclose',
          ],
          ...['x ,close', 'close\t,x', 'a, b, c, close', 'upgrade, close', 'te, close'],
        ],
        (options) => request(start, [`Connection: ${options}`]),
      ),
      ['in the second field', get('Connection: x', 'Connection: close')],
      ['in the first field', get('Connection: close', 'Connection: keep-alive')],
      ['HEAD', request(`HEAD ${entity} HTTP/1.1`, ['Connection: close'])],
      ['PUT', put(['Content-Length: 1', 'Connection: close'])],
      ['PUT and a tab', put(['Content-Length: 1', 'Connection: close\t'])],
      ['DELETE', request('DELETE /v0/entity?id=w HTTP/1.1', ['Connection: x, close\t'])],
    ],
    check: ([first]) =>
      /(^|,)\s*close\s*(,|$)/i.test(first?.fields.get('connection') ?? '')
        ? undefined
        : 'the response does not say close',
  },
  {
    section: '9112 § 9.3',
    level: 'MUST',
    claim: 'a client of HTTP/1.0 is served, and its connection ends unless it is to be kept',
    allowed: ['200!'],
    inputs: [
      ['no Host', bare(old, [])],
      ['Host', request(old)],
      ['close', request(old, ['Connection: close'])],
      ['another option', request(old, ['Connection: x'])],
      ['close and keep-alive', request(old, ['Connection: close, keep-alive'])],
    ],
  },
  {
    section: '9112 § 9.3',
    level: 'SHOULD',
    claim: 'a connection of HTTP/1.0 is kept if it is asked for',
    allowed: ['200+'],
    inputs: each(['keep-alive', 'Keep-Alive', 'KEEP-ALIVE', 'keep-alive, x'], (options) =>
      request(old, [`Connection: ${options}`]),
    ),
  },
  {
    section: '9112 § 9.3.2',
    level: 'MUST',
    claim: 'responses come in the order of their requests',
    allowed: ['200 404 200+', '201 200 404 200+', '404 404 404 200+', '400 200+', '405 200+'],
    inputs: [
      ['three reads', get() + absent + get()],
      ['a write and reads', put(['Content-Length: 1']) + get() + absent + get()],
      ['three absent', absent + absent + absent + get()],
      ['a bad id and a read', request('GET /v0/entity?id= HTTP/1.1') + get()],
      ['a bad method and a read', request(`PATCH ${entity} HTTP/1.1`) + get()],
    ],
  },
  {
    section: '9112 § 6.1',
    level: 'MUST',
    claim: 'a response to HTTP/1.0 has no Transfer-Encoding',
    allowed: ['200', '404'],
    inputs: each(['/v0/entities?start=k&end=l', entity, '/v0/status'], (target) =>
      bare(`GET ${target} HTTP/1.0`, []),
    ),
    check: ([first]) =>
      first?.fields.has('transfer-encoding') ? 'a response in chunks' : undefined,
  },
  {
    section: '9110 § 10.1.1',
    level: 'MUST',
    claim: 'a client that expects 100-continue gets a 100, or the response',
    allowed: ['100 201+', '201+'],
    inputs: each(['100-continue', '100-CONTINUE', '100-Continue', '\t100-continue '], expects),
  },
  {
    section: '9110 § 10.1.1',
    level: 'MUST',
    claim: 'the expectation of a client of HTTP/1.0 is ignored',
    allowed: ['201!'],
    inputs: [['100-continue', expects('100-continue').replace('/1.1', '/1.0')]],
  },
  {
    section: '9110 § 10.1.1',
    level: 'SHOULD',
    claim: 'an expectation without content to wait for needs no 100',
    allowed: ['200+'],
    inputs: [['GET', get('Expect: 100-continue')]],
  },
  {
    section: '9110 § 10.1.1',
    level: 'SHOULD',
    claim: 'an unknown expectation gets 417, or is ignored',
    allowed: ['417', '200'],
    inputs: each(['a', '200-ok', '100-continued', '100', '100-continue; a', 'x=y'], (expectation) =>
      get(`Expect: ${expectation}`),
    ),
  },
  {
    section: '9110 § 10.1.1',
    level: 'MUST',
    claim: 'content that was refused while it was waited for is not a request',
    allowed: ['4xx!', '4xx+'],
    inputs: [
      [
        'a bad id',
        request('PUT /v0/entity?id= HTTP/1.1', ['Content-Length: 200', 'Expect: 100-continue']),
      ],
      ['a value too large', put(['Content-Length: 999999999', 'Expect: 100-continue'], '')],
    ],
  },
  {
    section: '9110 § 7.8',
    level: 'MUST',
    claim: 'no protocol is switched to that was not asked for, and the request is served',
    allowed: ['200'],
    inputs: [
      ...each(['x', 'h2c', 'TLS/1.0', 'HTTP/2.0', 'HTTP/3.0, x/1'], (protocol) =>
        get(`Upgrade: ${protocol}`, 'Connection: Upgrade'),
      ),
      ['without the option', get('Upgrade: h2c')],
      [
        'with settings',
        get('Upgrade: h2c', 'Connection: Upgrade, HTTP2-Settings', 'HTTP2-Settings: AAMAAABk'),
      ],
      [
        'a WebSocket',
        get(
          'Upgrade: websocket',
          'Connection: Upgrade',
          'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
          'Sec-WebSocket-Version: 13',
        ),
      ],
    ],
  },
  {
    section: '9110 § 7.8',
    level: 'MUST',
    claim: 'Upgrade is ignored in HTTP/1.0',
    allowed: ['200!'],
    inputs: each(['h2c', 'websocket'], (protocol) =>
      request(old, [`Upgrade: ${protocol}`, 'Connection: Upgrade']),
    ),
  },
  {
    section: '9110 § 10.1.4',
    level: 'SHOULD',
    claim: 'TE is not a reason to refuse',
    allowed: ['200+'],
    inputs: each(['trailers', 'gzip', 'chunked', '', 'trailers, deflate;q=0.5', 'x;q=2'], (te) =>
      get(`TE: ${te}`, 'Connection: TE'),
    ),
  },
  {
    section: '9110 § 7.6.1',
    level: 'SHOULD',
    claim: 'a connection option does not take away a field that frames the message',
    allowed: ['201+', '400!'],
    inputs: each(['Content-Length', 'Host', 'content-length, host'], (option) =>
      put(['Content-Length: 1', `Connection: ${option}`]),
    ),
  },
];
