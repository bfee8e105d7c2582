/** How `evenkeel export` ends when its output can't be written, or the server is another one. */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { expectOneLine } from '../support/command.js';
import { temporaryDirectory } from '../support/directory.js';
import { filledDirectory } from '../support/filled-directory.js';
import { runCommand, startCommand } from '../support/process.js';
import { serveHere } from '../support/serve.js';

const keys = Array.from({ length: 2000 }, (_, at) => `key-${String(at).padStart(5, '0')}`);

/** Files of at most so many blocks of 512 bytes: the next write fails within a line. */
const limitedTo = (blocks: number) => [
  '/bin/sh',
  '-c',
  `ulimit -f ${blocks}; exec "$0" "$@"`,
  process.execPath,
];

describe.runIf(process.platform === 'linux')('an output that is full', () => {
  test('leaves a file that ends with a whole line, and says how to go on', async () => {
    const { url } = await serveHere(await filledDirectory(keys));
    const file = join(await temporaryDirectory(), "it's all.ndjson");
    const command = startCommand(['export', '--url', url, file], limitedTo(101));
    expect((await command.ended).code).toBe(1);
    expectOneLine(command.stderr(), `can't write ${file}: EFBIG`, "it'\\''s all.ndjson'");
    const part = await readFile(file, 'utf8');
    const last = JSON.parse(part.slice(part.lastIndexOf('\n', part.length - 2))) as { key: string };
    expect(command.stderr()).toContain(
      `; to go on: evenkeel export --url ${url} --after ${last.key} `,
    );
    await runCommand(['export', '--url', url, '--after', last.key, file]);
    const lines = (await readFile(file, 'utf8')).split('\n').slice(0, -1);
    expect(lines.map((line) => (JSON.parse(line) as { key: string }).key)).toEqual(keys);
  });

  test('leaves a compressed file as whole as it was', async () => {
    const { url } = await serveHere(await filledDirectory(keys));
    const file = join(await temporaryDirectory(), 'all.ndjson.gz');
    expect((await runCommand(['export', '--url', url, '--prefix', 'key-0000', file])).code).toBe(0);
    const before = await readFile(file);
    const args = ['export', '--url', url, '--after', 'key-00009', file];
    const command = startCommand(args, limitedTo(10));
    expect((await command.ended).code).toBe(1);
    expectOneLine(command.stderr(), `can't write ${file}: EFBIG`);
    expect(await readFile(file)).toEqual(before);
    expect(gunzipSync(before).toString().split('\n')).toHaveLength(11);
  });

  test.each([['--help'], ['export', '--help'], ['export', '--url']])(
    'of standard output is told once: %j',
    async (...args) => {
      const { url } = await serveHere(await filledDirectory(['a']));
      const all = args.at(-1) === '--url' ? [...args, url] : args;
      const full = ['/bin/sh', '-c', 'exec "$0" "$@" >/dev/full', process.execPath];
      const command = startCommand(all, full);
      expect((await command.ended).code).toBe(1);
      expectOneLine(command.stderr(), "can't write standard output: ENOSPC");
    },
  );

  test('is not a fault if its reader has gone', async () => {
    const { url } = await serveHere(await filledDirectory(keys));
    const command = startCommand(['export', '--url', url]);
    command.child.stdout?.destroy();
    expect((await command.ended).code).toBe(0);
    expect(command.stderr()).toBe('');
  });
});

test('a port that browsers refuse is a port like any other', async () => {
  const { code, stderr } = await runCommand(['export', '--url', 'http://127.0.0.1:1']);
  expect(code).toBe(1);
  expectOneLine(stderr, 'ECONNREFUSED 127.0.0.1:1', 'is the server running');
});

test.each([
  ['text/html', '<html>', 'is not an Evenkeel server: it answers with 200 and text/html'],
  ['application/x-ndjson', 'hello\nworld', 'a line that is not an entity'],
])('a server that is not Evenkeel is named, though it sends %s', async (type, content, reason) => {
  const server = createServer((_, res) =>
    res.writeHead(200, { 'Content-Type': type }).end(content),
  );
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => {
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const { code, stderr } = await runCommand(['export', '--url', `http://127.0.0.1:${port}`]);
  expect(code).toBe(1);
  expectOneLine(stderr, reason);
});
