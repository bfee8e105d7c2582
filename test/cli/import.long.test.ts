/** `evenkeel import` as its user meets it: an export, wrong lines, and broken connections. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { openLmdb } from '#dist/store/lmdb/open-lmdb.js';
import { expectOneLine } from '../support/command.js';
import { startCutter } from '../support/cutter.js';
import { temporaryDirectory } from '../support/directory.js';
import { filledDirectory } from '../support/filled-directory.js';
import { mainFile, runCommand, startCommand } from '../support/process.js';
import { serveHere } from '../support/serve.js';

interface Line {
  readonly key?: string;
  readonly expires?: string;
  readonly value: string;
}

/** All that a server holds but the versions. */
async function contentOf(url: string): Promise<Line[]> {
  const headers = { Accept: 'application/x-ndjson' };
  const response = await fetch(`${url}/v0/entities?start=%00`, { headers });
  const lines = (await response.text()).split('\n').slice(0, -1);
  return lines.map((line) => {
    const { version, ...others } = JSON.parse(line) as Line & { version: string };
    return others;
  });
}

async function fileOf(content: string | Buffer, name = 'all.ndjson'): Promise<string> {
  const file = join(await temporaryDirectory(), name);
  await writeFile(file, content);
  return file;
}

const linesOf = (count: number) =>
  Array.from({ length: count }, (_, at) => `{"key":"key-${at}","valueText":"value of ${at}"}\n`);

test.each(['all.ndjson', 'all.ndjson.gz'])('what export writes to %s comes back', async (name) => {
  const directory = await filledDirectory(['a', '\0', '\xff\xfe', 'new\nline', 'a%b"']);
  const store = await openLmdb({ directory });
  const fields = { contentType: 'text/plain', contentEncoding: 'gzip', meta: { owner: 'ada' } };
  await store.put(Buffer.from('empty'), []);
  await store.put(Buffer.from('kept'), [Buffer.from('x')], { fields });
  await store.put(Buffer.from('expires'), [Buffer.from('x')], { ttlMs: 3_600_000 });
  await store.put(Buffer.from('large'), [Buffer.alloc(3_000_000, 'large')], { fields });
  await store.put(Buffer.from('large, expires'), [Buffer.alloc(800_000)], { ttlMs: 3_600_000 });
  await store.close();
  const [from, to] = [await serveHere(directory), await serveHere()];
  const file = join(await temporaryDirectory(), name);
  await runCommand(['export', '--url', from.url, file]);
  const { code, stdout, stderr } = await runCommand(['import', '--url', to.url, file]);
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
  expectOneLine(stderr, 'stored 10 entities, ');
  const [before, after] = [await contentOf(from.url), await contentOf(to.url)];
  const timeless = (lines: Line[]) => lines.map(({ expires, ...others }) => others);
  expect(timeless(after)).toEqual(timeless(before));
  // The time that is left goes on from when the line arrives, a millisecond or so later.
  for (const [at, { expires }] of before.entries()) {
    const other = after[at]?.expires;
    expect(other === undefined).toBe(expires === undefined);
    expect(Math.abs(Date.parse(other ?? '') - Date.parse(expires ?? ''))).not.toBeGreaterThan(60e3);
  }
});

test('lines come from standard input, and those of one key count in their order', async () => {
  const { url } = await serveHere();
  const child = spawn(process.execPath, [mainFile, 'import', '--url', url, '-']);
  const said = text(child.stderr);
  for (let at = 0; at < 5000; at++)
    child.stdin.write(`{"key":"k${at % 10}","valueText":"${at}"}\n`);
  child.stdin.end('{"key":"k0","delete":true}');
  expect((await once(child, 'close'))[0]).toBe(0);
  expectOneLine(await said, 'stored 5001 entities, ');
  const values = await contentOf(url);
  expect(values.map(({ value }) => Buffer.from(value, 'base64').toString())).toEqual(
    Array.from({ length: 9 }, (_, at) => String(4991 + at)),
  );
});

test('a file larger than all buffers is sent at the pace of the server', async () => {
  const { url } = await serveHere();
  const file = await fileOf(linesOf(100_000).join(''));
  const { code, stderr } = await runCommand(['import', '--url', url, file]);
  expect(code).toBe(0);
  expectOneLine(stderr, 'stored 100000 entities, ');
  const keys = await (await fetch(`${url}/v0/entities?prefix=key-&only=keys`)).text();
  expect(keys.split('\n')).toHaveLength(100_001);
});

