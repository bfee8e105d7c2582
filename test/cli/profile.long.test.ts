/** `evenkeel profile` as its user meets it: on a process, on an admin port, and refused. */
import { spawn } from 'node:child_process';
import { mkdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { run } from '#dist/cli/profile.js';
import { readProfile } from '#dist/lab/profile/convert/profile-json.js';
import { shareOf, startProgram } from '../lab/profile/program.js';
import { expectOneLine, put } from '../support/command.js';
import { temporaryDirectory } from '../support/directory.js';
import { runCommand, startCommand, until } from '../support/process.js';

/** A server with an admin port, which every test of it needs. */
async function startAdmin(directory: string) {
  const server = startCommand([
    'serve',
    '--port',
    '0',
    '--admin-port',
    '0',
    '--json',
    '--data',
    directory,
  ]);
  const [line] = await server.untilPrinted(/^.+\n/);
  const { url, adminUrl } = JSON.parse(line) as { url: string; adminUrl: string };
  return { ...server, url, adminUrl };
}

describe('profile cpu --pid', () => {
  it('writes each file that is asked for, and says what was sampled and measured', async () => {
    const { pid, stdout: printed } = await startProgram('cpu-split.mjs');
    const directory = await temporaryDirectory();
    const [json, raw] = [join(directory, 'cpu.json'), join(directory, 'cpu.cpuprofile')];
    const { code, stdout, stderr } = await runCommand([
      ...['profile', 'cpu', '--pid', String(pid), '--seconds', '1', '--requests', '100'],
      ...['-o', json, '-o', raw],
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(
      /^\d+ ms of CPU time in \d+ samples, over 1\.\d s of process \d+: [\d.]+ µs per request\n/,
    );
    for (const row of ['Whole process', 'Event loop', 'Collections', 'Outside heap'])
      expect(stdout).toMatch(new RegExp(`^${row} +\\S`, 'm'));
    expect(stdout).toContain(`Wrote ${json}\nWrote ${raw}\n`);

    const profile = readProfile(await readFile(json, 'utf8'), json);
    expect(profile).toMatchObject({ kind: 'cpu', requests: 100 });
    // How exactly is known-split.long.test.ts's to say: a busy machine samples little in a second.
    expect(shareOf(profile, 'seventy')).toBeGreaterThan(shareOf(profile, 'twenty'));
    const recorded = readProfile(await readFile(raw, 'utf8'), raw);
    expect(shareOf(recorded, 'seventy')).toBeGreaterThan(shareOf(recorded, 'twenty'));
    expect(printed()).toBe('ready\n');
  });

  it('ends early by a signal, writes what there is, and closes the inspector', async () => {
    // timeout(1) sends its signal twice; a terminal that is closed sends SIGHUP.
    const ways = [['SIGINT'], ['SIGTERM', 'SIGTERM'], ['SIGHUP']] as const;
    await Promise.all(ways.map(endEarly));
  });
});

async function endEarly(signals: readonly NodeJS.Signals[]): Promise<void> {
  const { pid, child, inspectorPort } = await startProgram('cpu-split.mjs');
  const json = join(await temporaryDirectory(), 'cpu.json');
  const args = ['profile', 'cpu', '--pid', String(pid), '--seconds', '600', '-o', json];
  const command = startCommand(args);
  const isOpen = () =>
    fetch(`http://127.0.0.1:${inspectorPort}/json`).then(
      () => true,
      () => false,
    );
  await until('it is attached', isOpen);
  await new Promise((resolve) => setTimeout(resolve, 500));
  for (const signal of signals) command.child.kill(signal);
  expect(await command.ended, signals.join()).toEqual({ code: 130, signal: null });
  expect(readProfile(await readFile(json, 'utf8'), json).durationUs).toBeLessThan(60e6);
  expect(await isOpen(), signals.join()).toBe(false);
  expect(child.exitCode).toBeNull();
}

describe('profile --url', () => {
  it('samples an Evenkeel server over its admin port while it serves', async () => {
    const directory = await temporaryDirectory();
    const server = await startAdmin(join(directory, 'data'));
    const json = join(directory, 'alloc.json');
    const sampling = runCommand([
      'profile',
      'alloc',
      '--url',
      server.adminUrl,
      '--seconds',
      '2',
      '-o',
      json,
    ]);
    let sampled = false;
    const putOn = async (client: number) => {
      for (let key = 0; !sampled; key++) await put(server.url, `key${client}-${key}`, 'value');
    };
    const clients = Array.from({ length: 8 }, (_, client) => putOn(client));
    const ended = await sampling;
    sampled = true;
    await Promise.all(clients);
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    // The server has counted them.
    expect(ended.stdout).toMatch(/: [\d.]+ B per request\n/);
    const profile = readProfile(await readFile(json, 'utf8'), json);
    expect(profile.kind).toBe('alloc');
    expect(profile.requests).toBeGreaterThan(0);
    const files = new Set(profile.stacks.flatMap(({ frames }) => frames.map(({ file }) => file)));
    expect(files).toContain('src/server/fast-lane/fast-connection.ts');
  });
});

describe('serve --admin-port', () => {
  it('is off by default, closes with the server, and gives up a sampling that runs', async () => {
    const server = await startAdmin(await temporaryDirectory());
    expect(server.adminUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const sampling = fetch(`${server.adminUrl}/profile?kind=cpu&seconds=600`, {
      method: 'POST',
    }).catch((error: Error) => error.name);
    const status = async () => (await fetch(`${server.adminUrl}/status`)).json();
    await until(
      'it is sampling',
      async () => ((await status()) as { profiling: boolean }).profiling,
    );
    server.child.kill('SIGTERM');
    expect(await server.ended).toEqual({ code: 0, signal: null });
    expect(await sampling).toBe('TypeError');
  });

  it('that is in use is refused in one line with exit code 1', async () => {
    const other = createServer();
    onTestFinished(() => {
      other.close();
    });
    await new Promise<void>((resolve) => {
      other.listen(0, '127.0.0.1', resolve);
    });
    const { port } = other.address() as { port: number };
    const { code, stderr } = await runCommand([
      ...[
        'serve',
        '--port',
        '0',
        '--admin-port',
        String(port),
        '--data',
        await temporaryDirectory(),
      ],
    ]);
    expect(code).toBe(1);
    expectOneLine(stderr, `admin port ${port}`, 'in use', '--admin-port');
  });
});

it('profile diff refuses a default file that it could not write, before it reads', async () => {
  const [before, directory] = [process.cwd(), await temporaryDirectory()];
  await mkdir(join(directory, 'diff.svg'));
  process.chdir(directory);
  const refusal = run(['diff', '/none/a', '/none/b']).finally(() => process.chdir(before));
  await expect(refusal).rejects.toThrow("-o/--output takes the name of a file, got 'diff.svg'");
});

describe('a wrong command line', () => {
  it.each([
    { args: [], parts: ["cpu, alloc or diff first, got ''"] },
    { args: ['heap'], parts: ["got 'heap'"] },
    { args: ['cpu'], parts: ['either --pid', 'or --url'] },
    {
      args: ['cpu', '--pid', '1', '--url', 'http://127.0.0.1:1'],
      parts: ['either --pid', 'or --url'],
    },
    { args: ['cpu', '--pid', '0'], parts: ['--pid', "got '0'"] },
    { args: ['cpu', '--url', '9001'], parts: ['--url', 'http://127.0.0.1:9001', "got '9001'"] },
    { args: ['cpu', '--pid', '1', '--seconds', '601'], parts: ['--seconds', '1 to 600'] },
    {
      args: ['cpu', '--pid', '1', '-o', 'cpu.png'],
      parts: ['-o/--output', '.svg', "got 'cpu.png'"],
    },
    { args: ['cpu', '--pid', '1', '-o', 'a.heapprofile'], parts: ['profile alloc', 'profile cpu'] },
    { args: ['cpu', '--pid', '1', 'x'], parts: ["unexpected argument 'x'"] },
    { args: ['diff', 'a.json'], parts: ['two files', 'got 1'] },
    { args: ['diff', '/none/a', '/none/b'], parts: ['a file that exists', "got '/none/a'"] },
  ])('profile $args is refused', async ({ args, parts }) => {
    const refusal = await run(args).catch((error: Error) => error);
    expect(refusal).toHaveProperty('name', 'UsageError');
    for (const part of parts)
      expect(refusal).toHaveProperty('message', expect.stringContaining(part));
  });
});

it('a process that is not Node is refused in one line with exit code 1, and goes on', async () => {
  const sleeping = spawn('sleep', ['60'], { stdio: 'ignore' });
  onTestFinished(() => {
    sleeping.kill('SIGKILL');
  });
  const json = join(await temporaryDirectory(), 'cpu.json');
  const { code, stderr } = await runCommand([
    'profile',
    'cpu',
    '--pid',
    String(sleeping.pid),
    '-o',
    json,
  ]);
  expect(code).toBe(1);
  expectOneLine(stderr, String(sleeping.pid), 'not node');
  expect(sleeping.signalCode).toBeNull();
});
