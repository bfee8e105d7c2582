/**
 * A script that is wrong ends the real command with one line that names file, line and hook, and exit code 1: never a run of other
 * requests than the script's, which is what wrk2 would do.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readRecord } from '#dist/lab/load/output/read-record.js';
import { expectOneLine } from '../../support/command.js';
import { temporaryFolder } from '../../support/folder.js';
import { load } from '../../support/load.js';
import { startRecording } from '../../support/recording-service.js';
import { scriptFile, written } from './script/harness.js';

async function failed(file: string, flags: readonly string[] = []) {
  const service = await startRecording();
  const run = ['-t1', '-c4', '-d30s', '-R100', ...flags, '-s', file, service.url];
  return { ...(await load(...run)), ...service };
}

const missing = "attempt to index a nil value (global 'missing')";

describe('an error in a script', () => {
  it.each(['load', 'setup', 'init', 'request'])(
    'in %s ends it before a connection opens',
    async (hook) => {
      const file = scriptFile(`fails-in-${hook}.lua`);
      const { code, stdout, stderr, connections } = await failed(file);
      expect(code).toBe(1);
      expectOneLine(stderr, `${file}:4: ${missing}${hook === 'load' ? '' : ` (in ${hook}())`}`);
      expect(stdout).not.toContain('Requests/sec');
      expect(connections()).toBe(0);
    },
  );

  it.each(['delay', 'response'])('in %s ends the run as soon as it happens', async (hook) => {
    const file = scriptFile(`fails-in-${hook}.lua`);
    const { code, stdout, stderr, received } = await failed(file);
    expect(code).toBe(1);
    expectOneLine(stderr, `${file}:4: ${missing} (in ${hook}())`);
    expect(stdout).not.toContain('Requests/sec');
    expect(received.length).toBeLessThan(1000);
  });

  it('in done leaves report, verdict and record, and fails the run nevertheless', async () => {
    const file = scriptFile('fails-in-done.lua');
    const json = join(await temporaryFolder(), 'run.json');
    const { code, stdout, stderr } = await failed(file, [
      '-d300ms',
      '--allow-invalid',
      '--json',
      json,
    ]);
    expect(code).toBe(1);
    expectOneLine(stderr, `${file}:4: ${missing} (in done())`);
    expect(stdout).toMatch(/^ {2}[1-9]\d* requests in .*\nVerdict: /ms);
    expect(readRecord(await readFile(json, 'utf8'), json).requests.completed).toBeGreaterThan(0);
  });

  it('in a later request ends the run in the middle', async () => {
    const file = await written(`local n = 0
      function request()
        n = n + 1
        if n > 20 then error('out of requests') end
        return wrk.format()
      end`);
    const { code, stdout, stderr, received } = await failed(file);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `evenkeel: ${file}:4: out of requests (in request())\n`,
    });
    expect(stdout).not.toContain('Requests/sec');
    expect(received.length).toBeGreaterThan(0);
  });
});

describe('a script that makes no requests', () => {
  it.each([
    ['return nil', 'request() must return a string (in request())'],
    [`return 'GET / HTTP/1.1\\r\\n'`, 'the request is incomplete'],
    [`return 'hello\\r\\n\\r\\n'`, 'expected a request line such as GET / HTTP/1.1, found "hello"'],
  ])('%s is refused before a connection opens', async (body, message) => {
    const file = await written(`function request() ${body} end`);
    const { code, stderr, connections } = await failed(file);
    expect(code).toBe(1);
    expectOneLine(stderr, file, message);
    expect(connections()).toBe(0);
  });

  it('is no script at all: what is not Lua is named with its line', async () => {
    const file = await written('local a = 1\nlocal b = = 2\n');
    const { code, stderr, connections } = await failed(file);
    expect(code).toBe(1);
    expectOneLine(stderr, `${file}:2: unexpected symbol near '='`);
    expect(connections()).toBe(0);
  });
});
