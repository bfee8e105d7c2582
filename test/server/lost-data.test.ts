/** The data directory vanishes under a server: it says so, and acknowledges nothing more. */
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { temporaryDirectory } from '../support/directory.js';
import { entityUrl } from '../support/http.js';
import { startServer } from './harness.js';

it('writes and the status are 503, reads go on, and the operator is told once', async () => {
  const directory = join(await temporaryDirectory(), 'data');
  const { url, reports } = await startServer({}, directory);
  const put = (id: string) => fetch(entityUrl(url, id), { method: 'PUT', body: 'one' });
  expect((await put('a')).status).toBe(201);
  await rename(directory, `${directory}-elsewhere`);
  // No request is needed for it.
  await vi.waitFor(() => expect(reports).toHaveLength(1), { timeout: 30_000 });
  expect(reports[0]).toMatchObject({ name: 'StoreError', code: 'failed' });
  for (const response of [await put('b'), await fetch(`${url}/v0/status`)]) {
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({
      detail: expect.stringMatching(/data\.mdb was moved or deleted while the server had it open/),
    });
  }
  expect(await (await fetch(entityUrl(url, 'a'))).text()).toBe('one');
  expect(reports).toHaveLength(1);
});
