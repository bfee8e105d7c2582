/** `evenkeel export` as its user meets it: into a pipe, a file, a compressed one, and cut off. */
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { expectOneLine } from '../support/command.js';
import { startCutter } from '../support/cutter.js';
import { temporaryDirectory } from '../support/directory.js';
import { filledDirectory } from '../support/filled-directory.js';
import { runCommand, startCommand } from '../support/process.js';
import { serveHere } from '../support/serve.js';

const count = 2000;

/** A server with some entities, of odd keys too. */
async function startFilled(): Promise<string> {
  const keys = Array.from({ length: count }, (_, at) => `key-${String(at).padStart(5, '0')}`);
  const directory = await filledDirectory([...keys, '\0', '\xff\xfe', 'new\nline', 'a%b']);
  return (await serveHere(directory)).url;
}

async function rangeOf(url: string, query = 'start=%00'): Promise<string> {
  const headers = { Accept: 'application/x-ndjson' };
  return (await fetch(`${url}/v0/entities?${query}`, { headers })).text();
}

test('it writes the lines of the range to a pipe, and says how many', async () => {
  const url = await startFilled();
  const { code, stdout, stderr } = await runCommand(['export', '--url', url]);
  expect(code).toBe(0);
  expectOneLine(stderr, `wrote ${count + 4} entities, `);
  expect(stdout).toBe(await rangeOf(url));
  const dash = await runCommand(['export', '--url', `${url}/`, '--prefix', 'key-0001', '-']);
  expect(dash.stdout).toBe(await rangeOf(url, 'prefix=key-0001'));
});

test.each([
  ['key-00005', 'key-00005'],
  ['%ff', '%ff'],
  ['new\nline', 'new%0aline'],
  ['a%25b', 'a%25b'],
  ['none', 'none'],
])('a prefix of %j is every key that begins so', async (prefix, escaped) => {
  const url = await startFilled();
  const { code, stdout } = await runCommand(['export', '--url', url, '--prefix', prefix]);
  expect(code).toBe(0);
  expect(stdout).toBe(await rangeOf(url, `prefix=${escaped}`));
});

test('a file whose name ends in .gz is compressed', async () => {
  const url = await startFilled();
  const file = join(await temporaryDirectory(), 'all.ndjson.gz');
  const { code } = await runCommand(['export', '--url', url, file]);
  expect(code).toBe(0);
  expect(gunzipSync(await readFile(file)).toString()).toBe(await rangeOf(url));
});

test('a connection that is cut off is made again, behind the last whole line', async () => {
  const url = await startFilled();
  const expected = await rangeOf(url);
  const cutter = await startCutter(url, (at) => (at < 3 ? 30_000 + 17 * at : 1e9), true);
  const { code, stdout, stderr } = await runCommand(['export', '--url', cutter.url]);
  expect(code).toBe(0);
  expectOneLine(stderr, `wrote ${count + 4} entities, `);
  expect(stdout).toBe(expected);
  expect(cutter.connections()).toBe(4);
});

test.each(['some.ndjson', 'some.ndjson.gz'])(
  'Ctrl-C ends %s with a whole line, and says how to go on',
  async (name) => {
    const url = await startFilled();
    const expected = await rangeOf(url);
    const cutter = await startCutter(url, () => 50_000, false);
    const file = join(await temporaryDirectory(), name);
    const command = startCommand(['export', '--url', cutter.url, file]);
    const text = async () => {
      const bytes = await readFile(file).catch(() => Buffer.alloc(0));
      return (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString();
    };
    await expect.poll(() => cutter.connections()).toBe(1);
    await expect.poll(() => existsSync(file)).toBe(true);
    command.child.kill('SIGINT');
    expect((await command.ended).code).toBe(130);
    expectOneLine(command.stderr(), 'interrupted; to go on: evenkeel export --url');
    const part = await text();
    expect(expected.startsWith(part) && part.endsWith('\n')).toBe(true);

    const [, again = ''] = /evenkeel (export .*)/.exec(command.stderr()) ?? [];
    const { code } = await runCommand(again.replace(cutter.url, url).split(' '));
    expect(code).toBe(0);
    expect(await text()).toBe(expected);
  },
);

test('without a server the file stays as it is, and one line says why', async () => {
  const { url, close } = await serveHere();
  await close();
  const file = join(await temporaryDirectory(), 'before.ndjson');
  await writeFile(file, 'what was there');
  const { code, stderr } = await runCommand(['export', '--url', url, file]);
  expect(code).toBe(1);
  expectOneLine(stderr, url, 'ECONNREFUSED', 'is the server running');
  expect(await readFile(file, 'utf8')).toBe('what was there');
});

test('the refusal of a server, here another one than ours, is passed on', async () => {
  const server = createServer((_, res) => res.writeHead(404).end('no such page\u001b[1m'));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => {
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const { code, stderr } = await runCommand(['export', '--url', `http://127.0.0.1:${port}`]);
  expect(code).toBe(1);
  expectOneLine(stderr, 'the server says 404: no such page\\u001b[1m');
});

test.each([
  [['--prefix', ''], '--prefix takes a key of 1 to 1024 bytes'],
  [['--after', '%zz'], "got '%zz'"],
  [['--url', 'ftp://h'], '--url takes the URL of a server'],
  [['--url', 'http://h/path'], '--url takes the URL of a server'],
  [['a', 'b'], 'export takes one file, got 2'],
  [['/nowhere/file'], 'export takes a file in a directory that exists'],
])('%j is refused before anything is sent', async (args, message) => {
  const { code, stderr } = await runCommand(['export', ...args]);
  expect(code).toBe(2);
  expect(stderr).toContain(message);
});
