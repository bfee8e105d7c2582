/** `evenkeel load --explain` as its user meets it: what it finds, refuses, and leaves behind. */
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readRecord } from '#dist/lab/load/output/read-record.js';
import { freePort, type Program, startProgram } from '../lab/profile/program.js';
import { expectOneLine } from '../support/command.js';
import { temporaryDirectory } from '../support/directory.js';
import { runCommand, startCommand, until } from '../support/process.js';

const load = (target: string | number, ...more: string[]) => [
  ...['load', '-t1', '-c4', '-R100', '--allow-invalid', '--explain', String(target)],
  ...more,
];

const urlOf = ({ stdout }: Program) => stdout().trim();

const isOpen = (port: number) =>
  fetch(`http://127.0.0.1:${port}/json`).then(
    () => true,
    () => false,
  );

describe('load --explain PID', () => {
  it('names what blocked the event loop, and leaves the process as it was', async () => {
    const server = await startProgram('blocking-server.mjs');
    const directory = await temporaryDirectory();
    const json = join(directory, 'run.json');
    const { code, stdout, stderr } = await runCommand([
      ...load(server.pid, '-d2s', '--slow', '40ms', '--json', json, '--explain-out', directory),
      urlOf(server),
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(`in process ${server.pid}:`);
    expect(stdout).toMatch(/^ {4}blocked event loop +\d+ +[\d.]+ % {2}up to .*, in blockTheLoop/m);

    const { explanation } = readRecord(await readFile(json, 'utf8'), json);
    expect(explanation).toMatchObject({ pid: server.pid, fromUs: 40_000, isP99: false, notes: [] });
    const { causes = [], requests = [] } = explanation ?? {};
    expect(causes.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9);
    expect(causes.reduce((sum, row) => sum + row.requests, 0)).toBe(requests.length);
    for (const { partsUs, latencyUs } of requests)
      expect(Object.values(partsUs).reduce((a, b) => a + b, 0)).toBeCloseTo(latencyUs, 3);
    for (const name of ['slow', 'rest', 'difference'])
      expect(await readFile(join(directory, `${name}.svg`), 'utf8')).toContain('</svg>');

    expect(await isOpen(server.inspectorPort)).toBe(false);
    expect(server.child.exitCode).toBeNull();
  });

  it('explains what is above p99 without --slow, also of a run that a signal ended', async () => {
    const server = await startProgram('blocking-server.mjs');
    const command = startCommand([...load(server.pid, '-d10s'), urlOf(server)]);
    await command.untilPrinted(/calibration/);
    expect(await isOpen(server.inspectorPort)).toBe(true);
    command.child.kill('SIGINT');
    expect(await command.ended).toEqual({ code: 130, signal: null });
    expect(command.stdout()).toMatch(/ {2}Cause: \d+ requests of .* or more \(p99\), in process/);
    expect(await isOpen(server.inspectorPort)).toBe(false);
    expect(server.child.exitCode).toBeNull();
  });

  it('says so if the process is killed during the run', async () => {
    const server = await startProgram('blocking-server.mjs');
    const command = startCommand([...load(server.pid, '-d3s'), urlOf(server)]);
    await command.untilPrinted(/calibration/);
    server.child.kill('SIGKILL');
    await command.ended;
    const why = `process ${server.pid} was killed`;
    expect(command.stdout()).toContain(`Note: its CPU profile could not be had: ${why}`);
    expect(command.stdout()).toMatch(/Note: the kernel's figures end .*: the process ended/);
  });

  const disturbed = new URL('../lab/explain/programs/disturbed-server.mjs', import.meta.url);

  it('lets a process exit in order during the run, and has its CPU profile', async () => {
    const server = await startProgram(fileURLToPath(disturbed));
    const command = startCommand([...load(server.pid, '-d3s'), urlOf(server)]);
    await command.untilPrinted(/calibration/);
    server.child.kill('SIGTERM');
    await until('it has exited', () => server.child.exitCode !== null);
    expect(server.child.exitCode).toBe(3);
    expect(command.child.exitCode).toBeNull();
    await command.ended;
    expect(command.stdout()).toContain(`Note: process ${server.pid} exited during the run`);
    expect(command.stdout()).not.toContain('its CPU profile');
  });

  it('does not wait for a process in an endless loop', async () => {
    const server = await startProgram(fileURLToPath(disturbed));
    const command = startCommand([...load(server.pid, '-d2s'), urlOf(server)]);
    await command.untilPrinted(/calibration/);
    server.child.kill('SIGUSR2');
    await command.ended;
    const late = 'what the process saw of itself could not be had: no response within 3 s';
    expect(command.stdout()).toContain(`Note: ${late}`);
    expect(command.stdout()).not.toContain('its CPU profile');
    expect(await isOpen(server.inspectorPort)).toBe(false);
  });
});

describe('before a load begins, refused is', () => {
  const refusal = async (target: string | number, url: string): Promise<string> => {
    const { code, stdout, stderr } = await runCommand([...load(target), url]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expectOneLine(stderr);
    return stderr;
  };
  const here = 'http://127.0.0.1:9';

  it('a process that is not there, or is not Node', async () => {
    expect(await refusal(2 ** 22 + 1, here)).toContain(`process ${2 ** 22 + 1} does not exist`);
    const sleeping = spawn('sleep', ['60'], { stdio: 'ignore' });
    onTestFinished(() => void sleeping.kill('SIGKILL'));
    expect(await refusal(Number(sleeping.pid), here)).toMatch(/is .*, not node; /);
    expect(sleeping.exitCode).toBeNull();
  });

  it('an admin port that does not respond, or is on another machine', async () => {
    const free = `http://127.0.0.1:${await freePort()}`;
    expect(await refusal(free, here)).toContain('does not respond');
    expect(await refusal('http://192.0.2.1:9001', here)).toContain('whose clock is not ours');
  });

  it('a server on another machine, and not one at an address of this one', async () => {
    expect(await refusal(process.pid, 'http://192.0.2.1')).toContain('is on another machine');
    const own = Object.values(networkInterfaces()).flatMap((all = []) => all)[0]?.address;
    expect(await refusal(2 ** 22 + 1, `http://${own}`)).toContain('does not exist');
  });
});
