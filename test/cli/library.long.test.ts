/** The library as its user imports it: by the name of the package. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { defaultLoadOptions, runLoad, serve } from 'evenkeel';
import { expect, it } from 'vitest';
import { temporaryDirectory } from '../support/directory.js';
import { entityUrl } from '../support/http.js';
import { until } from '../support/process.js';
import { RawSocket } from '../support/raw-socket.js';

it("import { serve } from 'evenkeel' gives a server that works and can be closed", async () => {
  const data = await temporaryDirectory();
  const server = await serve({ port: 0, data });
  expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect((await fetch(entityUrl(server.url, 'a'), { method: 'PUT', body: 'one' })).status).toBe(
    201,
  );
  expect(await (await fetch(entityUrl(server.url, 'a'))).text()).toBe('one');
  expect(server.running).toBe(0);
  expect(await server.close()).toBe(0);
  expect(await server.close()).toBe(0);
  await expect(fetch(`${server.url}/v0/status`)).rejects.toThrow();

  const again = await serve({ port: 0, data });
  expect(await (await fetch(entityUrl(again.url, 'a'))).text()).toBe('one');
  await again.close();
});

it('serve works in a program that is given to Node as text', async () => {
  const data = await temporaryDirectory();
  const code = `
    import { serve } from 'evenkeel';
    const server = await serve({ port: 0, data: ${JSON.stringify(data)} });
    const answer = await fetch(server.url + '/v0/entity?id=a', { method: 'PUT', body: 'one' });
    console.log(answer.status);
    await server.close();`;
  const run = promisify(execFile)(process.execPath, ['--input-type=module', '-e', code]);
  expect(await run).toEqual({ stdout: '201\n', stderr: '' });
});

it('serve refuses a directory that this process has open, and leaves it alone', async () => {
  const data = await temporaryDirectory();
  const server = await serve({ port: 0, data });
  await expect(serve({ port: 0, data })).rejects.toMatchObject({
    name: 'StoreError',
    code: 'in-use',
  });
  expect((await fetch(`${server.url}/v0/status`)).status).toBe(200);
  await server.close();
});

it('serve lets go of the directory when it cannot listen', async () => {
  const first = await serve({ port: 0, data: await temporaryDirectory() });
  const data = await temporaryDirectory();
  const port = Number(new URL(first.url).port);
  await expect(serve({ port, data })).rejects.toMatchObject({ name: 'ListenError' });
  await first.close();
  await (await serve({ port: 0, data })).close();
});

it('serve refuses an option that it does not have, and one of another type', async () => {
  const data = join(await temporaryDirectory(), 'data');
  const refusalOf = (options: object) => serve({ data, ...options }).catch((error) => error);
  expect(await refusalOf({ port: 0, prot: 1 })).toEqual(
    new TypeError(
      'serve takes no prot, only data, store, cassandra, port, host, fd, tokens, tls, ' +
        'insecure, allowHosts, cors, lanes, limits, report, onFull, onReload, accessLog',
    ),
  );
  expect(await refusalOf({ port: '0' })).toEqual(
    new TypeError('the option port takes a port number, got "0"'),
  );
  expect(existsSync(data)).toBe(false);
});

it('serve rejects limits that make no sense with a TypeError that names the field', async () => {
  const data = await temporaryDirectory();
  await expect(serve({ port: 0, data, limits: { drainMs: 0 } })).rejects.toThrow(
    new TypeError('limits.drainMs must be a positive whole number, got 0'),
  );
});

it('runLoad needs a URL and a rate, and has the defaults of the command for the rest', async () => {
  const { url, close } = await serve({ port: 0, data: await temporaryDirectory() });
  const { options } = await runLoad({ url: `${url}/v0/status`, rate: 20, durationMs: 100 });
  expect(options).toEqual({ ...defaultLoadOptions, ...options });
  await close();
  for (const given of [{ url }, { rate: 20 }, { url: 'here', rate: 20 }, { url, rate: 0 }])
    await expect(runLoad(given as Parameters<typeof runLoad>[0])).rejects.toThrow(
      new TypeError('runLoad needs url, and rate in requests per second, or stages'),
    );
});

it('close cuts off requests that outlast drainMs, counts them and acknowledges none', async () => {
  const data = await temporaryDirectory();
  const server = await serve({ port: 0, data, limits: { drainMs: 200 } });
  const socket = await RawSocket.connect(server.url);
  socket.send(
    'PUT /v0/entity?id=half HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nfirst',
  );
  await until('the request runs', () => server.running === 1);
  expect(await server.close()).toBe(1);
  await socket.closed;
  expect(socket.received).not.toContain('201');

  const again = await serve({ port: 0, data });
  expect((await fetch(entityUrl(again.url, 'half'))).status).toBe(404);
  await again.close();
});
