/** The text of a script: a pipe can be read once, and still all threads run the same script. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readScript } from '#dist/lab/load/script/script-text.js';
import { temporaryDirectory } from '../../support/directory.js';
import { startRecording } from '../../support/recording-service.js';
import { measure } from './measure.js';
import { written } from './script/harness.js';

/** A named pipe, and how it gets a text: the writer waits for a reader. */
async function namedPipe(name: string) {
  const pipe = join(await temporaryDirectory(), name);
  execFileSync('mkfifo', [pipe]);
  const fill = (text: string) => {
    const writer = spawn('sh', ['-c', 'printf %s "$1" > "$2"', 'sh', text, pipe]);
    onTestFinished(() => void writer.kill());
  };
  return { pipe, fill };
}

describe.skipIf(process.platform === 'win32')('a script from a pipe', () => {
  it('runs in all threads', async () => {
    const { url, received } = await startRecording();
    const { pipe, fill } = await namedPipe('script');
    fill('wrk.path = "/from-a-pipe"');
    const work = { kind: 'script', file: pipe, args: [] } as const;
    await measure(url, { threads: 3, connections: 3, rate: 90, durationMs: 300, work });
    expect(new Set(received.map(({ path }) => path))).toEqual(new Set(['/from-a-pipe']));
    expect(new Set(received.map(({ clientPort }) => clientPort)).size).toBe(3);
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

  it('is refused if it is empty', async () => {
    const { pipe, fill } = await namedPipe('script');
    fill('');
    expect(() => readScript(pipe)).toThrow(
      `cannot open ${pipe}: it is not a regular file, and it is empty`,
    );
  });

  it('may not be a module, which each thread imports', async () => {
    const { pipe } = await namedPipe('script.mjs');
    expect(() => readScript(pipe)).toThrow(
      `cannot open ${pipe}: each thread imports a module by its name, so it must be a regular file`,
    );
  });
});

it('an empty file is a script without hooks', async () => {
  expect(readScript(await written(''))).toBe('');
});

it('runs in a program that Node was given on its command line', async () => {
  const { url, received } = await startRecording();
  const file = join(await temporaryDirectory(), 'lookup.lua');
  await writeFile(file, `wrk.path = '/' .. tostring(wrk.lookup('127.0.0.1', 80)[1])`);
  const compiled = new URL('../../../dist/index.js', import.meta.url).href;
  const options = new URL('../../../dist/lab/load/load-options.js', import.meta.url).href;
  const work = JSON.stringify({ kind: 'script', file, args: [] });
  const code = `import { runLoad } from '${compiled}';
    import { defaultOptions } from '${options}';
    await runLoad({ ...defaultOptions, url: '${url}', rate: 100, durationMs: 200, work: ${work} });
    process.exit();`;
  const flags = ['--max-old-space-size=500', '--input-type=module', '-e', code];
  const child = spawn(process.execPath, flags);
  let stderr = '';
  child.stderr.on('data', (text) => {
    stderr += text;
  });
  const [status] = await once(child, 'close');
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(new Set(received.map(({ path }) => path))).toEqual(new Set(['/127.0.0.1:80']));
});
