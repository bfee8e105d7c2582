/** The package that `npm pack` makes, in an empty directory, as a user of it has it. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { put } from '../support/command.js';
import { temporaryDirectory } from '../support/directory.js';

const home = fileURLToPath(new URL('../..', import.meta.url));
let place = '';

beforeAll(async () => {
  place = await temporaryDirectory(afterAll);
  const pack = ['pack', '--silent', '--ignore-scripts', '-ws', '-iwr', '--pack-destination', place];
  const packed = execFileSync('npm', pack, { cwd: home, encoding: 'utf8' }).trim().split('\n');
  const archives = packed.map((file) => join(place, file));
  mkdirSync(join(place, 'user'));
  place = join(place, 'user');
  execFileSync('npm', ['install', '--ignore-scripts', '--silent', ...archives], { cwd: place });
}, 300_000);

const command = () => join(place, 'node_modules/.bin/evenkeel');
const evenkeel = (...args: string[]) =>
  execFileSync(command(), args, { cwd: place, encoding: 'utf8', stdio: 'pipe' });

async function startServer(): Promise<{ url: string; adminUrl: string; pid: number }> {
  const flags = ['--port', '0', '--admin-port', '0', '--json', '--data', 'data'];
  const stdio = ['ignore', 'pipe', 'inherit'] as const;
  const child = spawn(command(), ['serve', ...flags], { cwd: place, stdio: [...stdio] });
  onTestFinished(async () => {
    const ended = once(child, 'close');
    child.kill('SIGTERM');
    await ended;
  });
  const [line] = await once(createInterface(child.stdout as NodeJS.ReadableStream), 'line');
  return JSON.parse(line);
}

it('it names the commit that it was packed from, without git', () => {
  const commit = readFileSync(join(home, 'dist/commit'), 'utf8');
  expect(evenkeel('--version')).toContain(`(${commit.slice(0, 12)})`);
});

it('it brings documents, units and scripts, and nothing to build with', () => {
  const names = ['docs/operations.md', 'contrib/systemd/evenkeel.service', 'wrk/put.lua'];
  for (const name of names)
    expect(existsSync(join(place, 'node_modules/evenkeel', name)), name).toBe(true);
  for (const name of ['src', 'test', 'dist/.tsbuildinfo', 'docs/generate.mjs'])
    expect(existsSync(join(place, 'node_modules/evenkeel', name)), name).toBe(false);
});

it('it serves, loads and profiles', async () => {
  const { url, adminUrl } = await startServer();
  await put(url, 'a', 'one');
  const script = 'node_modules/evenkeel/wrk/put.lua';
  const plan = ['-t1', '-c4', '-d2s', '-R200', '--allow-invalid'];
  expect(evenkeel('load', ...plan, '-s', script, url)).toMatch(/\nVerdict: /);
  evenkeel('profile', 'cpu', '--url', adminUrl, '--seconds', '1', '-o', 'cpu.svg');
  expect(readFileSync(join(place, 'cpu.svg'), 'utf8')).toMatch(/^<svg|^<\?xml/);
  evenkeel('export', '--url', url, 'all.ndjson');
  expect(readFileSync(join(place, 'all.ndjson'), 'utf8')).toContain('"key":"a"');
});

it('it reports', () => {
  const flags = ['--duration', '1s', '--rate', '200', '--threads', '1', '--label', 'small'];
  try {
    evenkeel('report', ...flags);
  } catch (error) {
    // A run on a busy machine may not be valid. The report is written all the same.
    expect((error as { status: number }).status, String(error)).toBe(3);
  }
  expect(readFileSync(join(place, 'reports/small.md'), 'utf8')).toContain('cpu-put.svg');
});

it('its client and its library are imported by their names', () => {
  const code = `
    import { serve } from 'evenkeel';
    import { EvenkeelClient } from 'evenkeel-client';
    const server = await serve({ data: './own', port: 0 });
    const store = new EvenkeelClient(server.url);
    await store.put('hello', 'world');
    console.log(await store.getText('hello'));
    await server.close();`;
  const options = { cwd: place, encoding: 'utf8' } as const;
  const printed = execFileSync(process.execPath, ['--input-type=module', '-e', code], options);
  expect(printed).toBe('world\n');
});
