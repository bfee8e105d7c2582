/** Beginnings, ends and extremes of a real run; those in scripted time are in generator/. */
import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryDirectory } from '../../support/directory.js';
import { dueIn, failures, measure } from './measure.js';
import { startPeer } from './peer.js';

const failing = 'HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n';

test('a run that is ended early reports what it measured until then', async () => {
  const peer = await startPeer();
  const controller = new AbortController();
  const run = measure(peer.url, { durationMs: 60_000 }, controller);
  await expect.poll(() => peer.requests, { interval: 1, timeout: 20_000 }).toBeGreaterThan(20);
  controller.abort();
  const result = await run;
  expect(result.endedEarly).toBe('signal');
  expect(result.elapsedUs).toBeLessThan(60e6);
  expect(result.completed).toBeGreaterThan(0);
  expect(Math.abs(dueIn(result) - (result.elapsedUs / 1e6) * 400)).toBeLessThanOrEqual(1);
});

test('a run that is ended before it began sends nothing', async () => {
  const peer = await startPeer();
  const result = await measure(peer.url, { durationMs: 60_000 }, { signal: AbortSignal.abort() });
  const { endedEarly, sent, completed } = result;
  expect([endedEarly, sent, completed, peer.requests]).toEqual(['signal', 0, 0, 0]);
});

test('a run that is ended in its warm-up has measured nothing', async () => {
  const peer = await startPeer({ onRequest: (socket) => void socket.write(failing) });
  const controller = new AbortController();
  const run = measure(peer.url, { warmupMs: 60_000, durationMs: 60_000 }, controller);
  await expect.poll(() => peer.requests, { interval: 1, timeout: 20_000 }).toBeGreaterThan(20);
  controller.abort();
  const result = await run;
  expect([result.endedEarly, result.elapsedUs, dueIn(result), result.sent]).toEqual([
    'signal',
    0,
    0,
    0,
  ]);
  expect([failures(result), result.causes, result.bytesRead]).toEqual([0, [], 0]);
});

test('a process whose run was ended early ends with it', async () => {
  const load = new URL('../../../dist/lab/load/', import.meta.url);
  const script = join(await temporaryDirectory(), 'run.mjs');
  await writeFile(
    script,
    `import { createServer } from 'node:http';
    import { runLoad } from '${load}load.js';
    import { defaultOptions } from '${load}load-options.js';
    const server = createServer((_, response) => response.end()).listen(0, async () => {
      const url = 'http://127.0.0.1:' + server.address().port;
      const signal = AbortSignal.timeout(500);
      const options = { ...defaultOptions, url, rate: 100, durationMs: 600_000 };
      const result = await runLoad(options, { signal });
      server.close();
      console.log(result.endedEarly);
    });`,
  );
  const { stdout, stderr, status } = spawnSync(process.execPath, [script], {
    encoding: 'utf8',
    timeout: 25_000,
  });
  expect({ stdout, stderr, status }).toEqual({ stdout: 'signal\n', stderr: '', status: 0 });
});

test.each([
  ['a connection a thread', { threads: 3, connections: 3 }, 160, 4],
  ['connections that are no multiple of the threads', { threads: 3, connections: 8 }, 160, 7],
  ['one request for two threads', { rate: 1, threads: 2 }, 1, 5],
])('%s is enough for a run', async (_, options, due, connections) => {
  const peer = await startPeer();
  const result = await measure(peer.url, options);
  expect([dueIn(result), failures(result)]).toEqual([due, 0]);
  expect(result.sent).toBeGreaterThan(0);
  // One more has tried whether anybody is there.
  expect(peer.connections).toBe(connections);
});

test('a rate beyond what is possible ends in time, with the rest unsent', async () => {
  const peer = await startPeer();
  const result = await measure(peer.url, { threads: 2, rate: 500_000 });
  expect([dueIn(result), failures(result)]).toEqual([200_000, 0]);
  expect(result.unanswered.unsent).toBeGreaterThan(10_000);
});
