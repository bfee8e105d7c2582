/** Functions of ours as functions that Lua can call. */
import type { LuaValue, LuaValues } from './lua-values.js';
import type { LuaModule } from './wasm.js';

/** Called from Lua. Its errors become errors of the script. */
export type HostFunction = (...values: LuaValue[]) => LuaValue;

/**
 * In Lua the function returns true and its result, or false and the error's message. The library in
 * Lua raises it, because lua_error() would unwind frames of JavaScript. The state is that of the
 * running coroutine.
 */
export function callableFromLua(lua: LuaModule, values: LuaValues, call: HostFunction) {
  return (state: number): number => {
    const given: LuaValue[] = [];
    try {
      const count = lua._lua_gettop(state);
      for (let index = 1; index <= count; index++) given.push(values.read(state, index));
      const result = call(...given);
      lua._lua_pushboolean(state, 1);
      values.push(state, result);
    } catch (error) {
      lua._lua_settop(state, 0);
      lua._lua_pushboolean(state, 0);
      values.push(state, bytesOf(error instanceof Error ? error.message : String(error)));
    }
    return 2;
  };
}

/** Text as Lua has it: one character for each byte of its UTF-8. */
export function bytesOf(text: string): string {
  return Buffer.from(text).toString('latin1');
}

/** The reverse of {@link bytesOf}, for messages and names. */
export function textOf(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString();
}
