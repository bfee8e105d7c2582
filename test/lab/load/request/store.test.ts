/** A workload against the store: each PUT is stored under its key, and GET finds it. */
import { describe, expect, it } from 'vitest';
import { plainSource } from '#dist/lab/load/request/plain.js';
import { workloadSource } from '#dist/lab/load/request/workload.js';
import { startServer } from '../../../server/harness.js';
import { entityUrl, RawConnection } from '../../../support/http.js';
import { loadOptions, parse, workload } from './options.js';

function text(request: string | Uint8Array): string {
  return typeof request === 'string' ? request : Buffer.from(request).toString('latin1');
}

describe('the store', () => {
  it.each([0, 100, 20_000])(
    'takes PUTs of %d bytes, and answers the GETs with them',
    async (valueBytes) => {
      const { url } = await startServer();
      const connection = new RawConnection(url);
      const options = loadOptions({ url, work: workload({ valueBytes, keySpace: 20 }) });
      const puts = workloadSource(options, 1);
      const gets = workloadSource({ ...options, work: workload({ putShare: 0, keySpace: 20 }) }, 1);
      for (let number = 0; number < 10; number++) {
        const put = text(puts.next());
        expect((await connection.ask(put)).status).toBe(201);
        expect(await connection.ask(text(gets.next()))).toMatchObject({
          status: 200,
          body: parse(put).body,
        });
      }
      expect((await fetch(entityUrl(url, 'key0000000000019'))).status).toBe(200);
    },
  );

  it('answers the plain request', async () => {
    const { url } = await startServer();
    const connection = new RawConnection(url);
    const { status } = await connection.ask(
      text(plainSource(loadOptions({ url: `${url}/v0/status` })).next()),
    );
    expect(status).toBe(200);
  });
});
