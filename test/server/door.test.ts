/** Which hosts and origins pass: what a page in a browser cannot do to a server on loopback. */
import { describe, expect, it, test } from 'vitest';
import { serve } from '#dist/server/server.js';
import { entityUrl, parseAnswers, RawConnection, request, sendRaw } from '../support/http.js';
import { expectProblem, sharedServer, startServer, storedKeys } from './harness.js';

const entity = '/v0/entity?id=k';
const getFrom = (host: string, target = entity) =>
  `GET ${target} HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
const putFrom = (host: string) =>
  `PUT ${entity} HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 1\r\n\r\nv`;

const badHosts = [
  ...[
    '',
    ':80',
    'a b',
    'a/b',
    'a\\b',
    'u@h',
    'a?b',
    'a#b',
    'a%zz',
    'a%4',
    'a:b',
    'a:80:80',
    'a:-1',
  ],
  ...['a:65536', '[::1', '::1]', '[::1]a', '[127.0.0.1]', '[]', 'a"b', 'a<b>', 'a\xe9', 'a{b}'],
];

describe.each(['127.0.0.1', '0.0.0.0'])('a server on %s', (host) => {
  const server = sharedServer({}, undefined, { host, insecure: true });

  it.each(badHosts)('refuses %j, which is not a host, with 400', async (bad) => {
    const { text, closed } = await sendRaw(local(server.url), putFrom(bad), 5000);
    const [answer, ...others] = parseAnswers(text);
    expectProblem(answer, 400, /field Host is a host and perhaps a port, got/);
    expect([others, closed]).toStrictEqual([[], true]);
    expect(await storedKeys(local(server.url))).toStrictEqual([]);
  });

  it.each(['127.0.0.1', '127.0.0.1:9', '[::1]:80', '10.0.0.1', 'localhost', 'LocalHost.:80'])(
    'takes %s',
    async (good) => {
      const connection = new RawConnection(local(server.url));
      expect((await connection.ask(getFrom(good))).status).toBe(404);
    },
  );

  it('takes a name under localhost in the full lane too', async () => {
    const connection = new RawConnection(local(server.url));
    const bytes = getFrom('a.localhost', '/v0/status');
    expect((await connection.ask(bytes)).status).toBe(200);
  });
});

describe('a server on loopback', () => {
  const server = sharedServer();
  const misdirected = /does not know itself as "[^"]+"; ask for .*--allow-host/;

  it.each(['evil.example', 'localhost.evil.example', 'evil.localhost.example', '127.1', 'a,b'])(
    'refuses what is asked of %s, and stores nothing',
    async (host) => {
      const connection = new RawConnection(server.url);
      expectProblem(await connection.ask(putFrom(host)), 421, misdirected);
      expectProblem(await connection.ask(getFrom(host)), 421, misdirected);
      expectProblem(await connection.ask(getFrom(host, '/v0/status')), 421, misdirected);
      expect(await storedKeys(server.url)).toStrictEqual([]);
    },
  );

  it('looks at each Host of a connection, not at the first alone', async () => {
    const connection = new RawConnection(server.url);
    const hosts = ['localhost', 'localhost', 'localhose', '127.0.0.1', 'localhos', 'localhost'];
    connection.write(hosts.map((host) => getFrom(host)).join(''));
    const statuses = (await connection.answers(6)).map(({ status }) => status);
    expect(statuses).toStrictEqual([404, 404, 421, 404, 421, 404]);
  });

  it.each([
    [`http://evil.example${entity}`, 'localhost', 421, misdirected],
    [`http://evil.example:80${entity}`, '127.0.0.1', 421, misdirected],
    [`https://localhost${entity}`, 'localhost', 421, /no TLS/],
    [`http://${entity}`, 'localhost', 400, /authority of the request target/],
    [`http://:80${entity}`, 'localhost', 400, /authority of the request target/],
    [`http://u@localhost${entity}`, 'localhost', 400, /authority of the request target/],
    [`http://localhost:x${entity}`, 'localhost', 400, /./],
    [`http://localhost${entity}`, 'a b', 400, /field Host/],
    [`http://localhost${entity}`, 'evil.example', 404, /no entity/],
  ])('takes the authority of %s before the Host %s', async (target, host, status, mentions) => {
    const connection = new RawConnection(server.url);
    expectProblem(await connection.ask(getFrom(host, target)), status, mentions);
  });

  it('takes a request of HTTP/1.0 without a Host, which no browser sends', async () => {
    const { text } = await sendRaw(server.url, `GET ${entity} HTTP/1.0\r\n\r\n`, 5000);
    expect(parseAnswers(text)[0]?.status).toBe(404);
  });

  it.each([
    [['Origin: http://localhost:1'], 404],
    [['Origin: http://LOCALHOST:1'], 404],
    [['Sec-Fetch-Site: same-origin'], 404],
    [['Sec-Fetch-Site: none', 'Sec-Fetch-Mode: navigate'], 404],
    [['Sec-Fetch-Mode: cors'], 404],
    [['Origin: http://localhost:1', 'Sec-Fetch-Site: same-origin'], 404],
    [['Origin: http://localhost'], 403],
    [['Origin: https://localhost:1'], 403],
    [['Origin: http://127.0.0.1:1'], 403],
    [['Origin: http://evil.example'], 403],
    [['Origin: null'], 403],
    [['Origin:'], 403],
    [['Origin: http://localhost:1, http://evil.example'], 403],
    [['Origin: http://localhost:1', 'Origin: http://evil.example'], 403],
    [['Origin: http://localhost:1/'], 403],
    [['Sec-Fetch-Site: cross-site'], 403],
    [['Sec-Fetch-Site: same-site'], 403],
    [['Sec-Fetch-Site:'], 403],
    [['Origin: http://localhost:1', 'Sec-Fetch-Site: cross-site'], 403],
  ])('gives a page that sends %j its due', async (fields, status) => {
    const connection = new RawConnection(server.url);
    const head = `HTTP/1.1\r\nHost: localhost:1\r\n${fields.join('\r\n')}\r\n`;
    const got = await connection.ask(`GET ${entity} ${head}\r\n`);
    expectProblem(got, status, status === 403 ? /page of another server/ : /no entity/);
    const put = await connection.ask(`PUT ${entity} ${head}Content-Length: 1\r\n\r\nv`);
    expect(put.status).toBe(status === 403 ? 403 : 201);
    await fetch(entityUrl(server.url, 'k'), { method: 'DELETE' });
  });

  it('sends no content that a browser may take for another type', async () => {
    const connection = new RawConnection(server.url);
    await connection.ask(request('PUT', entity, [], '<script>'));
    for (const bytes of [
      request('GET', entity),
      request('GET', entity, ['Expect: 100-continue']).replace('Expect: 100-continue', 'TE: a'),
      request('GET', '/v0/status'),
      request('GET', '/v0/entities?start=k'),
      request('GET', '/v0/entities?start=k', ['Accept: application/x-ndjson']),
      request('GET', '/v0/entity?id=absent'),
      request('GET', '/'),
      'bad\r\n\r\n',
    ]) {
      const { headers } = await connection.ask(bytes);
      expect([bytes, headers.get('x-content-type-options')]).toStrictEqual([bytes, 'nosniff']);
    }
    await fetch(entityUrl(server.url, 'k'), { method: 'DELETE' });
  });
});

