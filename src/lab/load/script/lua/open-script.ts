/** A state with all libraries, the `wrk` table filled in, and the script's top level run. */
import { dirname } from 'node:path';
import { formatAddress, parseAddress, parseUrl } from '../address.js';
import type { ScriptThread } from '../channel.js';
import { connects, lookup } from '../resolver.js';
import type { ScriptMainOptions } from '../script.js';
import { fileFunctions } from './host-files.js';
import { bytesOf, type HostFunction, textOf } from './host-function.js';
import { baseLibrary } from './library/base.js';
import { doneLibrary } from './library/done.js';
import { fileLibrary } from './library/files.js';
import { hostLibrary, lastLibrary } from './library/host.js';
import { ioLibrary } from './library/io.js';
import { numberLibrary } from './library/numbers.js';
import { wrkLibrary } from './library/wrk.js';
import { LuaState } from './lua-state.js';
import type { LuaTable, LuaValue } from './lua-values.js';
import { loadLua } from './wasm.js';

/** @param threads those that the script can reach, by number; 0 is the state's own */
export async function openScript(
  options: ScriptMainOptions,
  threads: readonly ScriptThread[],
  statistic: HostFunction,
): Promise<LuaState> {
  const state = new LuaState(await loadLua());
  const functions = {
    ...fileFunctions(),
    ...machineFunctions(),
    ...threadFunctions(threads),
    statistic,
  };
  for (const [name, call] of Object.entries(functions)) state.define(`evenkeel_host_${name}`, call);
  const libraries = {
    host: hostLibrary,
    base: baseLibrary,
    numbers: numberLibrary,
    files: fileLibrary,
    io: ioLibrary,
    done: doneLibrary,
  };
  for (const [name, library] of Object.entries(libraries)) state.run(library, `=evenkeel/${name}`);
  state.explainErrors('evenkeel_explain');
  state.run(wrkLibrary, '=evenkeel/wrk', undefined, [given(options)]);
  state.run(lastLibrary, '=evenkeel/last', undefined, [bytesOf(modulePath(options.file))]);
  // LuaJIT skips a first line for the shell.
  state.run(options.text.replace(/^#.*/, ''), `@${bytesOf(options.file)}`);
  return state;
}

/** Modules lie in the script's directory, or in the working directory. */
function modulePath(file: string): string {
  return [...new Set([dirname(file), '.'])]
    .flatMap((path) => [`${path}/?.lua`, `${path}/?/init.lua`])
    .join(';');
}

function given({ url, headers, addresses }: ScriptMainOptions): LuaTable {
  const { scheme, host, port, path } = parseUrl(url);
  const fields = new Map<LuaValue, LuaValue>([
    ['scheme', scheme],
    ['host', bytesOf(host)],
    ['port', port],
    ['path', bytesOf(path)],
    ['headers', luaList(headers.map((header) => luaList(header.map(bytesOf))))],
  ]);
  if (addresses !== undefined) fields.set('addresses', luaList(addresses.map(formatAddress)));
  return fields;
}

export function luaList(values: readonly LuaValue[], first = 1): LuaTable {
  return new Map(values.map((value, index) => [index + first, value]));
}

function machineFunctions(): Record<string, HostFunction> {
  return {
    environment: (name) => {
      const value = process.env[textOf(name as string)];
      return value === undefined ? undefined : bytesOf(value);
    },
    time_us: () => Math.floor((performance.timeOrigin + performance.now()) * 1000),
    lookup: (host, service) =>
      luaList(lookup(textOf(host as string), service as string | undefined).map(formatAddress)),
    connect: (address) => connects(parseAddress(address as string)),
  };
}

function threadFunctions(threads: readonly ScriptThread[]): Record<string, HostFunction> {
  const thread = (number: LuaValue) => threads[number as number] as ScriptThread;
  return {
    thread_get: (number, name) => thread(number).getGlobal(textOf(name as string)) as LuaValue,
    thread_set: (number, name, value) => {
      thread(number).setGlobal(textOf(name as string), value);
      return undefined;
    },
    thread_stop: (number) => {
      thread(number).stop();
      return undefined;
    },
    thread_address: (number) => {
      const address = thread(number).threadAddress;
      return address && formatAddress(address);
    },
    thread_set_address: (number, address) => {
      thread(number).threadAddress = parseAddress(address as string);
      return undefined;
    },
  };
}
