/** Gateways of one cluster: each sees what another one did. */
import { expect, test } from 'vitest';
import { ask, startGateway, statusOf } from './gateway.js';

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
