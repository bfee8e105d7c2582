/** Scripts in JavaScript and TypeScript, run by the real command against a real service. */
import { describe, expect, it } from 'vitest';
import { expectOneLine } from '../../support/command.js';
import { load } from '../../support/load.js';
import { startRecording } from '../../support/recording-service.js';
import { distinct, printed, ran } from './ran.js';
import { scriptFile } from './script/harness.js';

const stripsTypes = Boolean((process.features as { typescript?: unknown }).typescript);

describe('load.mjs', () => {
  it('has all the hooks: its requests arrive, it stops its threads, and prints at the end', async () => {
    const measured = await ran('load.mjs', {
      args: ['given'],
      flags: ['-d60s', '-R40', '-t2'],
      byCommand: true,
    });
    const { received, record, text } = measured;
    expect(record.endedEarly).toBe('script');
    expect(distinct(received.map(({ path }) => path.slice(0, 3)))).toEqual(['/1/', '/2/']);
    for (const { method, path, headers, body } of received) {
      expect([method, headers['x-argument']]).toEqual(['PUT', 'given']);
      expect(Buffer.from(body, 'latin1').toString()).toBe(`värde ${path.slice(3)}`);
    }
    const made = printed(measured, /^thread (\d): (\d+) requests$/);
    expect(made.map(([thread]) => thread)).toEqual([1, 2]);
    expect(made.reduce((sum, [, requests = 0]) => sum + requests, -1)).toBe(record.requests.sent);
    const p99 = record.latency.percentiles.find(({ percentile }) => percentile === 99)?.valueUs;
    expect(text).toContain(`\n${record.requests.completed} in all, p99 ${p99} µs\n`);
  });

  it('that fails says where, before a connection opens', async () => {
    const { url, connections } = await startRecording();
    const file = scriptFile('fails.mjs');
    const { code, stderr } = await load('-t1', '-c4', '-d30s', '-R100', '-s', file, url);
    expect(code).toBe(1);
    expectOneLine(
      stderr,
      `${file}:5: TypeError: Cannot read properties of undefined (reading 'field') (in request())`,
    );
    expect(connections()).toBe(0);
  });
});

describe('typed.mts', () => {
  // Which of the two is true depends on the Node that runs the tests.
  if (stripsTypes)
    it('is run as it is', async () => {
      expect(distinct((await ran('typed.mts')).paths)).toEqual(['/typed']);
    });
  else
    it('is refused by a Node that can not strip types, which says what can be done', async () => {
      const { url, connections } = await startRecording();
      const file = scriptFile('typed.mts');
      const { code, stderr } = await load('-t1', '-c4', '-d30s', '-R100', '-s', file, url);
      expect(code).toBe(1);
      expectOneLine(
        stderr,
        `${file} is TypeScript, which needs Node 22.18`,
        'compile it to JavaScript',
      );
      expect(connections()).toBe(0);
    });
});
