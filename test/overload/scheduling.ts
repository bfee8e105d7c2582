/**
 * Whose turn it is on a machine that the server shares with those who try it. Bad neighbours have
 * machines of their own, and so has the probe. A probe behind busy threads would wait some ms for
 * the kernel, whatever the server does. So it goes first here, and attackers give way.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';

export type Turn = 'first' | 'last';

const commands: Readonly<Record<Turn, readonly string[]>> = {
  first: ['chrt', '--fifo', '1'],
  last: ['nice', '-n', '10'],
};

/** Whether a process may go first. Needs chrt of util-linux, and root. */
export const canGoFirst: boolean =
  spawnSync('chrt', [...commands.first.slice(1), 'true']).status === 0;

/** A Node process with a channel for messages. */
export function startNode(turn: Turn, file: string, args: readonly string[]): ChildProcess {
  const command = turn === 'first' && !canGoFirst ? [] : commands[turn];
  const [program = '', ...more] = [...command, process.execPath, file, ...args];
  return spawn(program, more, { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
}
