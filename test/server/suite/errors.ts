/** Every refusal that the interface promises, by its status. Its content says what was wrong. */
import { expect, test } from 'vitest';
import { RawConnection, request } from '../../support/http.js';
import { expectProblem, storedKeys } from '../harness.js';
import type { ServedStore } from './served-store.js';

const entity = '/v0/entity?id=k';
const put = (target: string, fields: string[] = []) => request('PUT', target, fields, 'v');
const get = (target: string) => request('GET', target);
const chunked = ['Transfer-Encoding: chunked'];

type Refused = [what: string, bytes: string, status: number, mentions: RegExp];

const ids: Refused[] = [
  ['no query', get('/v0/entity'), 400, /id is missing or empty/],
  ['no id', get('/v0/entity?replicas=1/1'), 400, /id is missing or empty/],
  [
    'an unknown parameter',
    put('/v0/entity?id=k&tll=5'),
    400,
    /unknown parameter "tll".* id, replicas, ttl$/,
  ],
  [
    'a time to live to read',
    get('/v0/entity?id=k&ttl=5'),
    400,
    /unknown parameter "ttl".* id, replicas$/,
  ],
  ['an empty id', put('/v0/entity?id='), 400, /id is missing or empty/],
  ['an id without a value', put('/v0/entity?id'), 400, /id is missing or empty/],
  ['a second id', put('/v0/entity?id=k&id=k'), 400, /id is given twice/],
  ['a second id, escaped', put('/v0/entity?id=k&i%64=l'), 400, /id is given twice/],
  ['a bad escape', put('/v0/entity?id=a%zz'), 400, /bad escape in id at byte 1: .*%25/],
  ['a cut escape', put('/v0/entity?id=%4'), 400, /bad escape in id at byte 0/],
  ['a bad escape in a name', put('/v0/entity?id=k&%=1'), 400, /bad escape in a parameter name/],
  ['a fragment', get('/v0/entity?id=k#f'), 400, /%23/],
];

const countsBeyond = (replicas: number): Refused[] => [
  ...[1, replicas + 1].map((ack): Refused => {
    const count = `${ack}/${replicas + 1}`;
    const detail = new RegExp(`asks for ${replicas + 1} replicas, .*has ${replicas}`);
    return [`replicas=${count}`, put(`${entity}&replicas=${count}`), 400, detail];
  }),
  ...[
    '2/1',
    '0/1',
    '0/0',
    '1',
    '1/',
    '/1',
    '1/1/1',
    '-1/1',
    '1.0/1',
    'a/b',
    '',
    '%201/1',
    '00001/1',
  ].map(
    (count): Refused => [
      `replicas=${count}`,
      put(`${entity}&replicas=${count}`),
      400,
      /replicas is ack\/from/,
    ],
  ),
  ...['GET', 'DELETE'].map((method): Refused => {
    return [
      `replicas=2/1 on ${method}`,
      request(method, `${entity}&replicas=2/1`),
      400,
      /replicas is ack\/from/,
    ];
  }),
  ['a second replicas', put(`${entity}&replicas=1/1&replicas=1/1`), 400, /replicas is given twice/],
  ...['0', '-1', '+1', '1.5', '1s', '', '630720001'].map(
    (ttl): Refused => [
      `ttl=${ttl}`,
      put(`${entity}&ttl=${ttl}`),
      400,
      /ttl is a whole number of seconds from 1 to 630720000/,
    ],
  ),
];

const paths: Refused[] = [
  '/',
  '/v0',
  '/v0/entity/',
  '/v0/Entity?id=k',
  '/v1/entity?id=k',
  '//v0/entity?id=k',
  '/v0/%65ntity?id=k',
].map((path) => [
  `the path ${path}`,
  get(path),
  400,
  /unknown path .*\/v0\/status, \/v0\/entity, \/v0\/entities/,
]);

