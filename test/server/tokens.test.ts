/** Whom a server with tokens serves, and with what. All of it holds in either lane. */
import { describe, expect, it } from 'vitest';
import { type RawAnswer, RawConnection, request } from '../support/http.js';
import { bearer, makeTokens } from '../support/tokens.js';
import { expectProblem, startServer, type TestServer } from './harness.js';

const entity = '/v0/entity?id=user:1';
const names = {
  reader: 'read',
  writer: 'write',
  admin: 'admin',
  userReader: 'read user:',
  userWriter: 'write user:',
};

async function start() {
  const made = await makeTokens(names);
  const server = await startServer({}, undefined, { tokens: made.file });
  return { ...made, server };
}

async function ask(
  { url }: TestServer,
  token: string,
  method: string,
  target: string,
  content?: string,
): Promise<RawAnswer> {
  const fields = [`Authorization: Bearer ${token}`];
  const connection = new RawConnection(url);
  const answer = await connection.ask(request(method, target, fields, content));
  connection.destroy();
  return answer;
}

describe('a token', () => {
  it('allows what its access says, and nothing else', async () => {
    const { server, tokens } = await start();
    const line = '{"key":"user:2","valueText":"v"}\n';
    for (const [method, target, content, allowed] of [
      ['PUT', entity, 'v', ['writer', 'admin', 'userWriter']],
      ['PUT', '/v0/entity?id=user%3A1&ttl=60', 'v', ['writer', 'admin', 'userWriter']],
      ['GET', entity, undefined, Object.keys(names)],
      ['GET', '/v0/entity?id=user%3A1', undefined, Object.keys(names)],
      ['GET', '/v0/entities?prefix=user:', undefined, Object.keys(names)],
      ['POST', '/v0/entities', line, ['writer', 'admin', 'userWriter']],
      ['POST', '/v0/entities?atomic=true', line, ['writer', 'admin', 'userWriter']],
      ['DELETE', '/v0/entities?prefix=user:2', undefined, ['writer', 'admin', 'userWriter']],
      ['GET', '/v0/status', undefined, Object.keys(names)],
      ['GET', '/v0/openapi.json', undefined, Object.keys(names)],
    ] as const) {
      for (const [name, token] of Object.entries(tokens)) {
        const answer = await ask(server, token, method, target, content);
        const isAllowed = (allowed as readonly string[]).includes(name);
        const what = `${name} ${method} ${target}: ${answer.body}`;
        expect([what, answer.status < 300]).toStrictEqual([what, isAllowed]);
        if (isAllowed) continue;
        expectProblem(answer, 403, new RegExp(`"${name}" may only read`));
        expect(answer.headers.get('www-authenticate')).toBe(
          'Bearer realm="evenkeel", error="insufficient_scope", scope="write"',
        );
      }
    }
    const deleted = await ask(server, tokens.userWriter, 'DELETE', entity);
    expect(deleted.headers.get('evenkeel-existed')).toBe('true');
  });

  it('with a prefix is for keys and ranges within it alone', async () => {
    const { server, tokens } = await start();
    const outside = ['user', 'user;1', 'uses:1', 'v', 'u', 'User:1', '%00', '%FF', 'xuser:1'];
    for (const key of outside)
      for (const [method, content] of [['PUT', 'v'], ['DELETE'], ['GET']] as const)
        expectProblem(
          await ask(server, tokens.userWriter, method, `/v0/entity?id=${key}`, content),
          403,
          /keys that begin with "user:"/,
        );
    const ranges = [
      ['start=user:', false],
      ['start=user:&end=user;', true],
      ['start=user:&end=user;%00', false],
      ['start=user:&end=user<', false],
      ['start=user&end=user;', false],
      ['start=user:a&end=user:b', true],
      ['start=user:a&end=a', true],
      ['prefix=user:', true],
      ['prefix=user:1', true],
      ['prefix=user', false],
      ['prefix=u', false],
      ['start=%00', false],
    ] as const;
    for (const [query, isWithin] of ranges)
      for (const method of ['GET', 'DELETE']) {
        const answer = await ask(server, tokens.userWriter, method, `/v0/entities?${query}`);
        const what = `${method} ${query}`;
        expect([what, answer.status]).toStrictEqual([what, isWithin ? 200 : 403]);
      }
    const after = '/v0/entities?start=user:&end=user;&after=a';
    expect((await ask(server, tokens.userWriter, 'GET', after)).status).toBe(200);
  });

  it('with a prefix has each line of a batch looked at', async () => {
    const { server, tokens } = await start();
    const lines = [
      '{"key":"user:1","valueText":"v"}',
      '{"key":"other","valueText":"v"}',
      '{"key":"other","delete":true}',
      '{"keyBase64":"dXNlcjo=","valueText":"v"}',
      '',
    ].join('\n');
    const answer = await ask(server, tokens.userWriter, 'POST', '/v0/entities', lines);
    const results = answer.body.trim().split('\n');
    expect(results.map((line) => JSON.parse(line).status)).toStrictEqual([201, 403, 403, 201]);
    const atomic = await ask(server, tokens.userWriter, 'POST', '/v0/entities?atomic=true', lines);
    expectProblem(atomic, 403, /^line 2: .*no line was done$/);
    const keys = await ask(server, tokens.admin, 'GET', '/v0/entities?start=%00&only=keys');
    expect(keys.body).toBe('user:\nuser:1\n');
  });

  it('that is revoked while the content of a PUT comes does not write', async () => {
    const { server, tokens, keep } = await start();
    const connection = new RawConnection(server.url);
    const fields = [`Authorization: Bearer ${tokens.writer}`, 'Expect: 100-continue'];
    connection.write(request('PUT', entity, [...fields, 'Content-Length: 1']));
    await connection.answers(1);
    await keep('admin');
    server.reload();
    connection.write('v');
    expectProblem((await connection.answers(2))[1], 401, /does not know the token/);
    expect((await ask(server, tokens.admin, 'GET', entity)).status).toBe(404);
  });

  it('that is revoked ends a batch that began before, at its next line', async () => {
    const { server, tokens, keep } = await start();
    const connection = new RawConnection(server.url);
    const head = request('POST', '/v0/entities', [
      `Authorization: Bearer ${tokens.writer}`,
      'Transfer-Encoding: chunked',
    ]);
    const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;
    connection.write(head + chunk('{"key":"a","valueText":"v"}\n'));
    await expect.poll(() => connection.received).toContain('"status":201');
    await keep('admin');
    server.reload();
    connection.write(`${chunk('{"key":"b","valueText":"v"}\n')}0\r\n\r\n`);
    const [answer] = await connection.answers(1);
    expect(answer?.body).toMatch(/"status":401.*"line":2/);
    expect((await ask(server, tokens.admin, 'GET', '/v0/entity?id=b')).status).toBe(404);
  });
});

