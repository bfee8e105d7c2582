/**
 * Scripts that reach beyond their requests, run by the real command: files, modules, addresses, due times, the end of the run and
 * its figures.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { temporaryFolder } from '../../support/folder.js';
import { load } from '../../support/load.js';
import { startRecording } from '../../support/recording-service.js';
import { distinct, printed, ran } from './ran.js';
import { scriptFile } from './script/harness.js';

describe('what a script uses', () => {
  it('path-list.lua: the lines of a file are the paths, in their order', async () => {
    const { received } = await ran('path-list.lua', { flags: ['-t1', '-c1', '-R100'] });
    const expected = ['/one', '/two?x=1', '/three'];
    // The first one is made for the check before the run, and not sent.
    for (const [at, { path }] of received.entries()) expect(path).toBe(expected[(at + 1) % 3]);
  });

  it('modules.lua: require finds what lies beside the script, wherever the run was started', async () => {
    expect(distinct((await ran('modules.lua')).paths)).toEqual(['/shape/7/alpha']);
  });

  it('lua51.lua: what LuaJIT has and Lua 5.4 lacks is there', async () => {
    expect(distinct((await ran('lua51.lua')).paths)).toEqual(['/3/5/1024/60/42/007/abc/3']);
  });

  it('address.lua: wrk.lookup() finds addresses, wrk.connect() those that answer, thread.addr uses one', async () => {
    const { received } = await ran('address.lua');
    for (const { headers } of received) expect(headers['x-address']).toBe(headers.host);
  });

  it('two-services.lua: a thread goes where setup() sends it, and says the URL’s Host', async () => {
    const other = await startRecording();
    process.env.OTHER_PORT = String(other.port);
    onTestFinished(() => {
      delete process.env.OTHER_PORT;
    });
    const first = await startRecording();
    const { code } = await load(
      ...[
        '-t2',
        '-c4',
        '-d300ms',
        '-R300',
        '--allow-invalid',
        '-s',
        scriptFile('two-services.lua'),
        first.url,
      ],
    );
    expect(code).toBe(0);
    for (const { received } of [first, other]) {
      expect(received.length).toBeGreaterThan(20);
      expect(distinct(received.map(({ headers }) => String(headers.host)))).toEqual([
        `127.0.0.1:${first.port}`,
      ]);
    }
  });
});

describe('what a script does to the run', () => {
  it('late.lua: delay() moves when a request is due, and latency counts from there', async () => {
    const { received, record } = await ran('late.lua', { flags: ['-t1', '-c1', '-R20', '-d1s'] });
    // 20 are due, the last two of them 100 ms late and so after the end.
    expect(received.length).toBeLessThanOrEqual(18);
    expect(received.length).toBeGreaterThan(9);
    expect(record.latency.count).toBe(received.length);
    expect(record.latency.percentiles[0]?.valueUs).toBeLessThan(100_000);
  });

  it('stop.lua: thread:stop() ends its thread’s run, with a report of it', async () => {
    const { record } = await ran('stop.lua', { flags: ['-d60s', '-R40', '-t2'] });
    expect(record.endedEarly).toBe('script');
    expect(record.requests.completed).toBeGreaterThanOrEqual(6);
    expect(record.requests.completed).toBeLessThan(12);
    expect(record.elapsedUs).toBeLessThan(30e6);
  });

  it('check-response.lua: error() in response() ends the run with file and line', async () => {
    expect((await ran('check-response.lua')).record.endedEarly).toBeUndefined();
    const { url, received } = await startRecording((_, response, number) => {
      response.statusCode = number === 10 ? 503 : 200;
      response.end('ok');
    });
    const file = scriptFile('check-response.lua');
    const { code, stderr } = await load('-t2', '-c4', '-d60s', '-R100', '-s', file, url);
    expect(code).toBe(1);
    expect(stderr).toBe(`evenkeel: ${file}:9: status 503 (in response())\n`);
    expect(received.length).toBeLessThan(1000);
  });
});

describe('what done() is told', () => {
  it('summary.lua: is what the report and the record tell', async () => {
    const measured = await ran('summary.lua');
    const { latency, requests, bytesRead, elapsedUs, requestRates } = measured.record;
    const p = (percentile: number) =>
      latency.percentiles.find((one) => one.percentile === percentile)?.valueUs ?? Number.NaN;
    const [totals] = printed(measured, /^(\d+),(\d+),(\d+),(\d+),(\d+),(\d+),(\d+),(\d+)$/);
    expect(totals).toEqual([elapsedUs, requests.completed, bytesRead, 0, 0, 0, 0, 0]);
    expect(printed(measured, /^([\d.]+)%,(\d+)$/)).toEqual([
      [50, p(50)],
      [99, p(99)],
      [99.999, p(99.999)],
    ]);
    const { minUs, maxUs, count, meanUs, stdDevUs } = latency;
    const members = [
      minUs,
      maxUs,
      count,
      minUs,
      maxUs,
      requestRates.count,
      requestRates.maxPerSecond,
    ];
    expect(printed(measured, /^(\d+)\t(\d+)\t(\d+)\t(\d+)\t(\d+)\t(\d+)\t(\d+)$/)).toEqual([
      members,
    ]);
    const [[mean = 0, deviation = 0] = []] = printed(measured, /^(\d+\.\d\d) (\d+\.\d\d)$/);
    expect(mean).toBeCloseTo(meanUs, 1);
    expect(deviation).toBeCloseTo(stdDevUs, 1);
    // It comes after the report, and before the last word.
    expect(measured.text).toMatch(/Requests\/sec: .*\n50%,\d+\n.*\nVerdict: /s);
  });

  it('csv.lua: can be written to a file of the script’s', async () => {
    const file = join(await temporaryFolder(), 'run.csv');
    const { record } = await ran('csv.lua', { args: [file] });
    const p99 = record.latency.percentiles.find(({ percentile }) => percentile === 99)?.valueUs;
    expect(await readFile(file, 'utf8')).toBe(
      `requests,p99\n${record.requests.completed},${p99}\n`,
    );
  });
});
