/** Where a script's text comes from: a pipe can be read once, and still all threads run the same script. */
import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readScript } from '#dist/lab/load/script/text.js';
import { temporaryFolder } from '../../support/folder.js';
import { load, loadCommand } from '../../support/load.js';
import { mainFile } from '../../support/process.js';
import { startRecording } from '../../support/recording-service.js';
import { distinct } from './ran.js';
import { written } from './script/harness.js';

/** A named pipe, and how it gets a text: the writer waits for a reader. */
async function namedPipe(name: string) {
  const pipe = join(await temporaryFolder(), name);
  execFileSync('mkfifo', [pipe]);
  const fill = (text: string) => {
    const writer = spawn('sh', ['-c', 'printf %s "$1" > "$2"', 'sh', text, pipe]);
    onTestFinished(() => void writer.kill());
  };
  return { pipe, fill };
}

describe.skipIf(process.platform === 'win32')('a script from a pipe', () => {
  it('is what all threads run', async () => {
    const { url, received } = await startRecording();
    const run = `"$0" "$1" load -t3 -c3 -d300ms -R90 --allow-invalid -s /dev/stdin "$2"`;
    const shell = `echo 'wrk.path = "/from-a-pipe"' | ${run}`;
    await promisify(execFile)('sh', ['-c', shell, process.execPath, mainFile, url]);
    expect(received.length).toBeGreaterThan(20);
    expect(distinct(received.map(({ path }) => path))).toEqual(['/from-a-pipe']);
    expect(distinct(received.map(({ clientPort }) => String(clientPort)))).toHaveLength(3);
  });

  it('is known in later runs of the process, and a new text takes its place', async () => {
    const { pipe, fill } = await namedPipe('script');
    for (const [text, read] of [
      ['-- one', '-- one'],
      ['', '-- one'],
      ['-- two', '-- two'],
    ] as const) {
      fill(text);
      expect(readScript(pipe)).toBe(read);
    }
  });

  it('is refused if there is nothing in it', async () => {
    const { pipe, fill } = await namedPipe('script');
    fill('');
    expect(() => readScript(pipe)).toThrow(`cannot open ${pipe}: it is no file, and has no text`);
  });

  it('may not be a module, which each thread imports', async () => {
    const { pipe } = await namedPipe('script.mjs');
    const { code, stderr } = await load('-R1', '-s', pipe, 'http://127.0.0.1:9');
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `evenkeel: cannot open ${pipe}: each thread reads a module anew, so it must be a regular file\n`,
    });
  });
});

it('an empty file is a script without hooks', async () => {
  expect(readScript(await written(''))).toBe('');
});

it('runs in a program that Node was given on its command line', async () => {
  const { url, received } = await startRecording();
  const folder = await temporaryFolder();
  const file = join(folder, 'lookup.lua');
  await writeFile(file, `wrk.path = '/' .. tostring(wrk.lookup('127.0.0.1', 80)[1])`);
  const compiled = new URL('../../../dist/index.js', import.meta.url).href;
  const options = new URL('../../../dist/lab/load/load-options.js', import.meta.url).href;
  const work = JSON.stringify({ kind: 'script', file, args: [] });
  const code = `import { runLoad } from '${compiled}';
    import { defaultOptions } from '${options}';
    await runLoad({ ...defaultOptions, url: '${url}', rate: 100, durationMs: 200, work: ${work} });
    process.exit();`;
  const child = spawn(process.execPath, [
    '--max-old-space-size=500',
    '--input-type=module',
    '-e',
    code,
  ]);
  let stderr = '';
  child.stderr.on('data', (text) => {
    stderr += text;
  });
  const [status] = await once(child, 'close');
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(distinct(received.map(({ path }) => path))).toEqual(['/127.0.0.1:80']);
});

it('setup() and init() run for one thread after the other', async () => {
  const { url } = await startRecording();
  const file = await written(`
    local n = 0
    function setup(thread)
      n = n + 1
      thread:set('number', n)
      io.write('setup ', n, ', ')
    end
    function init()
      local sum = 0
      for i = 1, 1e6 / number do sum = sum + i end
      io.write('init ', number, ', ')
    end`);
  const { stdout } = await loadCommand('-t3', '-c3', '-d100ms', '-R90', '-s', file, url);
  expect(stdout).toContain('setup 1, init 1, setup 2, init 2, setup 3, init 3, ');
});
