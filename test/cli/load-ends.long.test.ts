/**
 * How a run ends: with an exit code that says what it is worth, and never without a report or in a
 * hang.
 */
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readRecord } from '#dist/lab/load/output/read-record.js';
import { expectOneLine } from '../support/command.js';
import { temporaryDirectory } from '../support/directory.js';
import { linesOf, load, loadCommand } from '../support/load.js';
import { startCommand, until } from '../support/process.js';
import { startRecording } from '../support/recording-service.js';
import { expectReport } from '../support/wrk2-report.js';

const short = ['-t2', '-c4', '-d400ms', '-R100'];

it('one response that is an error is named in the report, and makes the exit code 3', async () => {
  const { url } = await startRecording((_, response, number) => {
    response.statusCode = number === 5 ? 404 : 200;
    response.end();
  });
  const { code, stdout } = await load(...short, url);
  expect(code).toBe(3);
  expect(stdout).toMatch(/^ {2}Non-2xx or 3xx responses: 1$/m);
  expect(stdout).toMatch(/^ +1 {2}answered with status 404$/m);
  expect(stdout).toMatch(
    /^Verdict: NOT VALID\n(.*\n)*? {2}1 failure: 1 of \d+ responses? had an error status/m,
  );
});

it("a script's os.exit() in done() is the exit code, and the report is whole", async () => {
  const { url } = await startRecording();
  const script = join(await temporaryDirectory(), 'exits.lua');
  await writeFile(script, "function done() print('done') os.exit(3) end");
  const { code, stdout, stderr } = await loadCommand(...short, '-s', script, url);
  expect({ code, stderr }).toEqual({ code: 3, stderr: '' });
  expect(stdout).toMatch(/^Requests\/sec: [\s\S]*^done\n[\s\S]*^Verdict: /m);
  await writeFile(script, 'function init() os.exit(0) end');
  expect(await loadCommand(...short, '-s', script, url)).toMatchObject({ code: 0, stderr: '' });
});

it('a full disk under standard output is in the exit code', async () => {
  const { url } = await startRecording();
  const file = join(await temporaryDirectory(), 'run.json');
  await load(...short, '--json', file, url);
  const full = ['/bin/sh', '-c', 'exec "$0" "$@" >/dev/full', process.execPath];
  const commands = [
    ['load', ...short, '--allow-invalid', url],
    ['load', ...short, '--allow-invalid', '--json', '-', url],
    ['compare', file, file],
    ['completion', 'bash'],
  ];
  for (const args of commands) {
    const command = startCommand(args, full);
    // A verdict may have an exit code of its own.
    expect((await command.ended).code, args.join(' ')).toBeGreaterThan(0);
    expect(command.stderr()).toContain("can't write standard output: ENOSPC");
  }
});

it('a service that does not speak TLS ends the run before it begins', async () => {
  const { port } = await startRecording();
  const { code, stderr } = await load(...short, `https://127.0.0.1:${port}/`);
  expect(code).toBe(1);
  expectOneLine(stderr, `can't connect to 127.0.0.1:${port}: no TLS: wrong version number`);
});

describe('Ctrl-C', () => {
  /** Starts a run of a minute, and interrupts it once so much has arrived. */
  async function interrupted(requests: number, ...flags: string[]) {
    const { url, received } = await startRecording();
    const file = join(await temporaryDirectory(), 'run.json');
    const run = startCommand([
      'load',
      '-t2',
      '-c4',
      '-d60s',
      '-R100',
      '-L',
      '--json',
      file,
      ...flags,
      url,
    ]);
    await until('requests arrive', () => received.length >= requests);
    run.child.kill('SIGINT');
    // Both ends of its output are closed by then: no process of its is left.
    const exit = await run.ended;
    const record = readRecord(await readFile(file, 'utf8'), file);
    return { exit, stdout: run.stdout(), stderr: run.stderr(), record };
  }

  it('ends a run early, with a report of what was measured, and exit code 130', async () => {
    const { exit, stdout, stderr, record } = await interrupted(50, '--allow-invalid');
    expect({ exit, stderr }).toEqual({ exit: { code: 130, signal: null }, stderr: '' });
    expectReport(linesOf(stdout), {
      threads: 2,
      connections: 4,
      duration: '1m',
      latency: true,
      early: true,
    });
    expect(stdout).toMatch(/^ {2}It was ended by a signal after [\d.]+ s of 60 s\.$/m);
    expect(record.endedEarly).toBe('signal');
    expect(record.requests.completed).toBeGreaterThan(40);
    // A longer run leaves its first ten seconds out of the percentiles; this one has no others.
    expect(record.latencyFromUs).toBe(0);
    expect(record.latency.count).toBe(
      record.requests.completed + record.unanswered.inFlight + record.unanswered.unsent,
    );
  });
});

describe('a server that', () => {
  async function startOdd(onConnection: (socket: Socket) => void): Promise<string> {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket.on('error', () => {}));
      onConnection(socket);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => {
      server.close();
      for (const socket of sockets) socket.destroy();
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  }

  it('never answers leads to a report of what was lost, and exit code 3', async () => {
    const url = await startOdd((socket) => socket.resume());
    const { code, stdout } = await load(...short, '-L', '-T', '200ms', url);
    expect(code).toBe(3);
    expectReport(linesOf(stdout), { threads: 2, connections: 4, duration: '0.40s', latency: true });
    expect(stdout).toMatch(/^ {2}0 requests in 400\.00ms, 0\.00B read$/m);
    expect(stdout).toMatch(/^ {2}Socket errors: connect 0, read 0, write 0, timeout 4$/m);
    expect(stdout).toMatch(/^ {2}Unanswered at the end: 4 in flight, 36 due but unsent /m);
    expect(stdout).toMatch(/^ {2}Nothing was answered: 4 requests sent, no response came\./m);
  });

  it('closes each connection at its first request is reported, with exit code 3', async () => {
    const url = await startOdd((socket) => socket.once('data', () => socket.end()));
    const { code, stdout } = await load(...short, '-L', url);
    expect(code).toBe(3);
    expectReport(linesOf(stdout), { threads: 2, connections: 4, duration: '0.40s', latency: true });
    expect(stdout).toMatch(/^ {2}Socket errors: connect 0, read [1-9]\d*, write 0, timeout 0$/m);
    expect(stdout).toMatch(/^Verdict: NOT VALID\n {2}Nothing was answered: /m);
  });
});
