/**
 * Conditional requests: the ETag of a write is the ETag of its reads, a write whose condition does
 * not hold changes nothing, and of many writers exactly one wins.
 */
import { expect, test } from 'vitest';
import { entityUrl, type RawAnswer, RawConnection, request } from '../../support/http.js';
import { expectProblem } from '../harness.js';
import type { ServedStore } from './served-store.js';

/** `npm test` has no time for more; `npm run test:long` makes 200 on the full lane. */
const races = Number(process.env.EVENKEEL_RACES ?? 40);

let keys = 0;
/** A target that no test before had. */
const fresh = () => `/v0/entity?id=k${keys++}`;
const etag = ({ headers }: RawAnswer) => headers.get('etag') ?? 'no ETag';

/** The value that a GET finds; undefined: none. */
async function stored(connection: RawConnection, target: string): Promise<string | undefined> {
  const { status, body } = await connection.ask(request('GET', target));
  return status === 200 ? body : undefined;
}

const present: [field: string, holds: boolean][] = [
  ['If-None-Match: *', false],
  ['If-Match: *', true],
  ['If-Match: CURRENT', true],
  ['If-Match: "1", CURRENT', true],
  ['If-Match: "1"\r\nIf-Match: CURRENT', true],
  ['If-Match: W/CURRENT', false],
  ['If-Match: "1"', false],
  ['If-Match: "other"', false],
  ['If-Match: CURRENT\r\nIf-None-Match: *', false],
  ['If-Match: CURRENT\r\nIf-Unmodified-Since: Sat, 29 Oct 1994 19:43:31 GMT', true],
];
const absent: [field: string, holds: boolean][] = present
  .filter(([field]) => !field.includes('CURRENT'))
  .map(([field]) => [field, field === 'If-None-Match: *']);
absent.push(['If-None-Match: *\r\nIf-Modified-Since: Sat, 29 Oct 1994 19:43:31 GMT', true]);

export function conditionSuite(served: ServedStore): void {
  const server = served.shared();

  test('PUT, GET and HEAD say the same version, and each write makes a later one', async () => {
    const connection = new RawConnection(server.url);
    const target = fresh();
    let before = 0;
    for (const value of ['one', 'two', 'two']) {
      const put = await connection.ask(request('PUT', target, [], value));
      expect(put.status).toBe(201);
      expect(etag(put)).toMatch(/^"[1-9][0-9]{15}"$/);
      const version = Number(etag(put).slice(1, -1));
      expect(version).toBeGreaterThan(before);
      before = version;
      expect(etag(await connection.ask(request('GET', target)))).toBe(etag(put));
      // The other lane, and the same from the cache.
      for (const field of ['Accept: */*', 'TE: trailers'])
        expect(etag(await connection.ask(request('GET', target, [field])))).toBe(etag(put));
    }
    const head = await fetch(`${server.url}${target}`, { method: 'HEAD' });
    expect(head.headers.get('etag')).toBe(`"${before}"`);
  });

  test.each(['If-Match: x', 'If-Match:', 'If-None-Match: "1" x', 'If-None-Match: **'])(
    'a malformed condition (%s) is a 400 for each method, and its connection goes on',
    async (field) => {
      const connection = new RawConnection(server.url);
      const target = fresh();
      for (const method of ['GET', 'PUT', 'DELETE']) {
        const content = method === 'PUT' ? 'x' : undefined;
        const response = await connection.ask(request(method, target, [field], content));
        expectProblem(response, 400, /list of ETags/);
      }
      expect(await stored(connection, target)).toBeUndefined();
    },
  );

  test('a GET whose client has the version already is a 304 without content', async () => {
    const connection = new RawConnection(server.url);
    const target = fresh();
    const known = etag(await connection.ask(request('PUT', target, [], 'value')));
    for (const field of ['*', known, `W/${known}`, `"1", ${known}`]) {
      for (const method of ['GET', 'HEAD']) {
        const { status, headers, body } = await connection.ask(
          request(method, target, [`If-None-Match: ${field}`]),
        );
        expect([status, headers.get('etag'), body]).toStrictEqual([304, known, '']);
        // Its length would be that of the value (RFC 9110 § 8.6), and no type describes nothing.
        expect([headers.has('content-length'), headers.has('content-type')]).toEqual([
          false,
          false,
        ]);
      }
    }
    const other = await connection.ask(request('GET', target, ['If-None-Match: "1"']));
    expect([other.status, other.body]).toStrictEqual([200, 'value']);
  });

  test('a GET with If-Match is a 412 for another version, a 404 without an entity', async () => {
    const connection = new RawConnection(server.url);
    const target = fresh();
    const get = (...fields: string[]) => connection.ask(request('GET', target, fields));
    for (const field of ['If-Match: *', 'If-Match: "1"', 'If-None-Match: *'])
      expect((await get(field)).status).toBe(404);
    const known = etag(await connection.ask(request('PUT', target, [], 'value')));
    expectProblem(await get('If-Match: "1"'), 412, /leave the field out to read/);
    expectProblem(await get('If-Match: "1"', `If-None-Match: ${known}`), 412, /condition/);
    expect((await get(`If-Match: ${known}`)).body).toBe('value');
  });

  test('DELETE says whether there was an entity, if the store says it', async () => {
    const connection = new RawConnection(server.url);
    const target = fresh();
    const said = (text: string) => (served.capabilities.existed ? text : undefined);
    const existed = async () => {
      const { status, headers } = await connection.ask(request('DELETE', target));
      return [status, headers.get('evenkeel-existed')];
    };
    expect(await existed()).toStrictEqual([202, said('false')]);
    await connection.ask(request('PUT', target, [], 'x'));
    expect(await existed()).toStrictEqual([202, said('true')]);
    expect(await existed()).toStrictEqual([202, said('false')]);
  });

  if (served.capabilities.conditions) keptConditions(server);
  else refusedConditions(server);
}

