/** The cluster that the other tests stand on: what kill, pause and restart do to a real node. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { attachCluster } from './nodes/cluster.js';

const cluster = attachCluster();
if (cluster === undefined) throw new Error('no cluster: setup.ts starts one');
const last = cluster.settings.nodes;

const stateOf = async (node: number) =>
  (await cluster.status()).find((status) => status.node === node);

/** The compiled command, without npm and the compiler around it. */
function run(...args: string[]) {
  const file = fileURLToPath(new URL('../../build/cluster/command.js', import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, [file, ...args], {
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

afterEach(() => cluster.heal());

test('a cluster that is ready reads at ALL on each node', async () => {
  for (const status of await cluster.status())
    expect(status).toMatchObject({ state: 'running', grade: 'whole' });
  expect(run('status')).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/(\d +127\.0\.0\.\d:9042 +running.*sees all others.*\n){3}/),
  });
});

test('a start takes the cluster that runs, unless it was started otherwise', () => {
  expect(run('start')).toMatchObject({ status: 0, stdout: expect.stringMatching(/^Runs already/) });
  const other = cluster.settings.commitlog === 'batch' ? 'periodic' : 'batch';
  expect(run('start', '--commitlog', other)).toEqual({
    status: 1,
    stdout: '',
    stderr: expect.stringMatching(/^cassandra: a cluster runs already, with other settings .*\n$/),
  });
});

test('a killed node is down and missed by the others, until a restart on its data', async () => {
  const before = await stateOf(last);
  expect(run('kill', String(last))).toMatchObject({
    status: 0,
    stdout: `Node ${last} is killed.\n`,
  });
  expect(await stateOf(last)).toMatchObject({ state: 'down', grade: 'silent' });
  expect(await cluster.probe(1)).toBe('answers');
  expect(await cluster.kill(last)).toBe(false);
  expect(run('pause', String(last))).toEqual({
    status: 1,
    stdout: '',
    stderr: `cassandra: node ${last} is down: npm run cassandra -- restart ${last}\n`,
  });

  await cluster.restart(last);
  const after = await stateOf(last);
  expect(after).toMatchObject({ state: 'running', grade: 'whole' });
  expect(after?.pid).not.toBe(before?.pid);
});

test('a paused node keeps its process and does not serve, until it is resumed', async () => {
  const before = await stateOf(last);
  expect(await cluster.pause(last)).toBe(true);
  expect(await stateOf(last)).toMatchObject({ state: 'paused', pid: before?.pid });
  expect(await cluster.probe(last)).toBe('silent');
  await expect(cluster.ready()).rejects.toThrow(`node ${last} is paused: resume it`);

  expect(await cluster.resume(last)).toBe(true);
  await cluster.ready();
  expect(await stateOf(last)).toMatchObject({ state: 'running', pid: before?.pid, grade: 'whole' });
});
