/**
 * The reference load, by our own generator: the line as it is written for wrk2, for the whole
 * minute, at a real server. Every request that was due is accounted for, and if the machine has no
 * room for both, the verdict says so. That the generator keeps its rate is measured against a
 * service that takes no time: npm run bench:load-floor.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, it } from 'vitest';
import { readRecord } from '#dist/lab/load/output/read-record.js';
import { temporaryDirectory } from '../support/directory.js';
import { linesOf, loadCommand, noErrors } from '../support/load.js';
import { startServer } from '../support/process.js';
import { requireMachine } from '../support/requirements.js';
import { smallDisk } from '../support/small-disk.js';
import { expectReport } from '../support/wrk2-report.js';

const script = fileURLToPath(new URL('../../wrk/put.lua', import.meta.url));

beforeAll(() => requireMachine({ programs: ['mount'], root: true }));

it('the reference line counts every request, and says so if the rate was not kept', async () => {
  // In memory: 20 connections do 10 000 writes per second only if a commit takes less than 2 ms,
  // which not every disk does.
  const { directory } = await smallDisk(2048, 0);
  const { url, end, stderr: serverErrors } = await startServer(directory);
  const file = join(await temporaryDirectory(), 'run.json');
  const line = ['-t4', '-c20', '-d60s', '-R10000', '-s', script, '--latency'];
  const { code, stdout, stderr } = await loadCommand(...line, '--json', file, url);
  const lines = linesOf(stdout);
  console.log(lines.filter((text) => !/^ *[\d.]+ +[01]\.\d{6} /.test(text)).join('\n'));

  expect(stderr).toBe('');
  expectReport(lines, { threads: 4, connections: 20, duration: '1m', latency: true });
  const { requests, latency, unanswered, errors, latencyFromUs } = readRecord(
    await readFile(file, 'utf8'),
    file,
  );
  expect(errors).toEqual(noErrors);
  expect(requests.completed + unanswered.inFlight + unanswered.unsent).toBe(600_000);
  // The first ten of the sixty seconds are wrk2's calibration: what was answered in them is not in
  // the percentiles.
  expect(latencyFromUs).toBe(10e6);
  expect(latency.count).toBeGreaterThan(495_000);
  expect(latency.count).toBeLessThanOrEqual(600_000);
  const kept = Math.abs(requests.completedPerSecond - 10_000) < 100;
  const reasons = lines.slice(lines.indexOf('Verdict: NOT VALID') + 1);
  if (!kept) expect(reasons[0]).toMatch(/^ {2}The rate was /);
  if (code !== 0) {
    expect(code).toBe(3);
    for (const reason of reasons)
      expect(reason).toMatch(/^ {2}The (?:rate was|generator was (?:late|saturated)) ?/);
  }
  expect(await end('SIGTERM')).toEqual({ code: 0, signal: null });
  expect(serverErrors()).toBe('');
});
