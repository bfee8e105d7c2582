/**
 * Scripts as users run them, once for each language: the real command, a real service, and what
 * both see. The hooks are tested in script/, what they do to a run in script-runs.test.ts.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readRecord } from '#dist/lab/load/output/read-record.js';
import { expectOneLine } from '../../support/command.js';
import { temporaryDirectory } from '../../support/directory.js';
import { loadCommand, type Measured, measureByCommand, noErrors } from '../../support/load.js';
import { startRecording } from '../../support/recording-service.js';
import { scriptFile } from './script/harness.js';

/** The numbers in each line that matches. */
function printed({ text }: Measured, pattern: RegExp): number[][] {
  return [...text.matchAll(new RegExp(pattern, 'gm'))].map((match) => match.slice(1).map(Number));
}

it('mix.lua: requests arrive, responses are checked, and done() prints the sums', async () => {
  const responses: Record<string, [number, string]> = {
    GET: [200, 'ok'],
    PUT: [201, 'created'],
    DELETE: [202, 'gone'],
  };
  const { url, received } = await startRecording(({ method }, response) => {
    const [status = 500, text] = responses[method] ?? [];
    response.writeHead(status).end(text);
  });
  const run = ['-t2', '-c4', '-d300ms', '-R300', '-s', scriptFile('mix.lua'), url];
  const measured = await measureByCommand(...run, '--', '3', '2', '1');
  const { record, text } = measured;
  const [[ok = 0, created = 0, gone = 0, wrong] = []] = printed(
    measured,
    /^ok (\d+) created (\d+) gone (\d+) wrong (\d+)$/,
  );
  expect(record.errors).toEqual(noErrors);
  expect(record.requests.completed).toBeGreaterThan(0);
  expect([ok + created + gone, wrong]).toEqual([record.requests.completed, 0]);
  for (const { method, path, headers, body } of received) {
    expect(['1', '2']).toContain(headers['x-thread']);
    expect(body).toBe(method === 'PUT' ? `value ${path.slice(6)}` : '');
  }
  // It comes after the report, and before the verdict.
  expect(text).toMatch(/Requests\/sec: .*\nok \d+ .*\nVerdict: /s);
});

it('load.mjs: has all the hooks, stops its threads, and prints at the end', async () => {
  const { url, received } = await startRecording();
  const run = ['-t2', '-c4', '-d60s', '-R40', '-s', scriptFile('load.mjs'), url];
  const measured = await measureByCommand(...run, '--', 'given');
  const { record, text } = measured;
  expect(record.endedEarly).toBe('script');
  expect(record.errors).toEqual(noErrors);
  expect(new Set(received.map(({ path }) => path.slice(0, 3)))).toEqual(new Set(['/1/', '/2/']));
  for (const { method, path, headers, body } of received) {
    expect([method, headers['x-argument']]).toEqual(['PUT', 'given']);
    expect(Buffer.from(body, 'latin1').toString()).toBe(`värde ${path.slice(3)}`);
  }
  const made = printed(measured, /^thread (\d): (\d+) requests$/);
  expect(made.map(([thread]) => thread)).toEqual([1, 2]);
  // The check before the run takes the first thread's first request, as in wrk2.
  expect(made.reduce((sum, [, requests = 0]) => sum + requests, -1)).toBe(record.requests.sent);
  const p99 = record.latency.percentiles.find(({ percentile }) => percentile === 99)?.valueUs;
  expect(text).toContain(`\n${record.requests.completed} in all, p99 ${p99} µs\n`);
});

it('an error in done() leaves report, verdict and record, and fails the command', async () => {
  const { url } = await startRecording();
  const file = scriptFile('fails-in-done.lua');
  const json = join(await temporaryDirectory(), 'run.json');
  const run = ['-t1', '-c4', '-d300ms', '-R100', '--allow-invalid', '--json', json];
  const { code, stdout, stderr } = await loadCommand(...run, '-s', file, url);
  expect(code).toBe(1);
  expectOneLine(stderr, `${file}:4: attempt to index a nil value (global 'missing') (in done())`);
  expect(stdout).toMatch(/^ {2}[1-9]\d* requests in .*\nVerdict: /ms);
  expect(readRecord(await readFile(json, 'utf8'), json).requests.completed).toBeGreaterThan(0);
});
