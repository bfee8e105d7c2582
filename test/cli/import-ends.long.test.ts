/** How `evenkeel import` ends: servers that stop, fail or are not ours, and long lines. */
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import { lineGroups } from '#dist/cli/data/line-groups.js';
import { expectOneLine } from '../support/command.js';
import { startCutter } from '../support/cutter.js';
import { temporaryDirectory } from '../support/directory.js';
import { startImport } from '../support/import.js';
import { runCommand } from '../support/process.js';
import { serveHere } from '../support/serve.js';

const long = 'A'.repeat(1_200_000);
const line = (key: string, members = '') => `{"key":"${key}","valueText":"x"${members}}\n`;

async function importOf(url: string, content: string, flags: readonly string[] = []) {
  const file = join(await temporaryDirectory(), 'all.ndjson');
  await writeFile(file, content);
  return runCommand(['import', ...flags, '--url', url, file]);
}

/** A server of HTTP that is not ours. */
async function startOther(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test.each([
  [`"value":"${long}","valeText":"x"`, '400: "valeText" is not a member'],
  [`"value":"${long}*"`, '400: "value" should be base64'],
  [
    `"value":"${long}","keyBase64":"AA=="`,
    '400: the line needs a key or a keyBase64, and not both',
  ],
  [`"value":"${long}","valueText":""`, '400: the line needs a value or a valueText, and not both'],
  [`"valueText":"\\ud800${long}"`, '400: valueText holds half a surrogate pair'],
  [`"value":"${long}","ttlMs":"7"`, '400: "ttlMs" should be a number'],
  [`"value":"${long}","delete":true`, '400: a deletion has no value'],
])('a long line is checked as any other: %#', async (members, reason) => {
  const { url } = await serveHere();
  const content = `{"key":"long",${members}}\n${line('next')}`;
  const { code, stderr } = await importOf(url, content);
  expect(code).toBe(1);
  expect(stderr).toContain(`evenkeel: line 1 was refused with ${reason}`);
  expect(stderr).toContain('stored 1 entity, ');
  expect((await fetch(`${url}/v0/entity?id=long`)).status).toBe(404);
});

test('a long line that deletes, deletes', async () => {
  const { url } = await serveHere();
  const deletion = `{"key":"k","delete":true,"version":"${long}"}\n`;
  expect((await importOf(url, line('k') + deletion)).code).toBe(0);
  expect((await fetch(`${url}/v0/entity?id=k`)).status).toBe(404);
});

test('a server that stops while no line is under way is asked again with the next', async () => {
  let batches = 0;
  let stopped = 0;
  const url = await startOther((req, res) => {
    const isFirst = batches++ === 0;
    res.writeHead(200, { 'Content-Type': 'application/x-ndjson' });
    createInterface(req).on('line', () => {
      res.write('{"status":201,"version":"1"}\n');
      if (isFirst) res.end('{"status":503,"title":"-","detail":"it is stopping","line":2}\n');
    });
    req.once('end', () => res.end());
    req.socket.once('close', () => stopped++);
  });
  const command = startImport(url);
  command.stdin.write(line('a'));
  await expect.poll(() => stopped).toBe(1);
  command.stdin.end(line('b'));
  const { code, stderr } = await command.ended;
  expect({ code, batches }).toEqual({ code: 0, batches: 2 });
  expectOneLine(stderr, 'stored 2 entities, ');
});

test('a failure of the server ends it, though standard input stays open', async () => {
  const url = await startOther((req, res) => {
    res.writeHead(200, { 'Content-Type': 'application/x-ndjson' });
    req.once('data', () => {
      res.write('{"status":201,"version":"1"}\n');
      res.end('{"status":507,"title":"-","detail":"the disk is full","line":2}\n');
    });
  });
  const command = startImport(url);
  command.stdin.write(line('a') + line('b'));
  const { code, stderr } = await command.ended;
  expect(code).toBe(1);
  expectOneLine(stderr, 'the server says 507: the disk is full', '--skip 1 -');
});

test.each([['{"key":"k","valueText":"x"'], [`{"key":"k","value":"${long}"`]])(
  'a condition that may have met its own line is said to be uncertain: %#',
  async (members) => {
    const { url } = await serveHere();
    const cutter = await startCutter(url, (at) => (at === 0 ? 0 : 1e9), true);
    const content = `${members},"ifNoneMatch":"*"}\n`;
    const { code, stderr } = await importOf(cutter.url, content);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /line 1 was refused with 412: .*; it was sent before .*, and may be stored/,
    );
    expect((await fetch(`${url}/v0/entity?id=k`)).status).toBe(200);
  },
);

test.each([[line('a')], [`{"key":"k","value":"${long}"}\n`]])(
  'a server that is not Evenkeel is named, though it says 200: %#',
  async (content) => {
    const url = await startOther((req, res) => {
      req.resume().once('end', () => {
        res.writeHead(200, { 'Content-Type': 'text/html' }).end('<html>');
      });
    });
    const { code, stderr } = await importOf(url, content);
    expect(code).toBe(1);
    expectOneLine(stderr, `${url} is not an Evenkeel server: it answers with 200 and text/html`);
  },
);

test('results that are none are named', async () => {
  const url = await startOther((_, res) => {
    res.writeHead(200, { 'Content-Type': 'application/x-ndjson' }).end('hello\n');
  });
  const { code, stderr } = await importOf(url, line('a'));
  expect(code).toBe(1);
  expectOneLine(stderr, 'the server sent a line that is not a result');
});

test('--skip behind the end is an error, and at the end nothing is left', async () => {
  const { url } = await serveHere();
  const content = line('a') + line('b');
  const beyond = await importOf(url, content, ['--skip', '3']);
  expect(beyond.code).toBe(1);
  expectOneLine(beyond.stderr, '--skip 3 is behind the end of ', 'whose last line is 2');
  const end = await importOf(url, content, ['--skip', '2']);
  expect(end.code).toBe(0);
  expectOneLine(end.stderr, 'stored 0 entities, ');
});

test('a line that is longer than any value is left out, and not held', async () => {
  async function* pieces() {
    yield Buffer.from('first\n1234567');
    yield Buffer.from('8901\nlast');
  }
  const groups = [];
  for await (const group of lineGroups(pieces(), { skip: 0, maxLineBytes: 10 })) groups.push(group);
  expect(groups.map(({ bytes, numbers }) => [bytes?.toString(), numbers])).toEqual([
    ['first\n', [1]],
    [undefined, [2]],
    ['last\n', [3]],
  ]);
});
