/** A thread that hangs: the error says which, for how long, and why. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { monotonicClock } from '#dist/lab/load/generator/clock.js';
import { GeneratorThreads } from '#dist/lab/load/generator/generator-threads.js';
import { Control } from '#dist/lab/load/generator/messages.js';
import { SharedRecords } from '#dist/lab/load/generator/recorder.js';
import { withPreciseSleep } from '#dist/lab/load/generator/timer-slack.js';
import { ScriptError } from '#dist/lab/load/load-errors.js';
import { defaultOptions, type LoadOptions } from '#dist/lab/load/load-options.js';
import { Aggregator } from '#dist/lab/load/result/aggregator.js';
import { openLine } from '#dist/lab/load/script/blocking.js';
import { startPeer } from '../peer.js';

const patienceMs = 20_000;

/** One thread that has its requests ready. */
async function startThread(options: Partial<LoadOptions>, lua?: string) {
  const records = new SharedRecords();
  const aggregator = new Aggregator([records], 0);
  const threads = new GeneratorThreads((thread, message) => {
    if (message.kind === 'second') aggregator.second(thread, message);
  }, 1_000);
  onTestFinished(() => threads.end());
  const script =
    lua === undefined ? undefined : { text: lua, address: undefined, line: openLine().responder };
  const { memory: control } = new Control();
  const url = 'http://127.0.0.1:9/';
  const work =
    lua === undefined
      ? ({ kind: 'plain' } as const)
      : { kind: 'script' as const, file: 'x.lua', args: [] };
  const all = { ...defaultOptions, url, threads: 1, rate: 100, ...options, work };
  threads.start([{ options: all, thread: 0, records: records.memory, control, script }]);
  await threads.all('loaded', patienceMs);
  return threads;
}

describe('a thread that is not ready in time', () => {
  test('may be one of a machine that is overloaded', async () => {
    const threads = await startThread({});
    const never = threads.all('prepared', 50);
    await expect(never).rejects.toThrow(
      /^1 of 1 generator threads not prepared within 0.05 s: is the machine overloaded\?$/,
    );
    await expect(never).rejects.not.toThrow(ScriptError);
  });

  test('may have a script that loops', async () => {
    const threads = await startThread({}, 'function init() while true do end end');
    const never = threads.prepare(0, 500);
    await expect(never).rejects.toThrow(ScriptError);
    await expect(never).rejects.toThrow(
      /^1 of 1 generator threads not prepared within 0.5 s: does the script loop, in one of its/,
    );
  });
});

describe('a run', () => {
  async function begun(lua: string) {
    const { port } = await startPeer();
    const threads = await startThread({ durationMs: 60_000, connections: 1 }, lua);
    await threads.prepare(0, patienceMs);
    threads.post({ kind: 'connect', target: { host: '127.0.0.1', port } });
    await threads.all('connected', patienceMs);
    threads.post({ kind: 'begin', beginUs: monotonicClock().now(), requestsPerSend: 1 });
    threads.watch(performance.now());
    return threads.all('finished', 60_000);
  }

  test('ends when a script loops in it, long before its time', async () => {
    const run = begun(`
      local n = 0
      function request()
        n = n + 1
        while n > 50 do end
        return wrk.format()
      end`);
    await expect(run).rejects.toThrow(ScriptError);
    await expect(run).rejects.toThrow(
      /^generator thread 0 has said nothing for .* in request\(\), response\(\) or delay\(\)\?$/,
    );
  });
});

test.skipIf(process.platform !== 'linux')(
  'threads start where the timer slack may only be read',
  () => {
    expect(withPreciseSleep(() => 'started', '/proc/version')).toBe('started');
  },
);