test('a wrong line is reported by its number, and those behind it are stored', async () => {
  const { url } = await serveHere();
  const lines = linesOf(3000);
  lines[2] = '\n';
  lines[3] = '  \r\n';
  lines[10] = 'no JSON\n';
  lines[2000] = '{"key":"","valueText":"x"}\n';
  lines[2001] = `{"key":"long","value":"${'A'.repeat(2_000_000)}A"}\n`;
  lines[2002] = '{"key":"key-0","valueText":"x","ifNoneMatch":"*"}\n';
  const { code, stdout, stderr } = await runCommand([
    'import',
    '--url',
    url,
    await fileOf(lines.join('').trimEnd()),
  ]);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr.split('\n')).toEqual([
    expect.stringMatching(/^evenkeel: line 11 was refused with 400: the line is not JSON/),
    expect.stringMatching(/^evenkeel: line 2001 was refused with 400: a key has 1 to 1024 bytes/),
    expect.stringMatching(/^evenkeel: line 2002 was refused with 400: value is not base64/),
    expect.stringMatching(/^evenkeel: line 2003 was refused with 412: [^;]+; [^;]+$/),
    expect.stringMatching(/^evenkeel: stored 2994 entities, /),
    '',
  ]);
  expect(await contentOf(url)).toHaveLength(3000 - 6);
});

test('of many wrong lines the first are shown, and all are counted', async () => {
  const { url } = await serveHere();
  const file = await fileOf('x\n'.repeat(500) + linesOf(1).join(''));
  const { code, stderr } = await runCommand(['import', '--url', url, file]);
  expect(code).toBe(1);
  expect(stderr.split('\n')).toHaveLength(13);
  expect(stderr).toContain('evenkeel: 500 lines were refused; all others are stored\n');
  expect(await contentOf(url)).toHaveLength(1);
});

test('a connection that is cut off is made again, and each line is stored', async () => {
  const { url } = await serveHere();
  const cutter = await startCutter(url, (at) => (at < 3 ? 20_000 : 1e9), true);
  const file = await fileOf(gzipSync(linesOf(5000).join('')), 'all.ndjson.gz');
  const { code, stderr } = await runCommand(['import', '--url', cutter.url, file]);
  expect(code).toBe(0);
  expectOneLine(stderr, 'stored 5000 entities, ');
  expect(cutter.connections()).toBe(4);
  expect(await contentOf(url)).toHaveLength(5000);
});

test('Ctrl-C says how to go on, and that stores the rest', async () => {
  const { url } = await serveHere();
  const cutter = await startCutter(url, () => 20_000, false);
  const file = await fileOf(linesOf(5000).join(''));
  const command = startCommand(['import', '--url', cutter.url, file]);
  await expect.poll(async () => (await contentOf(url)).length).toBeGreaterThan(1000);
  command.child.kill('SIGINT');
  expect((await command.ended).code).toBe(130);
  expectOneLine(command.stderr(), 'interrupted; to go on: evenkeel import --url');
  const [, again = ''] = /evenkeel (import .*)/.exec(command.stderr()) ?? [];
  const skipped = Number(/--skip (\d+)/.exec(again)?.[1]);
  expect(skipped).toBeGreaterThan(0);
  expect((await contentOf(url)).length).toBeGreaterThanOrEqual(skipped);
  await fetch(`${url}/v0/entities?start=%00`, { method: 'DELETE' });
  expect((await runCommand(again.replace(cutter.url, url).split(' '))).code).toBe(0);
  expect(await contentOf(url)).toHaveLength(5000 - skipped);
});

test('without a server, and with a file that is not gzip, one line says why', async () => {
  const { url, close } = await serveHere();
  const file = await fileOf('not gzip', 'all.ndjson.gz');
  const broken = await runCommand(['import', '--url', url, file]);
  expect(broken.code).toBe(1);
  expectOneLine(broken.stderr, `can't read ${file}: incorrect header check`);
  await close();
  const absent = await runCommand(['import', '--url', url, await fileOf(linesOf(3).join(''))]);
  expect(absent.code).toBe(1);
  expectOneLine(absent.stderr, url, 'ECONNREFUSED', 'is the server running');
  expect(await readFile(file, 'utf8')).toBe('not gzip');
});

test.each([
  [[], 'import takes one file, got 0'],
  [['a', 'b'], 'import takes one file, got 2'],
  [['/nowhere/file'], 'import takes a file that exists'],
  [['--skip', '-1', '-'], '--skip takes a whole number from 0'],
])('%j is refused before anything is sent', async (args, message) => {
  const { code, stderr } = await runCommand(['import', ...args]);
  expect(code).toBe(2);
  expect(stderr).toContain(message);
});
