/**
 * The reference load, by our own generator: the line as it is written for wrk2, for the whole minute, at a real server. Its rate is within
 * half a percent of what was asked, and every request that was due is accounted for.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, it } from 'vitest';
import { fromJson } from '#dist/load/output/json.js';
import { temporaryFolder } from '../support/folder.js';
import { linesOf, load, noErrors } from '../support/load.js';
import { startServer } from '../support/process.js';
import { requireMachine } from '../support/requirements.js';
import { smallDisk } from '../support/small-disk.js';
import { expectReport } from '../support/wrk2-report.js';

const script = fileURLToPath(new URL('../../wrk/put.lua', import.meta.url));

beforeAll(() => requireMachine({ programs: ['mount'], root: true }));

// Something else may want the cores for a moment: what the server can do, it does in one minute of three.
it('load -t4 -c20 -d60s -R10000 -s wrk/put.lua --latency keeps its rate and counts every request', {
  retry: 2,
}, async () => {
  // In memory: 20 connections do 10 000 writes a second only if a commit takes less than 2 ms, which not every disk does.
  const { folder } = await smallDisk(2048, 0);
  const { url, end, stderr: serverErrors } = await startServer(folder);
  const file = join(await temporaryFolder(), 'run.json');
  const line = ['-t4', '-c20', '-d60s', '-R10000', '-s', script, '--latency'];
  const { code, stdout, stderr } = await load(...line, '--json', file, url);
  const lines = linesOf(stdout);
  console.log(lines.filter((text) => !/^ *[\d.]+ +[01]\.\d{6} /.test(text)).join('\n'));

  expect(stderr).toBe('');
  expectReport(lines, { threads: 4, connections: 20, duration: '1m', latency: true });
  const { requests, latency, unanswered, errors, latencyFromUs } = fromJson(
    await readFile(file, 'utf8'),
    file,
  );
  expect(errors).toEqual(noErrors);
  expect(requests.completed + unanswered.inFlight + unanswered.unsent).toBe(600_000);
  expect(Math.abs(requests.completedPerSecond - 10_000), lines.at(-1)).toBeLessThan(50);
  // The first ten of the sixty seconds are wrk2's calibration. Answers on either side of its end may be of the other's requests.
  expect(latencyFromUs).toBe(10e6);
  expect(Math.abs(latency.count - 500_000)).toBeLessThan(5000);
  // Whether the generator had a core to itself is the machine's matter; it must say so if it had not.
  if (code !== 0) {
    expect(code).toBe(3);
    const reasons = lines.slice(lines.indexOf('Verdict: NOT VALID') + 1);
    for (const reason of reasons) expect(reason).toMatch(/^ {2}The generator was (?:late|saturated): /);
  }
  expect(await end('SIGTERM')).toEqual({ code: 0, signal: null });
  expect(serverErrors()).toBe('');
});
