/**
 * Lua's C interface, as wasmoon's WebAssembly build exports it. wasmoon's own objects convert every
 * value, which a request can't afford. So only its module is used, and its version is pinned.
 */
import { LuaFactory } from 'wasmoon';

/** Addresses in the module's memory, states and other C pointers. */
type Pointer = number;

/** The part of the module that is used. Strings are passed as addresses. */
export interface LuaModule {
  readonly HEAPU8: Uint8Array;
  readonly HEAPU32: Uint32Array;
  addFunction(call: (state: Pointer) => number, signature: 'ii'): Pointer;
  _malloc(bytes: number): Pointer;
  _free(address: Pointer): void;
  _luaL_newstate(): Pointer;
  _luaL_openlibs(state: Pointer): void;
  _luaL_loadbufferx(
    state: Pointer,
    text: Pointer,
    bytes: number,
    name: Pointer,
    mode: Pointer,
  ): number;
  _luaL_tolstring(state: Pointer, index: number, length: Pointer): Pointer;
  _lua_pcallk(
    state: Pointer,
    given: number,
    wanted: number,
    handler: number,
    context: number,
    continuation: Pointer,
  ): number;
  _lua_checkstack(state: Pointer, slots: number): number;
  _lua_createtable(state: Pointer, items: number, fields: number): void;
  _lua_getglobal(state: Pointer, name: Pointer): number;
  _lua_gettop(state: Pointer): number;
  _lua_newuserdatauv(state: Pointer, bytes: number, values: number): Pointer;
  _lua_next(state: Pointer, index: number): number;
  _lua_pushboolean(state: Pointer, value: number): void;
  _lua_pushcclosure(state: Pointer, call: Pointer, upvalues: number): void;
  _lua_pushlstring(state: Pointer, text: Pointer, bytes: number): Pointer;
  _lua_pushnil(state: Pointer): void;
  _lua_pushnumber(state: Pointer, value: number): void;
  _lua_rawset(state: Pointer, index: number): void;
  _lua_setglobal(state: Pointer, name: Pointer): void;
  _lua_settop(state: Pointer, index: number): void;
  _lua_toboolean(state: Pointer, index: number): number;
  _lua_tolstring(state: Pointer, index: number, length: Pointer): Pointer;
  _lua_tonumberx(state: Pointer, index: number, isNumber: Pointer): number;
  _lua_type(state: Pointer, index: number): number;
}

/** The results of lua_type. */
export const luaType = {
  nil: 0,
  boolean: 1,
  number: 3,
  string: 4,
  table: 5,
  function: 6,
  thread: 8,
} as const;

/** A module with memory of its own: a state that runs out of memory takes no other with it. */
export async function loadLua(): Promise<LuaModule> {
  const lua = await new LuaFactory().getLuaModule();
  const module = lua.module as unknown as LuaModule;
  writeNumbersAsLuaJit(module);
  return module;
}

/**
 * LuaJIT writes the number 5 as "5" always; Lua 5.4 writes "5.0" after a division, which would
 * change every URL that a wrk script computes. 5.4 appends the ".0" when a float's text consists of
 * the characters of this constant (tostringbuff in lobject.c, its one user), so it is emptied.
 */
function writeNumbersAsLuaJit({ HEAPU8 }: LuaModule): void {
  const memory = Buffer.from(HEAPU8.buffer);
  const constant = Buffer.from('\0-0123456789\0');
  const found = memory.indexOf(constant);
  if (found < 0 || memory.indexOf(constant, found + 1) >= 0)
    throw new Error('wasmoon is not the version that Evenkeel was made for: reinstall evenkeel');
  memory[found + 1] = 0;
}
