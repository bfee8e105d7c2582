/** The HTTP interface over a cluster: what is as on one machine, and what differs. */
import { expect, test } from 'vitest';
import { ask, startGateway, statusOf } from './gateway.js';

const entity = '/v0/entity?id=http';

test('an entity is put, read with what was kept of it, and removed', async () => {
  const gateway = await startGateway();
  const headers = { 'Content-Type': 'text/plain', 'Evenkeel-Meta-Colour': 'blue' };
  const put = await ask(gateway, 'PUT', `${entity}&ttl=1000`, { body: 'value', headers });
  expect(put.status).toBe(201);
  const read = await ask(gateway, 'GET', entity);
  expect(read).toMatchObject({ status: 200, text: 'value' });
  expect(read.headers.get('etag')).toBe(put.headers.get('etag'));
  expect(read.headers.get('content-type')).toBe('text/plain');
  expect(read.headers.get('evenkeel-meta-colour')).toBe('blue');
  expect(Date.parse(read.headers.get('evenkeel-expires') ?? '')).toBeGreaterThan(Date.now());
  const part = await ask(gateway, 'GET', entity, { headers: { Range: 'bytes=1-2' } });
  expect(part).toMatchObject({ status: 206, text: 'al' });
  const again = { 'If-None-Match': put.headers.get('etag') ?? '' };
  expect((await ask(gateway, 'GET', entity, { headers: again })).status).toBe(304);
  const removal = await ask(gateway, 'DELETE', entity);
  expect(removal.status).toBe(202);
  expect(removal.headers.has('evenkeel-existed')).toBe(false);
  expect((await ask(gateway, 'GET', entity)).status).toBe(404);
});

test.each([
  ['PUT', entity, { 'If-None-Match': '*' }, 501, /keeps no conditions/],
  ['PUT', entity, { 'If-Match': '"1"' }, 501, /keeps no conditions/],
  ['DELETE', entity, { 'If-Match': '*' }, 501, /keeps no conditions/],
  ['POST', '/v0/entities?atomic=true', {}, 501, /no atomic batches/],
  ['PUT', `${entity}&ttl=600000000`, {}, 400, /expires by 2038-01-19T03:00:00.000Z/],
  ['GET', `${entity}&replicas=0/3`, {}, 400, /1 ≤ ack ≤ from/],
  ['GET', `${entity}&replicas=4/3`, {}, 400, /1 ≤ ack ≤ from/],
  ['PUT', `${entity}&replicas=1/4`, {}, 400, /this store has 3/],
] as const)('%s %s with %j is a %i', async (method, target, headers, status, detail) => {
  const gateway = await startGateway();
  const body = method === 'PUT' || method === 'POST' ? { body: '{"key":"a","value":""}' } : {};
  const refused = await ask(gateway, method, target, { headers, ...body });
  expect(refused.status).toBe(status);
  expect(JSON.parse(refused.text).detail).toMatch(detail);
});

test('batches and ranges work through one gateway what another one did', async () => {
  const [one, other] = [await startGateway(), await startGateway()];
  const lines = ['c', 'a', 'b'].map((key) => `{"key":"batch-${key}","valueText":"${key}"}\n`);
  const done = await ask(one, 'POST', '/v0/entities', {
    body: `${lines.join('')}{"key":"batch-x","delete":true}\n`,
  });
  const results = done.text.trim().split('\n');
  expect(results.map((line) => JSON.parse(line).status)).toEqual([201, 201, 201, 202]);
  expect(JSON.parse(results[3] ?? '')).toEqual({ status: 202 });
  const range = await ask(other, 'GET', '/v0/entities?prefix=batch-&order=desc');
  expect(range.text).toBe('batch-c\ncbatch-b\nbbatch-a\na');
  const keys = await ask(other, 'GET', '/v0/entities?prefix=batch-&only=keys&limit=2');
  expect(keys.status).toBe(200);
  expect(keys.text).toContain('batch-a');
  expect(keys.text).not.toContain('batch-c');
  const removal = await ask(other, 'DELETE', '/v0/entities?prefix=batch-');
  expect(removal).toMatchObject({ status: 200, text: '{"deleted":3}\n' });
  expect(await statusOf(one, 'GET', 'batch-a')).toBe(404);
});

test('the document of the interface has the replicas of the cluster', async () => {
  const gateway = await startGateway();
  const { text } = await ask(gateway, 'GET', '/v0/openapi.json');
  expect(text).toContain('"3/3"');
  expect(text).not.toContain('"3/4"');
});
