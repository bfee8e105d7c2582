/** A state with all libraries, the `wrk` table filled in, and the script's top level run. */
import { dirname } from 'node:path';
import { formatAddress, parseAddress, parseUrl } from '../address.js';
import type { ScriptThread } from '../channel.js';
import { connects, lookup } from '../resolver.js';
import type { ScriptMainOptions } from '../script.js';
import { withDoubleNumerals, withDoubles } from './doubles.js';
import { dateFunctions } from './host-dates.js';
import { fileFunctions } from './host-files.js';
import { bytesOf, type HostFunction, textOf } from './host-function.js';
import { baseLibrary } from './library/base.js';
import { bitLibrary } from './library/bit.js';
import { bufferLibrary } from './library/buffer.js';
import { debugLibrary } from './library/debug.js';
import { doneLibrary } from './library/done.js';
import { environmentLibrary } from './library/environments.js';
import { fileLibrary } from './library/files.js';
import { formatLibrary } from './library/format.js';
import { hostLibrary, lastLibrary } from './library/host.js';
import { ioLibrary } from './library/io.js';
import { mathLibrary } from './library/math.js';
import { osLibrary } from './library/os.js';
import { randomLibrary } from './library/random.js';
import { stringLibrary } from './library/strings.js';
import { tableLibrary } from './library/tables.js';
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
    ...dateFunctions(),
    ...machineFunctions(),
    ...threadFunctions(threads),
    statistic,
    exit: (code: LuaValue) => state.exit(code as number),
    rewrite: (text: LuaValue) => withDoubles(text as string),
  };
  for (const [name, call] of Object.entries(functions)) state.define(`evenkeel_host_${name}`, call);
  state.defineUserdata('evenkeel_host_userdata');
  state.run(hostLibrary, '=evenkeel/host');
  for (const [name, library] of Object.entries(libraries)) {
    const text = withIntegers.includes(name) ? library : withDoubleNumerals(library);
    state.run(text, `=evenkeel/${name}`);
  }
  state.explainErrors('evenkeel_explain');
  state.run(withDoubleNumerals(wrkLibrary), '=evenkeel/wrk', undefined, [given(options)]);
  state.run(lastLibrary, '=evenkeel/last', undefined, [bytesOf(modulePath(options.file))]);
  // LuaJIT skips a byte order mark, and then a first line for the shell.
  const text = options.text.replace(/^\xef\xbb\xbf/, '').replace(/^#.*/, '');
  state.run(withDoubles(text), `@${bytesOf(options.file)}`);
  return state;
}

/** In their order. */
const libraries: Readonly<Record<string, string>> = {
  math: mathLibrary,
  random: randomLibrary,
  bit: bitLibrary,
  format: formatLibrary,
  strings: stringLibrary,
  tables: tableLibrary,
  base: baseLibrary,
  environments: environmentLibrary,
  os: osLibrary,
  files: fileLibrary,
  io: ioLibrary,
  buffer: bufferLibrary,
  debug: debugLibrary,
  done: doneLibrary,
};
/** The two that compute with integers inside. */
const withIntegers = ['random', 'bit'];

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
    hyperbolic: (name, x) => Math[name as 'sinh' | 'cosh' | 'tanh'](x as number),
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
