/**
 * One Lua state: runs pieces of Lua and global functions, and lets them call functions of ours.
 * Each method but pushGlobal(), call() and pop() leaves Lua's stack as it was.
 */
import { ScriptError, ScriptExit } from '../../load-errors.js';
import { callableFromLua, type HostFunction, textOf } from './host-function.js';
import { type LuaValue, LuaValues } from './lua-values.js';
import { type LuaModule, luaType } from './wasm.js';

const ok = 0;
/** LUA_IDSIZE of luaconf.h without the zero: Lua cuts the front off longer names in messages. */
const maxNameLength = 59;

export class LuaState {
  readonly #lua: LuaModule;
  readonly #values: LuaValues;
  readonly #state: number;
  /** Index on the stack of the function that explains errors; 0 if there is none. */
  #handler = 0;
  #exitCode: number | undefined;
  /** Full names of files that Lua shortens in its messages, by the short form. */
  readonly #longNames = new Map<string, string>();

  constructor(lua: LuaModule) {
    this.#lua = lua;
    this.#values = new LuaValues(lua);
    this.#state = lua._luaL_newstate();
    lua._luaL_openlibs(this.#state);
  }

  /** From here on errors go through this global function, which stays on the stack. */
  explainErrors(handler: string): void {
    this.pushGlobal(this.name(handler));
    this.#handler = this.#lua._lua_gettop(this.#state);
  }

  /** The address of a name, kept for good. */
  name(text: string): number {
    return this.#values.name(text);
  }

  /** Runs a piece of Lua and returns its first result. @param where the hook, for an error */
  run(text: string, chunkName: string, where?: string, values: readonly LuaValue[] = []): LuaValue {
    if (chunkName.length - 1 > maxNameLength)
      this.#longNames.set(`...${chunkName.slice(3 - maxNameLength)}`, chunkName.slice(1));
    const name = this.#values.name(chunkName);
    const code = this.#values.scratch(text);
    const failed = this.#lua._luaL_loadbufferx(this.#state, code, text.length, name, 0);
    this.#lua._free(name);
    if (failed !== ok) throw this.#failure(where);
    return this.#callWith(values, where);
  }

  /** Calls a global function. @returns its first result */
  callGlobal(name: number, where: string, values: readonly LuaValue[] = []): LuaValue {
    this.pushGlobal(name);
    return this.#callWith(values, where);
  }

  /** Calls a global function without arguments; undefined if it returns no string. Fast. */
  callForText(name: number, where: string): string | undefined {
    this.pushGlobal(name);
    this.call(0, 1, where);
    const isText = this.#lua._lua_type(this.#state, -1) === luaType.string;
    const text = isText ? this.#values.text(this.#state, -1) : undefined;
    this.pop(1);
    return text;
  }

  /** Calls a global function with the parts of a response. Fast. */
  callWithResponse(
    name: number,
    where: string,
    status: number,
    headers: Readonly<Record<string, string>>,
    body: Uint8Array,
  ): void {
    this.pushGlobal(name);
    this.#lua._lua_pushnumber(this.#state, status);
    this.#lua._lua_createtable(this.#state, 0, 8);
    for (const header in headers) {
      this.#values.pushText(this.#state, header);
      this.#values.pushText(this.#state, headers[header] as string);
      this.#lua._lua_rawset(this.#state, -3);
    }
    this.#values.pushBytes(this.#state, body);
    this.call(3, 0, where);
  }

  /** Calls what lies below the given values on the stack. @throws ScriptError, ScriptExit */
  call(given: number, wanted: number, where: string | undefined): void {
    const failed = this.#lua._lua_pcallk(this.#state, given, wanted, this.#handler, 0, 0) !== ok;
    if (this.#exitCode !== undefined) throw new ScriptExit(this.#exitCode);
    if (failed) throw this.#failure(where);
  }

  /** os.exit(): the call that runs is the last, also if the script catches the error. */
  exit(code: number): never {
    this.#exitCode ??= code;
    throw new Error(`the script ended the run with os.exit(${code})`);
  }

  isFunction(name: number): boolean {
    const type = this.pushGlobal(name);
    this.pop(1);
    return type === luaType.function;
  }

  pushGlobal(name: number): number {
    return this.#lua._lua_getglobal(this.#state, name);
  }

  getGlobal(name: string): LuaValue {
    const address = this.#values.name(name);
    this.pushGlobal(address);
    this.#lua._free(address);
    return this.#popValue();
  }

  setGlobal(name: string, value: LuaValue): void {
    const address = this.#values.name(name);
    this.#values.push(this.#state, value);
    this.#lua._lua_setglobal(this.#state, address);
    this.#lua._free(address);
  }

  pop(count: number): void {
    this.#lua._lua_settop(this.#state, -count - 1);
  }

  /** Makes a function of ours a global. */
  define(name: string, call: HostFunction): void {
    this.#defineRaw(name, callableFromLua(this.#lua, this.#values, call));
  }

  /** Makes a global that returns new userdata, which keeps one value of Lua's. */
  defineUserdata(name: string): void {
    this.#defineRaw(name, (state) => {
      this.#lua._lua_pushboolean(state, 1);
      this.#lua._lua_newuserdatauv(state, 0, 1);
      return 2;
    });
  }

  #defineRaw(name: string, call: (state: number) => number): void {
    const address = this.#lua.addFunction(call, 'ii');
    this.#lua._lua_pushcclosure(this.#state, address, 0);
    this.#lua._lua_setglobal(this.#state, this.name(name));
  }

  #callWith(values: readonly LuaValue[], where: string | undefined): LuaValue {
    for (const value of values) this.#values.push(this.#state, value);
    this.call(values.length, 1, where);
    return this.#popValue();
  }

  #popValue(): LuaValue {
    const top = this.#lua._lua_gettop(this.#state);
    try {
      return this.#values.read(this.#state, top);
    } finally {
      this.#lua._lua_settop(this.#state, top - 1);
    }
  }

  #failure(where: string | undefined): ScriptError {
    let bytes = this.#values.describe(this.#state, -1);
    this.pop(2);
    // A tail call leaves no caller to name.
    const hook = /^(\w+)\(\)$/.exec(where ?? '')?.[1];
    if (hook !== undefined && !/^[^\n]*?:\d+: /.test(bytes)) bytes = this.#placeOf(hook) + bytes;
    for (const [short, long] of this.#longNames) bytes = bytes.replaceAll(short, () => long);
    return new ScriptError(textOf(bytes) + (where === undefined ? '' : ` (in ${where})`));
  }

  #placeOf(hook: string): string {
    this.pushGlobal(this.name('evenkeel_place'));
    this.#values.push(this.#state, hook);
    const failed = this.#lua._lua_pcallk(this.#state, 1, 1, 0, 0, 0) !== ok;
    const place = this.#popValue();
    return failed || typeof place !== 'string' ? '' : place;
  }
}
