/** Pages of origins that the operator named with --cors: what their browser asks, and gets. */
import { describe, expect, it } from 'vitest';
import { operations } from '#dist/server/api/operations.js';
import { serve } from '#dist/server/server.js';
import { RawConnection, request, sendRaw } from '../support/http.js';
import { expectProblem, sharedServer, startServer } from './harness.js';

const app = 'https://app.example';
const entity = '/v0/entity?id=k';
const server = sharedServer({}, undefined, { cors: [app, 'http://localhost:3000'] });

/** The fields that a browser adds to a request of a page of this origin. */
const from = (origin: string, ...fields: string[]) => [
  `Origin: ${origin}`,
  'Sec-Fetch-Site: cross-site',
  'Sec-Fetch-Mode: cors',
  ...fields,
];
const preflight = (origin: string, target = entity) =>
  request('OPTIONS', target, from(origin, 'Access-Control-Request-Method: PUT'));
const listed = (field = '') => field.split(',').map((item) => item.trim());

describe('a preflight', () => {
  it('is answered with all that a page may send, and no content', async () => {
    const connection = new RawConnection(server.url);
    const { status, headers, body } = await connection.ask(preflight(app));
    expect([status, body, headers.has('content-length')]).toStrictEqual([204, '', false]);
    expect(headers.get('access-control-allow-origin')).toBe(app);
    expect(listed(headers.get('vary'))).toContain('Origin');
    expect(listed(headers.get('access-control-allow-methods'))).toStrictEqual([
      ...new Set(operations.flatMap(({ methods }) => methods)),
    ]);
    expect(listed(headers.get('access-control-allow-headers'))).toStrictEqual([
      '*',
      'Authorization',
    ]);
    expect(headers.get('access-control-max-age')).toBe('7200');
    expect(headers.has('access-control-allow-credentials')).toBe(false);
    // The connection goes on.
    expect((await connection.ask(request('GET', entity))).status).toBe(404);
  });

  it('is answered for any target: the page can read what is wrong with its request', async () => {
    const connection = new RawConnection(server.url);
    for (const target of ['/v0/status', '/v0/entities', '/nowhere', '*'])
      expect((await connection.ask(preflight(app, target))).status).toBe(204);
  });

  it.each(['https://other.example', 'null', `${app}:443`, `${app}.evil.example`, `${app}, ${app}`])(
    'of %s is refused, and tells nothing',
    async (origin) => {
      const answer = await new RawConnection(server.url).ask(preflight(origin));
      expectProblem(answer, 403, /page of another server asks.*--cors/);
      expect([...answer.headers.keys()].filter((name) => name.startsWith('access-'))).toEqual([]);
      expect(answer.headers.get('vary')).toBe('Origin');
    },
  );

  it('is not what an OPTIONS without a method to come, or without an origin, is', async () => {
    const connection = new RawConnection(server.url);
    for (const fields of [from(app), ['Access-Control-Request-Method: PUT']])
      expectProblem(await connection.ask(request('OPTIONS', entity, fields)), 405, /not OPTIONS/);
  });

  it('is refused for a host of somebody else', async () => {
    const bytes = preflight(app).replace('localhost', 'evil.example');
    expectProblem(await new RawConnection(server.url).ask(bytes), 421, /evil\.example/);
  });

  it('ends the connection if it says so', async () => {
    const bytes = preflight(app).replace('Origin:', 'Connection: close\r\nOrigin:');
    const { text, closed } = await sendRaw(server.url, bytes, 5000);
    expect([text.slice(0, 12), closed]).toStrictEqual(['HTTP/1.1 204', true]);
  });
});

