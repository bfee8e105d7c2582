/** Attaching to a process by its id: what it leaves behind, and whom it never touches. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { attachTo } from '#dist/lab/profile/attach/attach.js';
import { hostOf, isStopped } from '#dist/lab/profile/attach/proc.js';
import { addressIn } from '#dist/lab/profile/attach/process-info.js';
import { callInThread } from '#dist/lab/profile/sampling/inspector-connection.js';
import { until } from '../../support/process.js';
import { freePort, type Program, startProgram } from './program.js';

async function isOpen(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/json/version`).then(
    () => true,
    () => false,
  );
}

/** That it counts on is seen from outside. */
async function expectWell({ stdout, child }: Program): Promise<void> {
  const before = stdout().length;
  await until('it counts on', () => stdout().length > before);
  expect({ code: child.exitCode, signal: child.signalCode }).toEqual({ code: null, signal: null });
}

async function refusal(pid: number): Promise<{ code: string; message: string }> {
  const refused = await attachTo(pid).then(
    ({ detach }) => detach().then(() => expect.fail('attached')),
    (error: { code: string; message: string }) => error,
  );
  expect(refused).toHaveProperty('name', 'ProfileError');
  expect(refused.message).not.toContain('\n');
  return refused;
}

describe('a Node process', () => {
  it('goes on with its inspector closed after it was left, time after time', async () => {
    const program = await startProgram('counts.mjs');
    expect(await isOpen(program.inspectorPort)).toBe(false);
    for (let round = 0; round < 3; round++) {
      const { connection, detach } = await attachTo(program.pid);
      expect(await callInThread(connection, () => process.pid)).toBe(program.pid);
      expect(await isOpen(program.inspectorPort)).toBe(true);
      expect(await detach()).toBe(true);
      expect(await isOpen(program.inspectorPort)).toBe(false);
      await expectWell(program);
    }
  });

  it('keeps an inspector that was open before', async () => {
    const program = await startProgram('counts.mjs', (port) => [`--inspect=127.0.0.1:${port}`]);
    const { connection, detach } = await attachTo(program.pid);
    expect(await callInThread(connection, () => process.pid)).toBe(program.pid);
    expect(await detach()).toBe(true);
    expect(await isOpen(program.inspectorPort)).toBe(true);
    await expectWell(program);
  });

  it('is found at the port that NODE_OPTIONS names', async () => {
    const port = await freePort();
    const program = await startProgram('counts.mjs', () => [], {
      NODE_OPTIONS: `--inspect-port=${port}`,
    });
    const { connection, detach } = await attachTo(program.pid);
    expect(await callInThread(connection, () => process.pid)).toBe(program.pid);
    expect(await detach()).toBe(true);
  });

  it('whose port another Node process has is refused, and both go on', async () => {
    const first = await startProgram('counts.mjs', (port) => [`--inspect=127.0.0.1:${port}`]);
    const second = await startProgram('counts.mjs', () => [
      `--inspect-port=${first.inspectorPort}`,
    ]);
    expect(await refusal(second.pid)).toMatchObject({
      code: 'inspector',
      message: expect.stringMatching(`another process, .* has port ${first.inspectorPort}`),
    });
    await expectWell(first);
    await expectWell(second);
  });

  it('whose port something else has is refused, and goes on', async () => {
    const other = createServer((_, response) => response.end('no inspector'));
    onTestFinished(() => {
      other.close();
    });
    const port = await freePort();
    await new Promise<void>((resolve) => {
      other.listen(port, '127.0.0.1', resolve);
    });
    const program = await startProgram('counts.mjs', () => [`--inspect-port=${port}`]);
    expect(await refusal(program.pid)).toMatchObject({
      code: 'inspector',
      message: expect.stringMatching(`can't open, because another process, .* has port ${port}`),
    });
    await expectWell(program);
  });

  it.each([
    ['with a port that the system chose', 'counts.mjs', () => ['--inspect=0']],
    ['that opened its inspector itself', 'opens.mjs', () => []],
  ])('%s is found by its sockets, and keeps its inspector', async (_, name, flags) => {
    const program = await startProgram(name, flags);
    for (let round = 0; round < 2; round++) {
      const { connection, detach } = await attachTo(program.pid);
      expect(await callInThread(connection, () => process.pid)).toBe(program.pid);
      expect(await detach()).toBe(true);
    }
    await expectWell(program);
  });

  it('that wrote a title over its flags is found, and left closed', async () => {
    const program = await startProgram('titled.mjs');
    const { connection, detach } = await attachTo(program.pid);
    expect(await callInThread(connection, () => process.title)).toBe('a service');
    expect(await isOpen(program.inspectorPort)).toBe(true);
    expect(await detach()).toBe(true);
    expect(await isOpen(program.inspectorPort)).toBe(false);
    await expectWell(program);
  });

  it('that is stopped is refused before it is touched', async () => {
    const program = await startProgram('counts.mjs');
    program.child.kill('SIGSTOP');
    await until('it stands', () => isStopped(program.pid));
    expect(await refusal(program.pid)).toMatchObject({
      code: 'inspector',
      message: expect.stringContaining(`kill -CONT ${program.pid}`),
    });
    program.child.kill('SIGCONT');
    await expectWell(program);
    expect(await isOpen(program.inspectorPort)).toBe(false);
  });

  it('that ends while it is sampled ends the sampling, and says so', async () => {
    const program = await startProgram('counts.mjs');
    const { connection, detach } = await attachTo(program.pid);
    program.child.kill('SIGKILL');
    await until('the connection is lost', () => connection.lost.aborted);
    await expect(callInThread(connection, () => process.pid)).rejects.toMatchObject({
      code: 'gone',
    });
    await detach();
  });
});

