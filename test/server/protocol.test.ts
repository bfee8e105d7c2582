/** The parts of HTTP/1.x that a server must take although few clients use them (RFC 9112). */
import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { parseAnswers, RawConnection, request, sendRaw } from '../support/http.js';
import { expectIdle, expectProblem, startServer, storedKeys } from './harness.js';

test('an absolute-form target names the same entity', async () => {
  const { url } = await startServer();
  const connection = new RawConnection(url);
  expect(
    (await connection.ask(request('PUT', 'http://[::1]/v0/entity?id=k', [], 'v'))).status,
  ).toBe(201);
  expect((await connection.ask(request('GET', 'HTTP://localhost:1/v0/entity?id=k'))).body).toBe(
    'v',
  );
  expectProblem(
    await connection.ask(request('GET', 'ftp://a.test/v0/entity?id=k')),
    400,
    /unknown path/,
  );
});

test('an HTTP/1.0 client needs no Host, and its connection ends unless it is kept', async () => {
  const { url } = await startServer();
  const put = 'PUT /v0/entity?id=k HTTP/1.0\r\nContent-Length: 1\r\n\r\nv';
  const stored = await sendRaw(url, put, 2000);
  expect([stored.closed, parseAnswers(stored.text).map(({ status }) => status)]).toStrictEqual([
    true,
    [201],
  ]);
  const connection = new RawConnection(url);
  const get = 'GET /v0/entity?id=k HTTP/1.0\r\nConnection: keep-alive\r\n\r\n';
  for (let round = 0; round < 2; round++) expect((await connection.ask(get)).body).toBe('v');
});

test('a range for an HTTP/1.0 client has no chunks and ends with the connection', async () => {
  const { url } = await startServer();
  await sendRaw(url, request('PUT', '/v0/entity?id=k', ['Connection: close'], 'v'));
  const { text, closed } = await sendRaw(url, 'GET /v0/entities?start=k HTTP/1.0\r\n\r\n', 2000);
  const [answer] = parseAnswers(text);
  expect([closed, answer?.status, answer?.body, answer?.chunks]).toStrictEqual([
    true,
    200,
    'k\nv',
    undefined,
  ]);
});

test('a client that waits for 100 Continue is told to go on if its value is welcome', async () => {
  const { url } = await startServer();
  const connection = new RawConnection(url);
  const fields = ['Expect: 100-continue', 'Content-Length: 5'];
  expect((await connection.ask(request('PUT', '/v0/entity?id=k', fields))).status).toBe(100);
  expect((await connection.ask('value')).status).toBe(201);
  expect((await connection.ask(request('GET', '/v0/entity?id=k'))).body).toBe('value');
});

test.each([
  ['a bad key', '/v0/entity?id=', ['Content-Length: 5'], 400, /id is missing or empty/],
  ['a value too large', '/v0/entity?id=k', ['Content-Length: 1001'], 413, /at most 1000 bytes/],
])(
  'a client that waits for 100 Continue with %s is refused before it sends',
  async (_, target, fields, status, mentions) => {
    const { url } = await startServer({ maxValueBytes: 1000 });
    const connection = new RawConnection(url);
    const [answer] = await Promise.all([
      connection.ask(request('PUT', target, ['Expect: 100-continue', ...fields])),
      // The server can't know whether the content will follow, so the connection can't go on.
      connection.closed,
    ]);
    expectProblem(answer, status, mentions);
    expect(answer.headers.get('connection')).toBe('close');
  },
);

test('a GET behind a PUT in one write sees its value, and responses keep their order', async () => {
  const { url } = await startServer();
  const connection = new RawConnection(url);
  const rounds = Array.from({ length: 50 }, (_, round) => round);
  connection.write(
    rounds
      .map(
        (round) =>
          request('PUT', '/v0/entity?id=k', [], `v${round}`) + request('GET', '/v0/entity?id=k'),
      )
      .join(''),
  );
  const answers = await connection.answers(100);
  const expected = rounds.flatMap((round) => [
    [201, ''],
    [200, `v${round}`],
  ]);
  expect(answers.map(({ status, body }) => [status, body])).toStrictEqual(expected);
});

test('a write, a range and a deletion in one write happen in their order', async () => {
  const { url } = await startServer();
  const connection = new RawConnection(url);
  const range = request('GET', '/v0/entities?start=a');
  connection.write(
    request('PUT', '/v0/entity?id=k', [], 'v') +
      range +
      request('DELETE', '/v0/entity?id=k') +
      range,
  );
  const answers = await connection.answers(4);
  expect(answers.map(({ status, chunks }) => [status, chunks])).toStrictEqual([
    [201, undefined],
    [200, ['k\nv']],
    [202, undefined],
    [200, []],
  ]);
});

test('more requests in one write than may wait are all answered', async () => {
  const { url } = await startServer({ maxPipelined: 4 });
  const connection = new RawConnection(url);
  const gets = Array.from({ length: 3000 }, (_, n) => request('GET', `/v0/entity?id=${n}`));
  connection.write(request('PUT', '/v0/entity?id=2999', [], 'last') + gets.join(''));
  const answers = await connection.answers(3001);
  expect(answers.slice(1, -1).every(({ status }) => status === 404)).toBe(true);
  expect(answers.at(-1)?.body).toBe('last');
});

