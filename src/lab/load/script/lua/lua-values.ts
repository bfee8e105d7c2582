/**
 * Values on their way into Lua and out of it. Lua's strings are bytes: a JavaScript string holds
 * one byte per character (latin1). Tables are copied; functions and the like cannot leave their
 * state.
 *
 * Numbers go in as floats, the only kind in LuaJIT, so they divide, overflow and print as there.
 */
import { type LuaModule, luaType } from './wasm.js';

export type LuaValue = undefined | boolean | number | string | LuaTable;
export type LuaTable = ReadonlyMap<LuaValue, LuaValue>;

/** Tables within tables; more is taken for a table that contains itself. */
const maxDepth = 64;
const smallScratch = 64 * 1024;

export class LuaValues {
  readonly #lua: LuaModule;
  /** Where lua_tolstring puts a length. */
  readonly #length: number;
  /** The module's memory; replaced when it has grown. */
  #memory: Buffer;
  /** Memory for strings on their way into Lua; replaced when it is too small. */
  #scratch = { address: 0, bytes: 0 };

  constructor(lua: LuaModule) {
    this.#lua = lua;
    this.#length = lua._malloc(4);
    this.#memory = Buffer.from(lua.HEAPU8.buffer);
  }

  /** The address of a zero-terminated copy of a name, to be freed by the caller. */
  name(text: string): number {
    const address = this.#lua._malloc(text.length + 1);
    this.#bytes().write(`${text}\0`, address, 'latin1');
    return address;
  }

  /** Copies text to a place that is overwritten by the next call. */
  scratch(text: string): number {
    if (text.length > this.#scratch.bytes) {
      this.#lua._free(this.#scratch.address);
      const bytes = Math.max(text.length, smallScratch);
      this.#scratch = { address: this.#lua._malloc(bytes), bytes };
    }
    this.#bytes().write(text, this.#scratch.address, 'latin1');
    return this.#scratch.address;
  }

  pushText(state: number, text: string): void {
    this.#lua._lua_pushlstring(state, this.scratch(text), text.length);
  }

  pushBytes(state: number, bytes: Uint8Array): void {
    if (bytes.length > this.#scratch.bytes) this.scratch(' '.repeat(bytes.length));
    this.#bytes().set(bytes, this.#scratch.address);
    this.#lua._lua_pushlstring(state, this.#scratch.address, bytes.length);
  }

  push(state: number, value: LuaValue, depth = 0): void {
    if (typeof value === 'string') this.pushText(state, value);
    else if (typeof value === 'number') this.#lua._lua_pushnumber(state, value);
    else if (typeof value === 'boolean') this.#lua._lua_pushboolean(state, value ? 1 : 0);
    else if (value === undefined) this.#lua._lua_pushnil(state);
    else this.#pushTable(state, value, depth);
  }

  #pushTable(state: number, table: LuaTable, depth: number): void {
    if (depth === maxDepth || this.#lua._lua_checkstack(state, 4) === 0)
      throw new Error('a table is too deep');
    this.#lua._lua_createtable(state, 0, table.size);
    for (const [key, value] of table) {
      this.push(state, key, depth + 1);
      this.push(state, value, depth + 1);
      this.#lua._lua_rawset(state, -3);
    }
  }

  /** The bytes of a string on the stack. It must be one: Lua would change a number into one. */
  text(state: number, index: number): string {
    const address = this.#lua._lua_tolstring(state, index, this.#length);
    return this.#bytes().toString(
      'latin1',
      address,
      address + (this.#lua.HEAPU32[this.#length >> 2] as number),
    );
  }

  /** Any value as Lua's tostring() writes it; leaves that string on the stack. */
  describe(state: number, index: number): string {
    this.#lua._luaL_tolstring(state, index, 0);
    return this.text(state, -1);
  }

  /** @throws Error about what cannot be copied */
  read(state: number, index: number, depth = 0): LuaValue {
    const type = this.#lua._lua_type(state, index);
    if (type === luaType.string) return this.text(state, index);
    if (type === luaType.number) return this.#lua._lua_tonumberx(state, index, 0);
    if (type === luaType.boolean) return this.#lua._lua_toboolean(state, index) !== 0;
    if (type === luaType.table) return this.#readTable(state, index, depth);
    if (type <= luaType.nil) return undefined;
    const kind =
      type === luaType.function ? 'function' : type === luaType.thread ? 'thread' : 'userdata';
    throw new Error(`cannot transfer '${kind}' to thread`);
  }

  #readTable(state: number, index: number, depth: number): LuaTable {
    if (depth === maxDepth || this.#lua._lua_checkstack(state, 4) === 0)
      throw new Error('cannot transfer a table that contains itself, or is too deep, to thread');
    const table = new Map<LuaValue, LuaValue>();
    const from = index < 0 ? index - 1 : index;
    this.#lua._lua_pushnil(state);
    while (this.#lua._lua_next(state, from) !== 0) {
      table.set(this.read(state, -2, depth + 1), this.read(state, -1, depth + 1));
      this.#lua._lua_settop(state, -2);
    }
    return table;
  }

  #bytes(): Buffer {
    if (this.#memory.length !== this.#lua.HEAPU8.length)
      this.#memory = Buffer.from(this.#lua.HEAPU8.buffer);
    return this.#memory;
  }
}