describe('--allow-host', () => {
  it('names hosts that pass on loopback', async () => {
    const { url } = await startServer({}, undefined, { allowHosts: ['Store.Example', 'b.'] });
    const connection = new RawConnection(url);
    for (const host of ['store.example', 'STORE.example.:80', 'b:1', 'localhost'])
      expect([host, (await connection.ask(getFrom(host))).status]).toStrictEqual([host, 404]);
    for (const host of ['a.store.example', 'example', 'c'])
      expect([host, (await connection.ask(getFrom(host))).status]).toStrictEqual([host, 421]);
  });

  it('is not needed beyond loopback, and holds there if it is given', async () => {
    for (const [allowHosts, status] of [
      [[], 404],
      [['store.example'], 421],
    ] as const) {
      const { url } = await startServer({}, undefined, {
        host: '0.0.0.0',
        insecure: true,
        allowHosts,
      });
      const connection = new RawConnection(local(url));
      expect((await connection.ask(getFrom('any.example'))).status).toBe(status);
    }
  });

  it.each(['', 'a b', 'a:80', 'a:', 'http://a', 'a/b'])('is not %j', async (name) => {
    await expect(serve({ data: '/nowhere', allowHosts: [name] })).rejects.toThrow(
      /allowHosts takes host names without a port, got/,
    );
  });
});

test('the name that a server listens on passes', async () => {
  const { url } = await startServer({}, undefined, { host: 'localhost' });
  expect((await fetch(`${url}/v0/status`)).status).toBe(200);
});

/** A server on all addresses, asked from here. */
function local(url: string): string {
  return url.replace('0.0.0.0', '127.0.0.1');
}