test('what follows a request that ends its connection is not served', async () => {
  const server = await startServer();
  const put = request('PUT', '/v0/entity?id=behind', [], 'v');
  for (const last of [
    request('GET', '/v0/status', ['Connection: close']),
    'GET /v0/status HTTP/1.0\r\n\r\n',
  ]) {
    const connection = new RawConnection(server.url);
    connection.write(last + put + put);
    await connection.closed;
    expect(parseAnswers(connection.received)[0]?.status).toBe(200);
    expect(parseAnswers(connection.received).some(({ status }) => status === 201)).toBe(false);
  }
  expect(await storedKeys(server.url)).toStrictEqual([]);
  await expectIdle(server);
});

test('the content of a refused request is not a request', async () => {
  const { url } = await startServer();
  const connection = new RawConnection(url);
  const smuggled = request('PUT', '/v0/entity?id=smuggled', [], 'v');
  for (const [method, target, status] of [
    ['PUT', '/v0/entity?id=', 400],
    ['GET', '/v0/entity?id=absent', 404],
    ['POST', '/v0/entity?id=k', 405],
  ] as const)
    expect((await connection.ask(request(method, target, [], smuggled))).status).toBe(status);
  expect((await connection.ask(request('PUT', '/v0/entity?id=k', [], smuggled))).status).toBe(201);
  expect((await connection.ask(request('GET', '/v0/entity?id=k'))).body).toBe(smuggled);
  expect(await storedKeys(url)).toStrictEqual(['k']);
});

test('a client that says it will send no more still gets its answers', async () => {
  const { url } = await startServer();
  const connection = new RawConnection(url);
  connection.write(request('PUT', '/v0/entity?id=k', [], 'v') + request('GET', '/v0/entity?id=k'));
  connection.endSending();
  const answers = await connection.answers(2);
  expect(answers.map(({ status, body }) => [status, body])).toStrictEqual([
    [201, ''],
    [200, 'v'],
  ]);
});

test.each([
  ...['close', 'close\t', 'close \t', '\tCLOSE', 'close,', ',close', 'close ,', 'close\t,x'],
  ...['keep-alive, close', 'x,close,y', 'keep-alive,\tclose\t', 'x\r\nConnection: close\t'],
])('Connection: %j ends the connection', async (options) => {
  const { url } = await startServer();
  const behind = request('PUT', '/v0/entity?id=behind', [], 'v');
  const bytes = request('GET', '/v0/status', [`Connection: ${options}`]) + behind;
  const { text, closed } = await sendRaw(url, bytes, 5000);
  const answers = parseAnswers(text);
  expect([answers.map(({ status }) => status), closed]).toStrictEqual([[200], true]);
  expect(answers[0]?.headers.get('connection')).toBe('close');
  expect(await storedKeys(url)).toStrictEqual([]);
});

test.each(['closed', 'clos', '"close"', 'x-close', 'keep-alive'])(
  'Connection: %s does not end the connection',
  async (options) => {
    const { url } = await startServer();
    const connection = new RawConnection(url);
    const bytes = request('GET', '/v0/status', [`Connection: ${options}`]);
    for (let round = 0; round < 2; round++) expect((await connection.ask(bytes)).status).toBe(200);
  },
);

test.each(['RTSP/1.0', 'RTSP/1.1', 'RTSP/2.0', 'ICE/1.0', 'HTTPS/1.1'])(
  'a request line of %s is refused',
  async (protocol) => {
    const { url } = await startServer();
    const lines = `GET /v0/status ${protocol}\r\nHost: localhost\r\n\r\n`;
    const first = request('DELETE', '/v0/entity?id=k');
    for (const before of [[], [first], [request('GET', '/v0/status')]]) {
      const { text, closed } = await sendRaw(url, before.join('') + lines, 5000);
      const answers = parseAnswers(text);
      expect([answers.length, closed]).toStrictEqual([before.length + 1, true]);
      expectProblem(answers.at(-1), 400, /./);
    }
  },
);

test('a target too long gets 414, and fields too long get 431, in one piece or many', async () => {
  const { url } = await startServer();
  const long = (length: number) => 'a'.repeat(length);
  for (const length of [16_384, 20_000, 40_000, 200_000])
    for (const pieceLength of [300_000, 1000])
      for (const [status, bytes] of [
        [414, request('GET', `/v0/entity?id=${long(length)}`)],
        [431, request('GET', '/v0/status', [`A: ${'b '.repeat(length / 2)}`])],
      ] as const) {
        const connection = new RawConnection(url);
        for (let at = 0; at < bytes.length && !connection.isClosed; at += pieceLength) {
          connection.write(bytes.slice(at, at + pieceLength));
          await turn();
        }
        const [answer] = await connection.answers(1);
        expect([length, pieceLength, answer?.status]).toStrictEqual([length, pieceLength, status]);
        await connection.closed;
      }
});
