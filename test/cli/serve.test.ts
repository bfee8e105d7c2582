/** `evenkeel serve` as its user meets it: what it prints, and how it ends. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { put } from '../support/command.js';
import { temporaryDirectory } from '../support/directory.js';
import { entityUrl } from '../support/http.js';
import { startCommand, startServer, until } from '../support/process.js';
import { RawSocket } from '../support/raw-socket.js';
import { serveHere } from '../support/serve.js';

const { version } = JSON.parse(
  await readFile(new URL('../../package.json', import.meta.url), 'utf8'),
);

async function statusOf(url: string): Promise<number> {
  const response = await fetch(`${url}/v0/status`);
  await response.text();
  return response.status;
}

/** Sends the head and the first half of a PUT; on return the server is reading its body. */
async function sendHalfPut(url: string, id: string): Promise<RawSocket> {
  const socket = await RawSocket.connect(url);
  socket.send(
    `PUT /v0/entity?id=${id} HTTP/1.1\r\n` +
      'Host: localhost\r\nExpect: 100-continue\r\nContent-Length: 10\r\n\r\n',
  );
  await socket.until('HTTP/1.1 100 ');
  socket.send('first');
  return socket;
}

describe('the banner', () => {
  it('has the address, the data directory and a curl line that can be used as it is', async () => {
    const directory = join(await temporaryDirectory(), 'data');
    const { child, stdout, stderr, ended, untilPrinted } = startCommand([
      'serve',
      '--port',
      '0',
      '--data',
      directory,
    ]);
    await untilPrinted(/Ctrl-C/);
    expect(stdout()).toMatch(/^Evenkeel \d+\.\d+\.\d+ serves http:\/\/127\.0\.0\.1:\d+\n/);
    expect(stdout()).toContain(`data  ${directory}\n  pid   ${child.pid}\n`);
    const [, value, url] =
      /curl -X PUT --data-binary (\w+) '(http:\/\/127\.0\.0\.1:\d+\/v0\/entity\?id=\w+)'\n/.exec(
        stdout(),
      ) ?? [];
    expect((await fetch(url as string, { method: 'PUT', body: value as string })).status).toBe(201);
    expect(stdout()).toContain(`curl '${url}'\n`);
    expect(await (await fetch(url as string)).text()).toBe(value);

    child.kill('SIGINT');
    expect(await ended).toEqual({ code: 0, signal: null });
    expect(stdout()).toContain('Stopped; everything acknowledged is on the disk.\n');
    expect(stderr()).toBe('');
  });

  it('is one line of JSON with --json, and nothing is printed after it', async () => {
    const directory = await temporaryDirectory();
    const { child, stdout, ended, untilPrinted } = startCommand([
      'serve',
      '--port=0',
      '--json',
      `--data=${pathToFileURL(directory)}`,
    ]);
    const [line] = await untilPrinted(/^.+\n/);
    expect(JSON.parse(line)).toEqual({
      url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      data: directory,
      pid: child.pid,
      version,
    });
    child.kill('SIGTERM');
    await ended;
    expect(stdout()).toBe(line);
  });

  it('goes with a warning on standard error if other machines may reach the address', async () => {
    const { url, stderr, log, end } = await startServer(await temporaryDirectory(), [
      '--host',
      '0.0.0.0',
      '--insecure',
    ]);
    expect(await statusOf(`http://127.0.0.1:${new URL(url).port}`)).toBe(200);
    await until('the warning is there', () => stderr() !== '');
    expect(log().filter(({ level }) => level !== 'info')).toEqual([
      expect.objectContaining({ level: 'warn', event: 'warning' }),
    ]);
    for (const part of ['0.0.0.0', 'other machines', '--insecure'])
      expect(stderr()).toContain(part);
    await end('SIGTERM');
  });

  it.each(['127.0.0.2', 'localhost'])('goes without a warning on %s', async (host) => {
    const { stderr, end } = await startServer(await temporaryDirectory(), ['--host', host]);
    await end('SIGTERM');
    expect(stderr()).toBe('');
  });
});

describe.each([
  { signal: 'SIGTERM', secondCode: 143 },
  { signal: 'SIGINT', secondCode: 130 },
] as const)('$signal', ({ signal, secondCode }) => {
  it('ends an idle server at once with exit code 0, and keeps what it acknowledged', async () => {
    const directory = await temporaryDirectory();
    const { url, stderr, end } = await startServer(directory);
    await put(url, 'before', 'kept');
    expect(await end(signal)).toEqual({ code: 0, signal: null });
    expect(stderr()).toBe('');

    const again = await serveHere(directory);
    expect(await (await fetch(entityUrl(again.url, 'before'))).text()).toBe('kept');
  });

  it('lets a half-sent PUT finish with 201, gives others 503, and exits with 0', async () => {
    const directory = await temporaryDirectory();
    const { url, child, stderr, end } = await startServer(directory);
    const socket = await sendHalfPut(url, 'half');
    const ended = end(signal);
    await until('the status is 503', async () => (await statusOf(url)) === 503);
    const refused = await fetch(entityUrl(url, 'late'), { method: 'PUT', body: 'late' });
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(child.exitCode).toBeNull();

    socket.send('-last');
    await socket.until('HTTP/1.1 201 ');
    expect(await ended).toEqual({ code: 0, signal: null });
    expect(stderr()).toBe('');

    const again = await serveHere(directory);
    expect(await (await fetch(entityUrl(again.url, 'half'))).text()).toBe('first-last');
    expect((await fetch(entityUrl(again.url, 'late'))).status).toBe(404);
  });

  it('ends a draining server at once when it comes a second time', async () => {
    const directory = await temporaryDirectory();
    const { url, end } = await startServer(directory);
    await put(url, 'before', 'kept');
    const socket = await sendHalfPut(url, 'half');
    void end(signal);
    await until('the status is 503', async () => (await statusOf(url)) === 503);
    // Signals within 100 ms are one: timeout(1) sends each twice.
    await sleep(200);
    // A drain to its end would exit with 0.
    expect(await end(signal)).toEqual({ code: secondCode, signal: null });
    await socket.closed;
    expect(socket.received).not.toContain('HTTP/1.1 201');

    const again = await serveHere(directory);
    expect(await (await fetch(entityUrl(again.url, 'before'))).text()).toBe('kept');
    expect((await fetch(entityUrl(again.url, 'half'))).status).toBe(404);
  });
});

it('a setting in the configuration file holds', async () => {
  const config = join(await temporaryDirectory(), 'evenkeel.json');
  await writeFile(config, '{"maxValue": "4KiB", "port": 1}');
  const { url } = await startServer(await temporaryDirectory(), ['--config', config]);
  const send = async (bytes: number) =>
    (await fetch(entityUrl(url, 'a'), { method: 'PUT', body: Buffer.alloc(bytes) })).status;
  expect(await send(4096)).toBe(201);
  expect(await send(4097)).toBe(413);
});