const heads: Refused[] = [
  ['no Host', 'GET /v0/status HTTP/1.1\r\n\r\n', 400, /no Host/],
  ['two Hosts', request('GET', '/v0/status', ['Host: localhost']), 400, /more than one Host/],
  [
    'two Hosts that differ',
    request('PUT', entity, ['hOST: other'], 'v'),
    400,
    /more than one Host/,
  ],
  ['an unknown expectation', put(entity, ['Expect: a-miracle']), 417, /100-continue/],
  ['a request line too long', get(`/v0/entity?id=${'k'.repeat(9000)}`), 414, /target is too long/],
  ['a field too long', request('GET', entity, [`A: ${'b'.repeat(9000)}`]), 431, /too long/],
  [
    'too many fields',
    request('GET', entity, Array(20).fill('A: b')),
    431,
    /at most 20 header fields/,
  ],
  [
    'a value too long by its length',
    request('PUT', entity, ['Content-Length: 1001']),
    413,
    /at most 1000 bytes.*--max-value/,
  ],
  [
    'a length past all numbers',
    request('PUT', entity, ['Content-Length: 18446744073709551615']),
    413,
    /at most 1000/,
  ],
  [
    'a value too long by its chunks',
    `${request('PUT', entity, chunked)}3e9\r\n${'v'.repeat(1001)}\r\n0\r\n\r\n`,
    413,
    /at most 1000/,
  ],
  ['an absent entity', get(entity), 404, /has no entity/],
];

export function refusalSuite(served: ServedStore): void {
  const server = served.shared({ maxValueBytes: 1000, maxHeaderBytes: 8192, maxHeaderFields: 20 });
  const counts = countsBeyond(served.capabilities.replicas);

  test.each([...ids, ...counts, ...paths, ...heads])(
    '%s is refused, with a reason',
    async (_, bytes, status, mentions) => {
      const connection = new RawConnection(server.url);
      expectProblem(await connection.ask(bytes), status, mentions);
      expect(await storedKeys(server.url)).toStrictEqual([]);
    },
  );

  test.each([
    ['POST', '/v0/entity?id=k', 'GET, HEAD, PUT, DELETE'],
    ['PATCH', '/v0/entity', 'GET, HEAD, PUT, DELETE'],
    ['OPTIONS', '/v0/entity', 'GET, HEAD, PUT, DELETE'],
    ['PUT', '/v0/entities?start=k', 'GET, HEAD, DELETE, POST'],
    ['TRACE', '/v0/status', 'GET, HEAD'],
    ['PUT', '/v0/status', 'GET, HEAD'],
  ])('%s %s is a 405 that allows exactly %s', async (method, target, allow) => {
    const connection = new RawConnection(server.url);
    const answer = await connection.ask(request(method, target, [], 'v'));
    expectProblem(answer, 405, new RegExp(`takes ${allow}, not ${method}`));
    expect(answer.headers.get('allow')).toBe(allow);
    // The request was understood, so its connection goes on.
    expect((await connection.ask(get('/v0/status'))).status).toBe(200);
  });

  test('CONNECT is a 405, because this is not a proxy', async () => {
    const connection = new RawConnection(server.url);
    const answer = await connection.ask(request('CONNECT', 'test:80'));
    expectProblem(answer, 405, /not a proxy; .* GET, HEAD, PUT, DELETE, POST/);
    expect(answer.headers.has('allow')).toBe(true);
    await connection.closed;
  });

  test('a HEAD is refused with the status and no content', async () => {
    const connection = new RawConnection(server.url);
    connection.write(
      request('HEAD', '/v0/entity?id=') + request('GET', '/v0/status', ['Connection: close']),
    );
    await connection.closed;
    expect(connection.received.split('\r\n\r\n').map((part) => part.slice(0, 12))).toStrictEqual([
      'HTTP/1.1 400',
      'HTTP/1.1 200',
      '{"status":"s',
    ]);
  });

  test('a bad request whose content is short leaves its connection open for the next', async () => {
    const connection = new RawConnection(server.url);
    const refused = put('/v0/entity?id=');
    expect((await connection.ask(refused.slice(0, -1))).status).toBe(400);
    expect((await connection.ask(`v${get('/v0/status')}`)).status).toBe(200);
  });

  test('a header of exactly the most fields is taken', async () => {
    const connection = new RawConnection(server.url);
    const fields = Array(19).fill('A: b');
    expect((await connection.ask(request('GET', '/v0/status', fields))).status).toBe(200);
  });

  test('a reason quotes what was sent, cut short and harmless to a terminal', async () => {
    const connection = new RawConnection(server.url);
    const answer = await connection.ask(get(`${entity}&replicas=%1b[31m${'x'.repeat(100)}`));
    expectProblem(answer, 400, /got "\\u001b\[31mx{59}…"$/);
  });
}
