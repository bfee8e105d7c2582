/** Files for the io library in Lua: handles are file descriptors, names and content are bytes. */
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fstatSync,
  lstatSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmdirSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { bytesOf, type HostFunction, textOf } from './host-function.js';
import { openUnnamed, processes } from './host-processes.js';
import type { LuaTable, LuaValue } from './lua-values.js';

/** A regular file has a position of its own here; a pipe or terminal has none. */
type Position = number | null;

const pause = new Int32Array(new SharedArrayBuffer(4));

/** Each returns what was asked for, or a table with Lua's message and the number of the error. */
export function fileFunctions(): Record<string, HostFunction> {
  const positions = new Map<number, Position>();
  const at = (handle: LuaValue): Position => positions.get(handle as number) ?? null;
  const move = (handle: LuaValue, bytes: number): void => {
    const from = at(handle);
    if (from !== null) positions.set(handle as number, from + bytes);
  };
  const { functions, closing } = processes({
    temporary: () => openUnnamed(temporaryName()),
    rewind: (handle) => positions.set(handle, 0),
  });
  return {
    ...functions,
    file_open: (name, mode) =>
      orProblem(name, () => {
        const handle = openSync(textOf(name as string), mode as string);
        const status = fstatSync(handle);
        const start = (mode as string).startsWith('a') ? status.size : 0;
        positions.set(handle, status.isFile() ? start : null);
        return handle;
      }),
    file_read: (handle, bytes) =>
      orProblem(undefined, () => {
        const buffer = Buffer.allocUnsafe(bytes as number);
        const read = patiently(() =>
          readSync(handle as number, buffer, 0, buffer.length, at(handle)),
        );
        move(handle, read);
        return buffer.toString('latin1', 0, read);
      }),
    file_write: (handle, text) =>
      orProblem(undefined, () => {
        write(handle as number, Buffer.from(text as string, 'latin1'), at(handle));
        move(handle, (text as string).length);
        return undefined;
      }),
    file_seek: (handle, whence, offset) =>
      orProblem(undefined, () => {
        const from =
          whence === 'set' ? 0 : whence === 'end' ? fstatSync(handle as number).size : at(handle);
        if (from === null) throw problem('Illegal seek', constants.errno.ESPIPE);
        if (from + (offset as number) < 0)
          throw problem('Invalid argument', constants.errno.EINVAL);
        positions.set(handle as number, from + (offset as number));
        return from + (offset as number);
      }),
    file_close: (handle) =>
      orProblem(undefined, () => {
        closing(handle as number);
        positions.delete(handle as number);
        closeSync(handle as number);
        return undefined;
      }),
    file_exists: (name) =>
      existsSync(textOf(name as string)) && !statSync(textOf(name as string)).isDirectory(),
    file_text: (name) =>
      orProblem(name, () => readFileSync(textOf(name as string)).toString('latin1')),
    // As C's remove(): also a directory that is empty.
    file_remove: (name) =>
      orProblem(name, () => {
        const file = textOf(name as string);
        if (lstatSync(file).isDirectory()) rmdirSync(file);
        else unlinkSync(file);
        return undefined;
      }),
    file_rename: (from, to) =>
      orProblem(from, () => {
        renameSync(textOf(from as string), textOf(to as string));
        return undefined;
      }),
    file_temporary: () => {
      const name = temporaryName();
      closeSync(openSync(name, 'wx', 0o600));
      return bytesOf(name);
    },
  };
}

function temporaryName(): string {
  return join(tmpdir(), `lua_${randomBytes(6).toString('base64url').slice(0, 6)}`);
}

function problem(message: string, errno: number): Error {
  return Object.assign(new Error(message), { errno });
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
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      Atomics.wait(pause, 0, 0, 1);
    }
}

/** The result, or a table with Lua's message and the number of the error. */
function orProblem(name: LuaValue, attempt: () => LuaValue): LuaValue {
  try {
    return attempt();
  } catch (error) {
    const place = name === undefined ? '' : `${name}: `;
    const table: LuaTable = new Map<LuaValue, LuaValue>([
      [1, `${place}${systemMessage(error)}`],
      [2, Math.abs((error as NodeJS.ErrnoException).errno ?? 0)],
    ]);
    return table;
  }
}

/** "ENOENT: no such file or directory, open 'x'" as C has it: "No such file or directory". */
export function systemMessage(error: unknown): string {
  const text =
    /^[A-Z0-9]+: ([^,]*)/.exec((error as Error).message)?.[1] ?? (error as Error).message;
  return text.charAt(0).toUpperCase() + text.slice(1);
}