describe('a request of a page', () => {
  it('is served, and the page may read all of the response', async () => {
    const connection = new RawConnection(server.url);
    for (const [bytes, status] of [
      [request('PUT', entity, from(app), 'v'), 201],
      [request('GET', entity, from(app)), 200],
      [request('GET', '/v0/entities?start=a', from(app)), 200],
      [request('DELETE', entity, from(app)), 202],
      [request('GET', '/v0/status', from(app)), 200],
    ] as const) {
      const { status: got, headers } = await connection.ask(bytes);
      expect([bytes, got]).toStrictEqual([bytes, status]);
      expect(headers.get('access-control-allow-origin')).toBe(app);
      expect(headers.get('access-control-expose-headers')).toBe('*');
      expect(listed(headers.get('vary'))).toContain('Origin');
    }
  });

  it('may read why it was refused', async () => {
    const connection = new RawConnection(server.url);
    for (const [bytes, status] of [
      [request('GET', entity, from(app)), 404],
      [request('GET', '/nowhere', from(app)), 400],
      [request('POST', '/v0/status', from(app)), 405],
      [request('GET', entity, from(app, 'Expect: tea')), 417],
      [request('GET', entity, from(app)).replace('localhost', 'evil.example'), 421],
    ] as const) {
      const answer = await connection.ask(bytes);
      expectProblem(answer, status, /./);
      expect(answer.headers.get('access-control-allow-origin')).toBe(app);
    }
  });

  it('gets a range whose Vary names both fields that it depends on', async () => {
    const connection = new RawConnection(server.url);
    const { headers } = await connection.ask(request('GET', '/v0/entities?start=a', from(app)));
    expect(listed(headers.get('vary')).sort()).toStrictEqual(['Accept', 'Origin']);
  });

  it('is told its own origin, whichever others were named', async () => {
    const connection = new RawConnection(server.url);
    const { headers } = await connection.ask(request('GET', entity, from('http://localhost:3000')));
    expect(headers.get('access-control-allow-origin')).toBe('http://localhost:3000');
  });

  it('of another origin is refused, and stores nothing', async () => {
    const connection = new RawConnection(server.url);
    const put = request('PUT', entity, from('https://other.example'), 'v');
    expectProblem(await connection.ask(put), 403, /other\.example/);
    expect((await connection.ask(request('GET', entity))).status).toBe(404);
  });

  it('is refused if its browser says that it is from elsewhere, and not from where', async () => {
    const connection = new RawConnection(server.url);
    const bytes = request('GET', entity, ['Sec-Fetch-Site: cross-site', 'Sec-Fetch-Mode: no-cors']);
    expectProblem(await connection.ask(bytes), 403, /Sec-Fetch-Site/);
  });
});

it('tells caches of the origin in each response, in both lanes', async () => {
  const connection = new RawConnection(server.url);
  for (const bytes of [request('GET', entity), request('GET', '/v0/status'), 'bad\r\n\r\n'])
    expect((await connection.ask(bytes)).headers.get('vary')).toBe('Origin');
});

it('tells them of it in the refusal of a connection that has no place', async () => {
  const crowded = await startServer({ maxConnections: 1 }, undefined, { cors: [app] });
  new RawConnection(crowded.url).write(request('PUT', entity, ['Content-Length: 1']));
  await expect.poll(() => crowded.running, { interval: 1 }).toBe(1);
  const answer = await new RawConnection(crowded.url).ask(request('GET', entity));
  expectProblem(answer, 503, /busy connections/);
  expect(answer.headers.get('vary')).toBe('Origin');
});

describe('a server without --cors', () => {
  const plain = sharedServer();

  it('refuses preflights, and has none of the fields in any response', async () => {
    const connection = new RawConnection(plain.url);
    expectProblem(await connection.ask(preflight(app)), 403, /page of another server/);
    for (const bytes of [preflight(app), request('GET', entity), request('GET', '/v0/status')]) {
      const { headers } = await connection.ask(bytes);
      const told = [...headers.keys()].filter((name) => /^(access-|vary$)/.test(name));
      expect(told).toStrictEqual([]);
    }
  });
});

it.each([
  '',
  '*',
  'null',
  'app.example',
  `${app}/`,
  `${app}:443`,
  'https://APP.example',
  'file://',
])('%j is not an origin that serve() takes', async (origin) => {
  await expect(serve({ data: '/nowhere', cors: [app, origin] })).rejects.toThrow(
    /the option cors takes origins as a browser sends them, such as .*, got /,
  );
});
