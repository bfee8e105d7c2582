/** How a run ends, by the real command: with an exit code that says what it was worth, and never without a report or in a hang. */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readRecord } from '#dist/lab/load/output/read-record.js';
import { temporaryFolder } from '../support/folder.js';
import { linesOf, load, measure } from '../support/load.js';
import { startCommand, until } from '../support/process.js';
import { startRecording } from '../support/recording-service.js';
import { expectReport } from '../support/wrk2-report.js';

const short = ['-t2', '-c4', '-d400ms', '-R100'];

describe('the exit code', () => {
  it.each([
    { slo: 'p99<30s,errors<1%', code: 0, line: /^SLO held: p99<30s.*\nSLO held: errors<1%/m },
    { slo: 'p50<1us,errors<1%', code: 4, line: /^SLO MISSED: p50<1us.*\nSLO held: errors<1%/m },
  ])('is $code for the objective $slo', async ({ slo, code, line }) => {
    const { url } = await startRecording();
    const run = await load(...short, '--allow-invalid', '--slo', slo, url);
    expect({ code: run.code, stderr: run.stderr }).toEqual({ code, stderr: '' });
    expect(run.stdout).toMatch(line);
  });

  it('is 3 if a single answer is an error, and --allow-invalid makes it 0', async () => {
    const { url } = await startRecording((_, response, number) => {
      response.statusCode = number === 5 ? 404 : 200;
      response.end();
    });
    const { code, stdout } = await load(...short, url);
    expect(code).toBe(3);
    expect(stdout).toMatch(/^ {2}Non-2xx or 3xx responses: 1$/m);
    expect(stdout).toMatch(/^ +1 {2}answered with status 404$/m);
    expect(stdout).toMatch(/^Verdict: NOT VALID\n(.*\n)*? {2}1 failure: status 1/m);
    expect((await load(...short, '--allow-invalid', url)).code).toBe(0);
  });
});

it('what --warmup sends is in no figure', async () => {
  const { url, received } = await startRecording();
  const { record, lines } = await measure(...short, '--warmup', '500ms', url);
  expectReport(lines, { threads: 2, connections: 4, duration: '0.40s' });
  expect(record.requests.sent).toBeLessThanOrEqual(41);
  expect(record.latency.count).toBe(40);
  expect(record.elapsedUs).toBe(400_000);
  expect(received.length).toBeGreaterThan(record.requests.sent + 25);
});

describe('Ctrl-C', () => {
  /** Starts a run of a minute, and interrupts it once so much has arrived. */
  async function interrupted(requests: number, ...flags: string[]) {
    const { url, received } = await startRecording();
    const file = join(await temporaryFolder(), 'run.json');
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

  it('ends a run early: report and record are of what was measured by then, and the exit code is 130', async () => {
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
    // The first ten seconds are left out of the percentiles of a longer run; of this one they are all there is.
    expect(record.latencyFromUs).toBe(0);
    expect(record.latency.count).toBe(
      record.requests.completed + record.unanswered.inFlight + record.unanswered.unsent,
    );
  });

  it('during the warm-up leaves a report without a request', async () => {
    const { exit, stdout, record } = await interrupted(10, '--warmup', '60s');
    expect(exit.code).toBe(130);
    expectReport(linesOf(stdout), {
      threads: 2,
      connections: 4,
      duration: '1m',
      latency: true,
      early: true,
    });
    expect(record.requests).toEqual({ sent: 0, completed: 0, completedPerSecond: 0 });
    expect([record.latency.count, record.elapsedUs]).toEqual([0, 0]);
    expect(stdout).not.toMatch(/Infinity|NaN/);
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
    expect(stdout).toMatch(/^ {2}Nothing was answered: 4 requests sent, no answer came\./m);
  });

  it('closes each connection at the first request leads to a report that says so, and exit code 3', async () => {
    const url = await startOdd((socket) => socket.once('data', () => socket.end()));
    const { code, stdout } = await load(...short, '-L', url);
    expect(code).toBe(3);
    expectReport(linesOf(stdout), { threads: 2, connections: 4, duration: '0.40s', latency: true });
    expect(stdout).toMatch(/^ {2}Socket errors: connect 0, read [1-9]\d*, write 0, timeout 0$/m);
    expect(stdout).toMatch(/^Verdict: NOT VALID\n {2}Nothing was answered: /m);
  });
});
