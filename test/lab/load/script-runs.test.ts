/**
 * Scripts as users have them, run by the real command against a real service, which keeps what arrives: the requests are the
 * script's, and what it prints is there. Each hook by itself is in script/, what reaches beyond requests in script-reach.test.ts.
 */
import { expect, it } from 'vitest';
import { distinct, printed, ran } from './ran.js';

it('setup.lua: thread:set() before the run and thread:get() after it reach each thread', async () => {
  const measured = await ran('setup.lua', { flags: ['-t2'] });
  expect(distinct(measured.paths)).toEqual(['/blue-b/1/3', '/blue-b/2/3']);
  const rows = printed(measured, /^thread (\d) made (\d+) requests and got (\d+) responses$/);
  expect(rows.map(([thread]) => thread)).toEqual([1, 2]);
  const { sent, completed } = measured.record.requests;
  // The check before the run takes the first thread's first request, as in wrk2.
  expect(rows.reduce((sum, [, made = 0]) => sum + made, -1)).toBe(sent);
  expect(rows.reduce((sum, [, , got = 0]) => sum + got, 0)).toBe(completed);
});

it('arguments.lua: init() gets the URL and what follows --, also what looks like flags', async () => {
  const { received } = await ran('arguments.lua', { args: ['/a', '--help', '-x', 'b c'] });
  for (const { path, headers } of received) {
    expect(path).toBe('/a');
    expect(headers['x-url']).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/start\?q=1$/);
    expect(headers['x-arguments']).toBe('/a,--help,-x,b c');
  }
});

it('post.lua: method, body and headers of wrk are what is sent', async () => {
  for (const { method, path, body, headers } of (await ran('post.lua')).received) {
    expect([method, path, body]).toEqual(['POST', '/start?q=1', 'foo=bar&baz=quux']);
    expect(headers).toMatchObject({
      'content-length': '16',
      'content-type': 'application/x-www-form-urlencoded',
    });
  }
});

it('counter.lua: paths count up, and an assignment to request takes its place', async () => {
  const { paths } = await ran('counter.lua', { flags: ['-t2'] });
  expect(distinct(paths)).toEqual(['/0', '/1', '/2', '/3', '/second']);
  expect(paths.filter((path) => path === '/0')).toHaveLength(1);
  expect(paths.filter((path) => path === '/3')).toHaveLength(2);
});

it('token.lua: the token of an answer’s header goes with all later requests', async () => {
  let logins = 0;
  const { received } = await ran('token.lua', {
    flags: ['-t2'],
    answer: ({ path }, response) => {
      if (path === '/login') response.setHeader('X-Token', `token-${++logins}`);
      response.end();
    },
  });
  const later = received.filter(({ path }) => path === '/resource');
  expect(later.length + logins).toBe(received.length);
  expect(logins).toBeLessThan(received.length / 2);
  // One a thread: the one of its first answer.
  const tokens = distinct(later.map(({ headers }) => String(headers['x-token'])));
  expect(tokens).toHaveLength(2);
  for (const token of tokens) expect(token).toMatch(/^token-\d+$/);
});

it('pipeline.lua: three requests a send arrive one after the other on their connection, and all are counted', async () => {
  const { received, record } = await ran('pipeline.lua');
  const ports = distinct(received.map(({ clientPort }) => String(clientPort)));
  expect(ports).toHaveLength(4);
  for (const port of ports) {
    const own = received.filter(({ clientPort }) => String(clientPort) === port);
    for (const [at, { method, path, body }] of own.entries()) {
      const expected = [
        ['GET', '/?foo', ''],
        ['POST', '/?bar', 'a\r\n\r\nb'],
        ['GET', '/?baz', ''],
      ];
      expect([method, path, body]).toEqual(expected[at % 3]);
    }
  }
  // The rate is of requests, not of sends.
  expect(record.latency.count).toBeGreaterThanOrEqual(84);
  expect(record.latency.count).toBeLessThanOrEqual(102);
});

it('bytes.lua: all 256 bytes go there and come back', async () => {
  const all = String.fromCharCode(...Array.from({ length: 256 }, (_, byte) => byte));
  const { received } = await ran('bytes.lua', {
    answer: ({ body }, response) => response.end(Buffer.from(body, 'latin1')),
  });
  for (const { body } of received) expect(body).toBe(all);
});

it('mix.lua: a mix of methods by weight has its answers checked, and done() adds up the threads’ tables', async () => {
  const answers: Record<string, [number, string]> = {
    GET: [200, 'ok'],
    PUT: [201, 'created'],
    DELETE: [202, 'gone'],
  };
  const measured = await ran('mix.lua', {
    flags: ['-t2'],
    args: ['3', '2', '1'],
    answer: ({ method }, response) => {
      const [status = 500, text] = answers[method] ?? [];
      response.writeHead(status).end(text);
    },
  });
  const { received, record } = measured;
  const [[ok = 0, created = 0, gone = 0, wrong] = []] = printed(
    measured,
    /^ok (\d+) created (\d+) gone (\d+) wrong (\d+)$/,
  );
  expect(ok + created + gone).toBe(record.requests.completed);
  expect(wrong).toBe(0);
  expect(created / received.length).toBeCloseTo(1 / 3, 1);
  expect(gone / received.length).toBeCloseTo(1 / 6, 1);
  expect(distinct(received.map(({ headers }) => String(headers['x-thread'])))).toEqual(['1', '2']);
  for (const { method, path, body } of received)
    expect(body).toBe(method === 'PUT' ? `value ${path.slice(6)}` : '');
});