describe('a process that is none of ours to attach to', () => {
  it('survives if it is not Node, for the signal is not sent', async () => {
    const sleeping = spawn(process.platform === 'win32' ? 'ping' : 'sleep', ['60'], {
      stdio: 'ignore',
    });
    onTestFinished(() => {
      sleeping.kill('SIGKILL');
    });
    expect(await refusal(sleeping.pid as number)).toMatchObject({
      code: 'not-node',
      message: expect.stringMatching(/sleep, not node/),
    });
    // SIGUSR1 would have ended it first: it was sent earlier, and has the lower number.
    sleeping.kill('SIGTERM');
    expect(await once(sleeping, 'exit')).toEqual([null, 'SIGTERM']);
  });

  it('is refused if there is none, or if it is the asker', async () => {
    const ended = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
    await new Promise((resolve) => ended.on('exit', resolve));
    expect(await refusal(ended.pid as number)).toMatchObject({
      code: 'gone',
      message: `process ${ended.pid} does not exist`,
    });
    expect(await refusal(process.pid)).toMatchObject({ code: 'not-permitted' });
  });
});

describe('the address of an inspector', () => {
  it.each([
    { words: [], address: '127.0.0.1 9229' },
    { words: ['--inspect'], address: '127.0.0.1 9229' },
    { words: ['--inspect=9333'], address: '127.0.0.1 9333' },
    { words: ['--inspect-brk=localhost:9333'], address: 'localhost 9333' },
    { words: ['--inspect=0.0.0.0:9333'], address: '127.0.0.1 9333' },
    { words: ['--inspect=[::1]:9333'], address: '[::1] 9333' },
    { words: ['--inspect-port=9333', '--inspect=127.0.0.2'], address: '127.0.0.2 9333' },
    { words: ['--inspect-port=9333', '--inspect-port=9444'], address: '127.0.0.1 9444' },
    { words: ['--inspector=9333', '--max-old-space-size=9333'], address: '127.0.0.1 9229' },
  ])('is $address by $words', ({ words, address }) => {
    const { host, port } = addressIn(words);
    expect(`${host} ${port}`).toBe(address);
  });
});

describe('an address in the kernel’s table of sockets', () => {
  it.each([
    ['0100007F', '127.0.0.1'],
    ['0200007F', '127.0.0.2'],
    ['00000000', '127.0.0.1'],
    ['00000000000000000000000000000000', '127.0.0.1'],
    ['0000000000000000FFFF00000100007F', '127.0.0.1'],
    ['00000000000000000000000001000000', '[0000:0000:0000:0000:0000:0000:0000:0001]'],
  ])('%s is %s', (hex, host) => {
    expect(hostOf(hex)).toBe(host);
  });
});
