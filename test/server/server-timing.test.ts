/** `Server-Timing`, for those who ask for it. */
import { expect, it } from 'vitest';
import { RawConnection, request } from '../support/http.js';
import { sharedServer } from './harness.js';

const server = sharedServer();
const ask = 'Evenkeel-Server-Timing: 1';
const target = '/v0/entity?id=timed';

/** The durations of a field, by name. */
function timings(field = ''): Map<string, number> {
  return new Map(
    field.split(', ').map((part) => {
      const [, name = '', ms] = /^([a-z]+);dur=(\d+\.\d{3})$/.exec(part) ?? [];
      return [name, Number(ms)];
    }),
  );
}

it('of a write says how long it waited for its commit, and how long that took', async () => {
  const connection = new RawConnection(server.url);
  for (const method of ['PUT', 'DELETE']) {
    const { headers } = await connection.ask(
      request(method, target, [ask], method === 'PUT' ? 'value' : ''),
    );
    const found = timings(headers.get('server-timing'));
    expect([...found.keys()]).toEqual(['queue', 'commit', 'total']);
    const [queue = 0, commit = 0, total = 0] = found.values();
    expect(commit).toBeGreaterThan(0);
    // Each is rounded.
    expect(queue + commit).toBeLessThanOrEqual(total + 0.002);
  }
});

it('of all else says how long it took, also of a refusal', async () => {
  const connection = new RawConnection(server.url);
  const targets = [target, '/v0/status', '/v0/entities?prefix=a', '/v0/entity', '/none'];
  for (const path of targets) {
    const { headers } = await connection.ask(request('GET', path, [ask]));
    expect([...timings(headers.get('server-timing')).keys()]).toEqual(['total']);
  }
  const refused = await connection.ask(request('PUT', target, [ask, 'If-Match: "1"'], 'value'));
  expect(refused.status).toBe(412);
  expect([...timings(refused.headers.get('server-timing')).keys()]).toEqual(['total']);
});

it('is left out unless the field is 1', async () => {
  const connection = new RawConnection(server.url);
  for (const fields of [[], ['Evenkeel-Server-Timing: 0'], ['Evenkeel-Server-Timing: yes']])
    for (const method of ['GET', 'PUT']) {
      const { headers } = await connection.ask(request(method, target, fields));
      expect(headers.has('server-timing')).toBe(false);
    }
});
