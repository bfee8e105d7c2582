/**
 * Evenkeel under systemd, as far as it can be tried without one: the datagrams that it sends, and
 * the units of contrib/systemd. Nothing is started by systemd here.
 */
import { execFile, spawn } from 'node:child_process';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import { put } from '../support/command.js';
import { temporaryDirectory } from '../support/directory.js';
import { startCommand, startServer, until } from '../support/process.js';
import { requireMachine } from '../support/requirements.js';

const run = promisify(execFile);
const units = fileURLToPath(new URL('../../contrib/systemd', import.meta.url));
const serviceText = readFileSync(join(units, 'evenkeel.service'), 'utf8');

beforeAll(() =>
  requireMachine({ programs: ['systemd-analyze', 'systemd-notify', 'python3', 'strace'] }),
);

/** Prints a line of JSON for each datagram. */
const receiver = `
import json, socket, sys
receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
receiver.bind(sys.argv[1])
print('"listens"', flush=True)
while True:
    print(json.dumps(receiver.recv(65536).decode()), flush=True)
`;

it('a service manager is told of the start, a reload and the end, in their order', async () => {
  const directory = await temporaryDirectory();
  const address = join(directory, 'notify');
  const python = spawn('python3', ['-c', receiver, address], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  onTestFinished(() => {
    python.kill('SIGKILL');
  });
  const told: string[] = [];
  createInterface(python.stdout).on('line', (line) => {
    // By a barrier systemd-notify waits for the manager.
    if (!line.includes('BARRIER')) told.push(JSON.parse(line));
  });
  await until('the receiver listens', () => told.length === 1);
  const server = startCommand(
    ['serve', '--port', '0', '--json', '--data', join(directory, 'data')],
    ['env', `NOTIFY_SOCKET=${address}`, process.execPath],
  );
  const [line] = await server.untilPrinted(/^.+\n/);
  await until('it is ready', () => told.length === 2);
  expect(told[1]).toBe(`READY=1\nSTATUS=Serving ${JSON.parse(line).url}`);
  server.child.kill('SIGHUP');
  await until('the reload is over', () => told.length === 4);
  expect(told[2]).toMatch(/^RELOADING=1\nMONOTONIC_USEC=\d+$/);
  expect(told[3]).toBe('READY=1');
  server.child.kill('SIGTERM');
  expect(await server.ended).toEqual({ code: 0, signal: null });
  await until('it stops', () => told.length === 5);
  expect(told[4]).toBe('STOPPING=1\nSTATUS=Stopping');
  expect(server.stderr()).toBe('');
});

it('systemd finds no fault in the units, and they give little away', async () => {
  const directory = await temporaryDirectory();
  // It looks for the program, which need not be installed here.
  const service = join(directory, 'evenkeel.service');
  writeFileSync(service, serviceText.replace('ExecStart=evenkeel', 'ExecStart=/bin/sh'));
  const socket = join(directory, 'evenkeel.socket');
  copyFileSync(join(units, 'evenkeel.socket'), socket);
  const verified = await run('systemd-analyze', ['verify', '--man=no', service, socket]);
  expect(verified).toEqual({ stdout: '', stderr: '' });
  // It fails above this exposure, of 100.
  await run('systemd-analyze', ['security', '--offline=yes', '--threshold=20', service]);
});

it('the unit allows each system call that a server makes', async () => {
  const [, filter = ''] = /^SystemCallFilter=(.+)$/m.exec(serviceText) ?? [];
  const allowed = (await Promise.all(filter.split(' ').map(callsOf))).flat();
  expect(allowed).toContain('openat');
  expect(allowed).not.toContain('mount');
  const directory = await temporaryDirectory();
  const trace = join(directory, 'trace');
  const tracer = ['strace', '-f', '-qq', '-o', trace, process.execPath];
  const server = await startServer(join(directory, 'data'), ['--admin-port', '0'], tracer);
  await put(server.url, 'small', 'one');
  await put(server.url, 'large', 'v'.repeat(2 ** 20));
  for (const id of ['small', 'large', 'absent'])
    await (await fetch(`${server.url}/v0/entity?id=${id}`)).arrayBuffer();
  await (await fetch(`${server.url}/v0/entities?prefix=l`)).arrayBuffer();
  expect(await server.end('SIGTERM')).toEqual({ code: 0, signal: null });
  const made = new Set(
    [...readFileSync(trace, 'latin1').matchAll(/^\d+ +([a-z_0-9]+)\(/gm)].map(([, name]) => name),
  );
  expect(made).toContain('openat');
  expect([...made].filter((name) => !allowed.includes(String(name)))).toEqual([]);
});

/** The names in a set of systemd's, and in the sets that it holds. */
async function callsOf(set: string): Promise<string[]> {
  const { stdout } = await run('systemd-analyze', ['syscall-filter', set]);
  const names = stdout.split('\n').flatMap((line) => /^ {4}(@?[a-z0-9_-]+)$/.exec(line)?.[1] ?? []);
  const all = names.map((name) => (name.startsWith('@') ? callsOf(name) : [name]));
  return (await Promise.all(all)).flat();
}
