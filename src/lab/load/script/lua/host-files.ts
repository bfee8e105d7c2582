/** Files for the io library in Lua: handles are file descriptors, names and content are bytes. */
import {
  closeSync,
  existsSync,
  fstatSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bytesOf, type HostFunction, textOf } from './host-function.js';
import type { LuaTable, LuaValue } from './lua-values.js';

/** A regular file has a position of its own here; a pipe or terminal has none. */
type Position = number | null;

const pause = new Int32Array(new SharedArrayBuffer(4));

export function fileFunctions(): Record<string, HostFunction> {
  const positions = new Map<number, Position>();
  const at = (handle: LuaValue): Position => positions.get(handle as number) ?? null;
  const move = (handle: LuaValue, bytes: number): void => {
    const from = at(handle);
    if (from !== null) positions.set(handle as number, from + bytes);
  };
  return {
    file_open: (name, mode) =>
      orProblem(name, () => {
        const handle = openSync(textOf(name as string), mode as string);
        const status = fstatSync(handle);
        const start = (mode as string).startsWith('a') ? status.size : 0;
        positions.set(handle, status.isFile() ? start : null);
        return handle;
      }),
    file_read: (handle, bytes) => {
      const buffer = Buffer.allocUnsafe(bytes as number);
      const read = patiently(() =>
        readSync(handle as number, buffer, 0, buffer.length, at(handle)),
      );
      move(handle, read);
      return buffer.toString('latin1', 0, read);
    },
    file_write: (handle, text) => {
      write(handle as number, Buffer.from(text as string, 'latin1'), at(handle));
      move(handle, (text as string).length);
      return undefined;
    },
    file_seek: (handle, whence, offset) => {
      const from =
        whence === 'set' ? 0 : whence === 'end' ? fstatSync(handle as number).size : at(handle);
      if (from === null) throw new Error('Illegal seek');
      if (from + (offset as number) < 0) throw new Error('Invalid argument');
      positions.set(handle as number, from + (offset as number));
      return from + (offset as number);
    },
    file_close: (handle) => {
      positions.delete(handle as number);
      closeSync(handle as number);
      return undefined;
    },
    file_exists: (name) =>
      existsSync(textOf(name as string)) && !statSync(textOf(name as string)).isDirectory(),
    file_text: (name) =>
      orProblem(name, () => readFileSync(textOf(name as string)).toString('latin1')),
    file_remove: (name) => problemOf(name, () => rmSync(textOf(name as string))),
    file_rename: (from, to) =>
      problemOf(from, () => renameSync(textOf(from as string), textOf(to as string))),
    file_temporary: () =>
      bytesOf(join(tmpdir(), `lua_${process.pid}_${Math.random().toString(36).slice(2)}`)),
  };
}

function write(handle: number, bytes: Buffer, from: Position): void {
  for (let done = 0; done < bytes.length; )
    done += patiently(() =>
      writeSync(handle, bytes, done, bytes.length - done, from === null ? null : from + done),
    );
}

/** A pipe or terminal that is non-blocking says EAGAIN when it is full, or empty. */
export function patiently(attempt: () => number): number {
  while (true)
    try {
      return attempt();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EOF') return 0;
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw new Error(systemMessage(error));
      Atomics.wait(pause, 0, 0, 1);
    }
}

/** The result, or a table with Lua's message and the number of the error. */
function orProblem(name: LuaValue, attempt: () => LuaValue): LuaValue {
  try {
    return attempt();
  } catch (error) {
    const problem: LuaTable = new Map<LuaValue, LuaValue>([
      [1, `${name}: ${systemMessage(error)}`],
      [2, Math.abs((error as NodeJS.ErrnoException).errno ?? 0)],
    ]);
    return problem;
  }
}

function problemOf(name: LuaValue, attempt: () => void): LuaValue {
  const result = orProblem(name, () => {
    attempt();
    return undefined;
  });
  return typeof result === 'object' ? result.get(1) : undefined;
}

/** "ENOENT: no such file or directory, open 'x'" as C has it: "No such file or directory". */
export function systemMessage(error: unknown): string {
  const text =
    /^[A-Z0-9]+: ([^,]*)/.exec((error as Error).message)?.[1] ?? (error as Error).message;
  return text.charAt(0).toUpperCase() + text.slice(1);
}
