/** The search for the highest rate, and the comparison of two runs, against real servers. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readRecord } from '#dist/lab/load/output/read-record.js';
import { temporaryDirectory } from '../support/directory.js';
import { linesOf, load, measure } from '../support/load.js';
import { runCommand, startCommand } from '../support/process.js';
import { startRecording } from '../support/recording-service.js';

/** A service that takes this long for each response. */
const slow = (ms: number) =>
  startRecording((_, response) => setTimeout(() => response.end('ok'), ms));

describe('--find-max', () => {
  const step = /^ *(\d+) +[\d.]+(?: +[\d.]+ ms){3} {2}(?:again: )?(held|missed .+|not valid: .+)$/;

  it('finds no more than the server can do, and says what each step came to', async () => {
    // One connection with 5 ms per response does less than 200 requests per second.
    const { url } = await slow(5);
    const file = join(await temporaryDirectory(), 'best.json');
    const search = ['--find-max', '--slo', 'p99<10s,errors<1%', '--json', file];
    const { code, stdout } = await load('-t1', '-c1', '-d200ms', '-R90', ...search, url);
    const [title, head, ...rest] = linesOf(stdout);
    expect(title).toBe(
      `Searching the highest rate that holds p99<10s,errors<1% @ ${url}, 0.2s a step`,
    );
    expect(head).toMatch(/^ +rate +achieved +p50 +p99 +p99\.9$/);
    const end = rest.pop() ?? '';
    const steps = rest.map((line) => step.exec(line) ?? expect.fail(line));
    const [, best] = /^Highest rate that held: (\d+)\/s \(\d+\/s did not\)\.$/.exec(end) ?? [];
    // On a busy machine it may be that none of the runs is valid. That is said, and fails.
    if (best === undefined) expect([end, code]).toEqual(['No rate held, down to 1/s.', 3]);
    else expect([Number(best) <= 205, code]).toEqual([true, 0]);
    expect(
      steps.filter(([, rate, outcome]) => outcome === 'held' && Number(rate) > Number(best)),
    ).toEqual([]);
    const { search: recorded } = readRecord(await readFile(file, 'utf8'), file);
    expect(recorded?.map(({ rate, passed }) => [rate, passed])).toEqual(
      steps.map(([, rate, outcome]) => [Number(rate), outcome === 'held']),
    );
  });

  it('ends with what it knows at Ctrl-C', async () => {
    const { url } = await startRecording();
    const search = startCommand([
      ...['load', '-t1', '-c1', '-d200ms', '-R8', '--find-max', '--slo', 'max<1us', url],
    ]);
    await search.untilPrinted(/(?:missed|not valid).*\n.*(?:missed|not valid).*\n/);
    search.child.kill('SIGINT');
    expect(await search.ended).toEqual({ code: 130, signal: null });
    expect(search.stdout()).toMatch(
      /\nNo rate held so far \(ended by a signal\), down to \d+\/s\.\n$/,
    );
  });
});

describe('compare', () => {
  /** The record of a run against a service that takes this long for each response. */
  async function recorded(ms: number): Promise<string> {
    const { url } = await slow(ms);
    return (await measure('-t2', '-c10', '-d500ms', '-R200', url)).file;
  }

  it('finds a regression against a slower server, and none between equal records', async () => {
    const [before, after] = [await recorded(10), await recorded(80)];
    // On a busy machine the bounds of a run may be so far apart that it can't tell.
    const same = await runCommand(['compare', '--floor', '60s', before, before]);
    expect({ code: same.code, stderr: same.stderr }).toEqual({ code: 0, stderr: '' });
    expect(same.stdout).toMatch(/\nNo regression\.\n$/);

    const json = await runCommand(['compare', before, after, '--json']);
    expect(json.code).toBe(5);
    expect(JSON.parse(json.stdout)).toMatchObject({
      before,
      after,
      tolerance: 0.1,
      regressed: true,
    });
  });
});
