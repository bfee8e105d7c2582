/**
 * os.execute and io.popen. A script waits for what it calls, so a process runs to its end: one that
 * is read from when it is opened, one that is written to when it is closed.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, openSync, rmSync } from 'node:fs';
import { constants } from 'node:os';
import type { HostFunction } from './host-function.js';
import { textOf } from './host-function.js';
import type { LuaValue } from './lua-values.js';

interface Files {
  /** Opens a new file for both, and forgets its name. */
  readonly temporary: () => number;
  /** A file that is read from its beginning. */
  readonly rewind: (handle: number) => void;
}

export interface Processes {
  readonly functions: Record<string, HostFunction>;
  /** Runs what was written to, before its file is closed. */
  readonly closing: (handle: number) => void;
}

export function processes({ temporary, rewind }: Files): Processes {
  const written = new Map<number, string>();
  return {
    functions: {
      execute: (command) => run(command, 'inherit', 'inherit'),
      process_open: (command, mode) => {
        const handle = temporary();
        if (mode === 'w') written.set(handle, command as string);
        else run(command, 'inherit', handle);
        rewind(handle);
        return handle;
      },
    },
    closing: (handle) => {
      const command = written.get(handle);
      written.delete(handle);
      if (command === undefined) return;
      // Another description of the same file, which begins at its beginning.
      const input = openSync(`/proc/self/fd/${handle}`, 'r');
      run(command, input, 'inherit');
      closeSync(input);
    },
  };
}

/** @returns what wait() says: 256 times the exit code, or the number of the signal */
function run(command: LuaValue, input: number | 'inherit', output: number | 'inherit'): number {
  const { status, signal } = spawnSync('/bin/sh', ['-c', textOf(command as string)], {
    stdio: [input, output, 'inherit'],
  });
  if (signal !== null) return constants.signals[signal];
  return status === null ? -1 : status * 256;
}

/** A file without a name, gone when it is closed. */
export function openUnnamed(name: string): number {
  const handle = openSync(name, 'wx+', 0o600);
  rmSync(name);
  return handle;
}
