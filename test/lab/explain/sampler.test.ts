/** The kernel's figures of a real process: one that is stopped, and one that ends. */
import { expect, test } from 'vitest';
import { Sampler } from '#dist/lab/explain/kernel/sampler.js';
import { Thread } from '#dist/lab/explain/kernel/thread.js';
import { monotonicClock } from '#dist/lab/load/generator/clock.js';
import { until } from '../../support/process.js';
import { startProgram } from '../profile/program.js';

const { now } = monotonicClock();

test('a process that a signal stops is seen to stand from then on, until it ends', async () => {
  const { pid, child } = await startProgram('counts.mjs');
  const sampler = new Sampler(pid, now);
  child.kill('SIGSTOP');
  const stoppedUs = now();
  await until('it is seen', () => {
    sampler.sample();
    return sampler.seen().some(({ kind }) => kind === 'stopped');
  });
  child.kill('SIGKILL');
  await until('it has ended', () => child.signalCode !== null);
  sampler.sample();
  const { seen, ended } = sampler.end();
  expect(ended).toBe('the process ended');
  const stopped = seen.filter(({ kind }) => kind === 'stopped');
  expect(stopped).toHaveLength(1);
  expect(stopped[0]?.toUs).toBeGreaterThan(stoppedUs);
});

test('a process that is not there can not be looked at', () => {
  expect(() => new Sampler(2 ** 22 + 1, now)).toThrow('the kernel tells nothing of it');
});

test('a thread that ended before its files were opened is not taken for an idle one', () => {
  const thread = new Thread(`/proc/${process.pid}/task/${2 ** 22 + 1}`, false);
  expect(() => thread.look()).toThrow('the kernel tells nothing of it');
  thread.close();
});
