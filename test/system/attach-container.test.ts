/** Processes in namespaces of their own, as containers have them: profiled, or refused by name. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import { attachTo } from '#dist/lab/profile/attach/attach.js';
import { listenersOf } from '#dist/lab/profile/attach/proc.js';
import { callInThread } from '#dist/lab/profile/sampling/inspector-connection.js';
import { freePort } from '../lab/profile/program.js';
import { requireMachine } from '../support/requirements.js';

beforeAll(() => requireMachine({ programs: ['unshare'], root: true }));

const counts = fileURLToPath(new URL('../lab/profile/programs/counts.mjs', import.meta.url));

/** @returns the id that the process has for us */
async function startIn(namespaces: readonly string[]): Promise<number> {
  const args = [...namespaces, process.execPath, `--inspect-port=${await freePort()}`, counts];
  const child = spawn('unshare', args, { stdio: ['ignore', 'pipe', 'ignore'] });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  await once(child.stdout, 'data');
  const isFork = namespaces.includes('--fork');
  const children = `/proc/${child.pid}/task/${child.pid}/children`;
  return isFork ? Number(readFileSync(children, 'latin1')) : (child.pid as number);
}

it('a process with ids of its own is attached to, and left as it was', async () => {
  const pid = await startIn(['--pid', '--fork', '--kill-child', '--mount-proc']);
  for (let round = 0; round < 2; round++) {
    const { connection, detach } = await attachTo(pid);
    expect(await callInThread(connection, () => process.pid)).toBe(1);
    expect(await detach()).toBe(true);
  }
});

it('a process with a network of its own is refused before it is touched', async () => {
  const pid = await startIn(['--net']);
  await expect(attachTo(pid)).rejects.toMatchObject({
    name: 'ProfileError',
    message: expect.stringMatching(/has a network of its own, as in a container; run .* in there/),
  });
  expect(listenersOf(pid)?.own).toEqual([]);
});
