/** Tokens that are nearly right, on every route: none passes, and none is shown. */
import { createHash, randomBytes } from 'node:crypto';
import { expect, it, onTestFinished } from 'vitest';
import { startAdminServer } from '#dist/admin/admin-server.js';
import { RawConnection, request } from '../support/http.js';
import { bearer, makeTokens } from '../support/tokens.js';
import { startServer } from './harness.js';

const count = 200;
const entity = '/v0/entity?id=k';
const line = '{"key":"new","valueText":"v"}\n';
const routes = [
  ['GET', entity],
  ['PUT', entity, 'changed'],
  ['DELETE', entity],
  ['GET', '/v0/entity?id=%6B'],
  ['PUT', '/v0/entity?id=new&ttl=60', 'v'],
  ['GET', '/v0/entities?start=%00'],
  ['DELETE', '/v0/entities?start=%00'],
  ['POST', '/v0/entities', line],
  ['POST', '/v0/entities?atomic=true', line],
  ['GET', '/v0/status'],
  ['GET', '/v0/openapi.json'],
  ['OPTIONS', entity],
  ['GET', '/nowhere'],
] as const;

/** Credentials that are not those of the token, each in another way. */
function wrongCredentials(token: string, foreign: string): string[] {
  const change = (at: number) => {
    const other = token[at] === 'A' ? 'B' : 'A';
    return token.slice(0, at) + other + token.slice(at + 1);
  };
  const digest = createHash('sha256').update(token).digest();
  const tokens = [
    ...Array.from(token, (_, at) => change(at)),
    ...Array.from({ length: 20 }, (_, at) => token.slice(0, -1 - at)),
    ...Array.from({ length: 20 }, (_, at) => token.slice(1 + at)),
    ...['A', '=', '==', '.', '%', '"', '\u00a0', ',', ';', '%00'].flatMap((pad) => [
      token + pad,
      pad + token,
      pad + token + pad,
    ]),
    ...[token + token, `${token},${token}`, `${token} ${token}`, `${token}, Bearer ${token}`],
    ...[`"${token}"`, `<${token}>`, token.toUpperCase(), token.toLowerCase(), `Bearer ${token}`],
    ...[foreign, foreign + token, token + foreign, digest.toString('hex'), 'admin', 'undefined'],
    ...[
      digest.toString('base64'),
      digest.toString('base64url'),
      `ek_${digest.toString('base64url')}`,
    ],
  ].map((text) => `Bearer ${text}`);
  const schemes = [
    ...[token, `Basic ${btoa(`admin:${token}`)}`, `Token ${token}`, `Bearer${token}`, 'Bearer'],
    ...[
      `Bearer  ${token}`,
      `Bearer\t${token}`,
      `Bearer: ${token}`,
      `Bearer=${token}`,
      `, ${token}`,
    ],
    ...['Bearer null', `X Bearer ${token}`, `Bearer token="${token}"`, `Digest ${token}`],
  ];
  const known = [...new Set([...tokens, ...schemes])];
  const random = Array.from(
    { length: count - known.length },
    () => `Bearer ek_${randomBytes(32).toString('base64url')}`,
  );
  return [...known, ...random];
}

async function start() {
  const { file, tokens } = await makeTokens({ admin: 'admin' });
  const foreign = (await makeTokens({ admin: 'admin' })).tokens.admin;
  const server = await startServer({}, undefined, { tokens: file });
  const good = `Authorization: Bearer ${tokens.admin}`;
  await new RawConnection(server.url).ask(request('PUT', entity, [good], 'kept'));
  const wrong = wrongCredentials(tokens.admin, foreign);
  expect(wrong.length).toBeGreaterThanOrEqual(count);
  return { server, token: tokens.admin, good, wrong };
}

it('none passes on any route, also behind requests that did', async () => {
  const { server, token, good, wrong } = await start();
  for (const [at, credentials] of wrong.entries()) {
    const connection = new RawConnection(server.url);
    const bad = [`Authorization: ${credentials}`];
    // Each route is once the first that comes behind a request with the token.
    const turned = [...routes.slice(at % routes.length), ...routes.slice(0, at % routes.length)];
    connection.write(
      [
        request('GET', entity, [good]),
        ...turned.map(([method, target, content]) => request(method, target, bad, content)),
        request('GET', entity, [good]),
      ].join(''),
    );
    const answers = await connection.answers(routes.length + 2);
    const statuses = answers.map(({ status }) => status);
    const all401 = routes.map(() => 401);
    expect([credentials, ...statuses]).toStrictEqual([credentials, 200, ...all401, 200]);
    expect(answers.at(-1)?.body).toBe('kept');
    expect(connection.received).not.toContain(token.slice(3, 20));
    connection.destroy();
  }
  expect(server.reports).toStrictEqual([]);
});

it('none passes with HEAD', async () => {
  const { server, wrong, token } = await start();
  for (const credentials of wrong.slice(0, 20))
    for (const target of [entity, '/v0/entities?start=%00', '/v0/status', '/v0/openapi.json']) {
      const headers = { Authorization: credentials };
      const refused = await fetch(server.url + target, { method: 'HEAD', headers });
      expect(refused.status).toBe(401);
    }
  const allowed = await fetch(server.url + entity, { method: 'HEAD', headers: bearer(token) });
  expect(allowed.status).toBe(200);
});

it('none passes on the admin port', async () => {
  const { server, token, wrong } = await start();
  const admin = await startAdminServer({ port: 0, tokens: server.tokens });
  onTestFinished(() => admin.close());
  const connection = new RawConnection(admin.url);
  const get = (fields: string[]) => connection.ask(request('GET', '/status', fields));
  expect((await get([])).status).toBe(401);
  for (const credentials of wrong) {
    const bad = [`Authorization: ${credentials}`];
    const answers = [
      await get(bad),
      await connection.ask(request('POST', '/profile?kind=cpu&seconds=1', bad)),
      await connection.ask(request('POST', '/backup', bad)),
      await connection.ask(request('GET', '/', bad)),
    ];
    expect([credentials, ...answers.map(({ status }) => status)]).toStrictEqual([
      credentials,
      401,
      401,
      401,
      401,
    ]);
    expect(answers[0]?.headers.get('www-authenticate')).toContain('error="invalid_token"');
  }
  expect((await get([`Authorization: Bearer ${token}`])).status).toBe(200);
});