describe('a request', () => {
  it('without a token is told how to send one', async () => {
    const { server } = await start();
    for (const target of [entity, '/v0/status', '/nowhere']) {
      const answer = await new RawConnection(server.url).ask(request('GET', target));
      expectProblem(answer, 401, /Authorization: Bearer TOKEN/);
      expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="evenkeel"');
    }
  });

  it('with a token that stands is taken after one with another', async () => {
    const { server, tokens } = await start();
    const connection = new RawConnection(server.url);
    const get = (token: string) =>
      connection.ask(request('GET', entity, [`Authorization: Bearer ${token}`]));
    for (const [token, status] of [
      [tokens.reader, 404],
      [tokens.userReader, 404],
      ['ek_nobody', 401],
      [tokens.reader, 404],
    ] as const)
      expect((await get(token)).status).toBe(status);
  });

  it('may name the scheme in any case, and the field too', async () => {
    const { server, tokens } = await start();
    for (const field of [
      'authorization: bearer ',
      'AUTHORIZATION:BEARER ',
      'Authorization:\tBearer ',
    ])
      expect(
        (await new RawConnection(server.url).ask(request('GET', entity, [field + tokens.reader])))
          .status,
      ).toBe(404);
  });

  it('with two Authorization fields gets 400, and ends its connection', async () => {
    const { server, tokens } = await start();
    const good = `Authorization: Bearer ${tokens.admin}`;
    for (const fields of [
      [good, good],
      [good, 'authorization: x'],
      ['Authorization:', good],
    ])
      for (const bytes of [request('GET', entity, fields), request('PUT', entity, fields, 'v')]) {
        const connection = new RawConnection(server.url);
        const answer = await connection.ask(bytes);
        expectProblem(answer, 400, /more than one Authorization/);
        expect(answer.headers.get('www-authenticate')).toContain('error="invalid_request"');
        await connection.closed;
      }
  });

  it('of a browser that asks what it may send needs none', async () => {
    const { file, tokens } = await makeTokens(names);
    const origin = 'https://app.example';
    const { url } = await startServer({}, undefined, { tokens: file, cors: [origin] });
    const preflight = await fetch(`${url}${entity}`, {
      method: 'OPTIONS',
      headers: { Origin: origin, 'Access-Control-Request-Method': 'PUT' },
    });
    expect(preflight.status).toBe(204);
    const headers = { Origin: origin };
    const refused = await fetch(`${url}${entity}`, { headers });
    expect([refused.status, refused.headers.get('access-control-allow-origin')]).toStrictEqual([
      401,
      origin,
    ]);
    const taken = await fetch(`${url}${entity}`, {
      headers: { ...headers, ...bearer(tokens.reader) },
    });
    expect(taken.status).toBe(404);
    expect((await fetch(`${url}${entity}`, { method: 'OPTIONS' })).status).toBe(401);
  });

  it('to a server without tokens may have any', async () => {
    const { url } = await startServer();
    const connection = new RawConnection(url);
    for (const fields of [['Authorization: Basic x'], ['Authorization: a', 'Authorization: b']])
      expect((await connection.ask(request('GET', entity, fields))).status).toBe(404);
  });
});
