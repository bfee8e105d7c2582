/**
 * Whose turn it is on a machine that the server shares with those who try it. Bad neighbours have
 * machines of their own, and so has the probe. Here neither may wait for, or take, the CPU time of
 * the others: a probe behind busy threads waits some ms for the kernel, whatever the server does.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';

/** `first`: before all others, as far as this user may. `last`: when nothing else wants to run. */
export type Turn = 'first' | 'last';

const policies: Readonly<Record<Turn, readonly string[]>> = {
  first: ['--fifo', '1'],
  last: ['--idle', '0'],
};

/** Whether processes can be told whose turn it is. Needs chrt of util-linux, and root. */
export const canSchedule: boolean = Object.values(policies).every(
  (policy) => spawnSync('chrt', [...policy, 'true']).status === 0,
);

/** A Node process with a channel for messages. Without `canSchedule` it runs as any other. */
export function startNode(turn: Turn, file: string, args: readonly string[]): ChildProcess {
  const command = [...(canSchedule ? ['chrt', ...policies[turn]] : []), process.execPath, file];
  const [program = '', ...more] = [...command, ...args];
  return spawn(program, more, { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
}