function keptConditions(server: { readonly url: string }): void {
  test.each(present)('a write to an entity with %j: holds is %s', async (field, holds) => {
    const connection = new RawConnection(server.url);
    const target = fresh();
    for (const method of ['PUT', 'DELETE'] as const) {
      const before = etag(await connection.ask(request('PUT', target, [], 'before')));
      const fields = [field.replaceAll('CURRENT', before)];
      const response = await connection.ask(
        request(method, target, fields, method === 'PUT' ? 'after' : undefined),
      );
      if (!holds) {
        expectProblem(response, 412, /condition/);
        expect(etag(await connection.ask(request('GET', target)))).toBe(before);
      } else expect(response.status).toBe(method === 'PUT' ? 201 : 202);
      const after = method === 'PUT' ? 'after' : undefined;
      expect(await stored(connection, target)).toBe(holds ? after : 'before');
    }
  });

  test.each(absent)('a write to an absent entity with %j: holds is %s', async (field, holds) => {
    const connection = new RawConnection(server.url);
    const target = fresh();
    const remove = await connection.ask(request('DELETE', target, [field]));
    expect(remove.status).toBe(holds ? 202 : 412);
    const put = await connection.ask(request('PUT', target, [field], 'new'));
    expect(put.status).toBe(holds ? 201 : 412);
    expect(await stored(connection, target)).toBe(holds ? 'new' : undefined);
  });

  test('the ETag of a write that was overwritten, or deleted, holds no longer', async () => {
    const connection = new RawConnection(server.url);
    const target = fresh();
    const first = etag(await connection.ask(request('PUT', target, [], 'same')));
    await connection.ask(request('PUT', target, [], 'same'));
    const ifMatch = [`If-Match: ${first}`];
    expectProblem(await connection.ask(request('PUT', target, ifMatch, 'x')), 412, /condition/);
    await connection.ask(request('DELETE', target));
    expectProblem(await connection.ask(request('PUT', target, ifMatch, 'x')), 412, /condition/);
    await connection.ask(request('PUT', target, [], 'same'));
    expectProblem(await connection.ask(request('DELETE', target, ifMatch)), 412, /condition/);
  });

  test('an entity that has expired is absent to conditions and to Evenkeel-Existed', async () => {
    const connection = new RawConnection(server.url);
    const target = fresh();
    await connection.ask(request('PUT', `${target}&ttl=1ms`, [], 'gone'));
    await expect.poll(() => stored(connection, target), { interval: 1 }).toBeUndefined();
    const remove = await connection.ask(request('DELETE', target));
    expect(remove.headers.get('evenkeel-existed')).toBe('false');
    await connection.ask(request('PUT', `${target}&ttl=1ms`, [], 'gone'));
    await expect.poll(() => stored(connection, target), { interval: 1 }).toBeUndefined();
    expect((await connection.ask(request('PUT', target, ['If-Match: *'], 'x'))).status).toBe(412);
    const put = await connection.ask(request('PUT', target, ['If-None-Match: *'], 'new'));
    expect(put.status).toBe(201);
  });

  test('a PUT that waits for leave to send gets it, and then its 412', async () => {
    const connection = new RawConnection(server.url);
    const target = fresh();
    await connection.ask(request('PUT', target, [], 'x'));
    const fields = ['If-None-Match: *', 'Expect: 100-continue', 'Content-Length: 1'];
    expect((await connection.ask(request('PUT', target, fields))).status).toBe(100);
    expectProblem(await connection.ask('y'), 412, /condition/);
    expect(await stored(connection, target)).toBe('x');
  });

  // EVENKEEL_RACES=10000 makes a long run.
  test(`in ${races} races of If-None-Match: * exactly one writer wins each`, {
    timeout: 60_000 + races * 100,
  }, async () => {
    const racers = 8;
    for (let race = 0; race < races; race++) {
      const url = entityUrl(server.url, `race ${race}`);
      const outcomes = await Promise.all(
        Array.from({ length: racers }, async (_, racer) => {
          const headers = { 'If-None-Match': '*' };
          const { status } = await fetch(url, { method: 'PUT', body: String(racer), headers });
          return { racer, status };
        }),
      );
      const statuses = outcomes.map(({ status }) => status).sort();
      expect(statuses).toStrictEqual([201, ...Array(racers - 1).fill(412)]);
      const winner = outcomes.find(({ status }) => status === 201)?.racer;
      expect(await (await fetch(url)).text()).toBe(String(winner));
    }
  });

  test('of those who replace one version with If-Match exactly one wins', async () => {
    const connection = new RawConnection(server.url);
    const target = fresh();
    let version = etag(await connection.ask(request('PUT', target, [], '0')));
    for (let round = 1; round <= 50; round++) {
      const statuses = await Promise.all(
        Array.from({ length: 8 }, async () => {
          const headers = { 'If-Match': version };
          const body = String(round);
          return (await fetch(`${server.url}${target}`, { method: 'PUT', body, headers })).status;
        }),
      );
      expect(statuses.sort()).toStrictEqual([201, ...Array(7).fill(412)]);
      version = etag(await connection.ask(request('GET', target)));
    }
  });
}

function refusedConditions(server: { readonly url: string }): void {
  test.each([
    ['PUT', 'If-None-Match: *'],
    ['PUT', 'If-Match: *'],
    ['PUT', 'If-Match: "1"'],
    ['DELETE', 'If-None-Match: *'],
    ['DELETE', 'If-Match: *'],
  ])('%s with %s is a 501, and nothing is changed', async (method, field) => {
    const connection = new RawConnection(server.url);
    const target = fresh();
    const content = method === 'PUT' ? 'after' : undefined;
    const write = () => connection.ask(request(method, target, [field], content));
    expectProblem(await write(), 501, /keeps no conditions/);
    expect(await stored(connection, target)).toBeUndefined();
    await connection.ask(request('PUT', target, [], 'before'));
    expectProblem(await write(), 501, /keeps no conditions/);
    expect(await stored(connection, target)).toBe('before');
  });
}
