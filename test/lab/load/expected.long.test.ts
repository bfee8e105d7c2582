/** Real runs without a script: what is sent and expected, and how stages add up. */
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseLoad } from '#dist/cli/load/options-from-flags.js';
import type { LoadResult } from '#dist/lab/load/result/result.js';
import { temporaryDirectory } from '../../support/directory.js';
import { dueIn, measure } from './measure.js';
import { startPeer } from './peer.js';

const response = (status: number, text: string) =>
  `HTTP/1.1 ${status} X\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`;

/** A run of a command line against a peer that answers so, request by request. */
async function run(flags: string, ...responses: readonly string[]): Promise<LoadResult> {
  const peer = await startPeer({
    onRequest: (socket, n) =>
      void socket.write(responses[n % responses.length] as string, 'latin1'),
  });
  const command = parseLoad([...flags.split(' '), '-t1', '-c4', peer.url]);
  if (typeof command === 'string') return expect.fail(command);
  const { url, ...options } = command.options;
  return measure(url, options);
}

describe('an expected response', () => {
  test('may have a status that is an error otherwise', async () => {
    const { completed, errors } = await run('-R100 -d200ms --expect 404', response(404, ''));
    expect(completed).toBeGreaterThan(0);
    expect(errors.status).toBe(0);
  });

  test('has one of the statuses; others are failures, and named', async () => {
    const { completed, errors, causes } = await run(
      '-R100 -d2s --expect 201,4xx',
      ...[response(201, ''), response(200, ''), response(404, ''), response(500, '')],
    );
    expect(causes.map(([text]) => text).sort()).toEqual([
      'answered with status 200, not 201, 400–499',
      'answered with status 500, not 201, 400–499',
    ]);
    expect(Math.abs(errors.status - completed / 2)).toBeLessThanOrEqual(4);
  });

  test('has content that matches, in UTF-8, whatever pieces it comes in', async () => {
    const chunked =
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nZo\r\n2\r\n\xc3\xab\r\n0\r\n\r\n';
    const { completed, errors, causes } = await run(
      '-R100 -d2s --expect /^zoë$/i',
      ...[chunked, response(200, 'no')],
    );
    expect(causes.map(([text]) => text)).toEqual([
      'answered with content that does not match /^zoë$/i',
    ]);
    expect(Math.abs(errors.status - completed / 2)).toBeLessThanOrEqual(4);
  });
});

test('requests of a list are sent in turns, with method and content', async () => {
  const list = join(await temporaryDirectory(), 'list');
  await writeFile(list, '/a\nDELETE /b\n');
  const seen: string[] = [];
  const peer = await startPeer({
    create: (onConnection) =>
      createServer((socket) => {
        socket.on('data', (bytes) => seen.push(bytes.toString()));
        onConnection(socket);
      }),
  });
  const command = parseLoad(`-R20 -d1s -t1 -c1 --urls ${list} -b hi ${peer.url}`.split(' '));
  if (typeof command === 'string') return expect.fail(command);
  const { url, ...options } = command.options;
  await measure(url, options);
  expect(seen.slice(0, 3).map((text) => text.replace(/\r\n(Host: .*\r\n)?/, ' '))).toEqual([
    'POST /a HTTP/1.1 Content-Length: 2\r\n\r\nhi',
    'DELETE /b HTTP/1.1 Content-Length: 2\r\n\r\nhi',
    'POST /a HTTP/1.1 Content-Length: 2\r\n\r\nhi',
  ]);
});

test('stages of all threads add up to the run', async () => {
  const peer = await startPeer();
  const stages = [
    { fromRate: 100, toRate: 100, durationMs: 300 },
    { fromRate: 100, toRate: 500, durationMs: 300 },
  ];
  const result = await measure(peer.url, {
    ...{ stages, rate: 200, durationMs: 600, threads: 2, connections: 4 },
  });
  expect(result.stages?.map(({ due }) => due)).toEqual([30, 90]);
  expect(result.due).toBe(120);
  const answered = result.stages?.reduce((sum, stage) => sum + stage.answered, 0);
  expect(answered).toBe(result.completed);
});

test('a run of random arrivals sends all that its seed makes due', async () => {
  const peer = await startPeer();
  const arrivals = { kind: 'poisson', seed: 1 } as const;
  const result = await measure(peer.url, { rate: 300, arrivals, threads: 2 });
  expect(result.due).toBe(dueIn(result));
  expect(result.due).not.toBe(120);
});
