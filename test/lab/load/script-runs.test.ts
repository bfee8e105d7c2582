/** A script in a run, in this process. Each hook by itself is tested in script/. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ScriptError } from '#dist/lab/load/load-errors.js';
import type { LoadOptions } from '#dist/lab/load/load-options.js';
import { temporaryDirectory } from '../../support/directory.js';
import { startRecording } from '../../support/recording-service.js';
import { measure } from './measure.js';
import { scriptFile, written } from './script/harness.js';

const scripted = (file: string, options: Partial<LoadOptions> = {}, args: string[] = []) => {
  return { ...options, work: { kind: 'script', file, args } as const };
};
/** Longer than a test may last: the run must end before. */
const endless = { durationMs: 600_000 };

describe('an error in a script', () => {
  const missing = "attempt to index a nil value (global 'missing')";

  it.each(['setup', 'request'])('in %s ends the run before a connection opens', async (hook) => {
    const { url, connections } = await startRecording();
    const file = scriptFile(`fails-in-${hook}.lua`);
    const run = measure(url, scripted(file));
    await expect(run).rejects.toThrow(new ScriptError(`${file}:4: ${missing} (in ${hook}())`));
    await expect(run).rejects.toBeInstanceOf(ScriptError);
    expect(connections()).toBe(0);
  });

  it.each(['delay', 'response'])('in %s ends the run', async (hook) => {
    const { url } = await startRecording();
    const file = scriptFile(`fails-in-${hook}.lua`);
    const run = measure(url, scripted(file, endless));
    await expect(run).rejects.toThrow(new ScriptError(`${file}:4: ${missing} (in ${hook}())`));
  });

  it('in a later request ends the run in the middle', async () => {
    const { url, received } = await startRecording();
    const file = await written(`local n = 0
      function request()
        n = n + 1
        if n > 20 then error('out of requests') end
        return wrk.format()
      end`);
    const run = measure(url, scripted(file, endless));
    await expect(run).rejects.toThrow(new ScriptError(`${file}:4: out of requests (in request())`));
    expect(received.length).toBeGreaterThan(0);
  });
});

it('setup() and init() run for one thread after the other', async () => {
  const { url } = await startRecording();
  const log = join(await temporaryDirectory(), 'log');
  const file = await written(`
    local n = 0
    local function log(...)
      local file = io.open('${log}', 'a')
      file:write(...)
      file:close()
    end
    function setup(thread)
      n = n + 1
      thread:set('number', n)
      log('setup ', n, ', ')
    end
    function init()
      local sum = 0
      for i = 1, 1e6 / number do sum = sum + i end
      log('init ', number, ', ')
    end`);
  await measure(url, scripted(file, { threads: 3 }));
  expect(await readFile(log, 'utf8')).toBe('setup 1, init 1, setup 2, init 2, setup 3, init 3, ');
});

it('a thread goes where setup() sends it, and sends the Host of the URL', async () => {
  const [first, other] = [await startRecording(), await startRecording()];
  process.env.OTHER_PORT = String(other.port);
  onTestFinished(() => {
    delete process.env.OTHER_PORT;
  });
  await measure(first.url, scripted(scriptFile('two-services.lua'), { threads: 2 }));
  for (const { received } of [first, other])
    expect(new Set(received.map(({ headers }) => headers.host))).toEqual(
      new Set([`127.0.0.1:${first.port}`]),
    );
});

it('pipelined requests arrive in order on their connection, and all are counted', async () => {
  const { url, received } = await startRecording();
  const options = scripted(scriptFile('pipeline.lua'), { rate: 300 });
  const { sent, completed } = await measure(url, options);
  expect(completed).toBeGreaterThan(0);
  expect(sent % 3).toBe(0);
  const expected = ['GET /?foo ', 'POST /?bar a\r\n\r\nb', 'GET /?baz '];
  const ports = new Set(received.map(({ clientPort }) => clientPort));
  expect(ports.size).toBe(4);
  for (const port of ports) {
    const own = received.filter(({ clientPort }) => clientPort === port);
    for (const [at, { method, path, body }] of own.entries())
      expect(`${method} ${path} ${body}`).toBe(expected[at % 3]);
  }
});

it('done() gets the figures of the result', async () => {
  const { url } = await startRecording();
  const file = join(await temporaryDirectory(), 'run.csv');
  const options = scripted(scriptFile('csv.lua'), {}, [file]);
  const { completed, latency } = await measure(url, options);
  const p99 = latency.valueAtPercentile(99);
  expect(await readFile(file, 'utf8')).toBe(`requests,p99\n${completed},${p99}\n`);
});
